/** The panel's door: joins words, chat and panel, and tells the element what the host page may hear. Loaded when wanted. */
import type { Chat, ChatEvents, ChatOptions } from "../core/chat-types.ts";
import type { ChatState } from "../core/state.ts";
import { createI18n, type I18n } from "../i18n/i18n.ts";
import { spokenText } from "./arrivals.ts";
import type { PanelHandle, PanelHost } from "./door.ts";
import { AllhoursPanel } from "./panel.ts";
import type { Peek } from "./peek.ts";
import { panelStyles } from "./styles.ts";
import { panelTokens } from "./tokens.ts";

const heard: readonly (keyof ChatEvents)[] = [
  "message:sent",
  "message:received",
  "message:failed",
  "unread",
  "connection",
  "handoff",
  "error",
];

/** The newest message of others that was not seen, in plain words. */
function newestUnseen(state: ChatState): { id: string; text: string } | undefined {
  const item = state.timeline.findLast((each) => each.kind === "message" && each.author.kind !== "visitor" && each.seq > state.seenSeq);
  return item?.kind === "message" ? { id: item.id, text: spokenText(item.parts) } : undefined;
}

/** Relays the element names, or the default. */
function relaysOf({ element, relay }: PanelHost): string[] {
  return (element.getAttribute("relay") ?? relay).split(/\s+/).filter((origin) => origin !== "");
}

function chatOptions(host: PanelHost, i18n: I18n): ChatOptions {
  return {
    site: host.element.getAttribute("site") ?? "",
    relays: relaysOf(host),
    standby: host.element.hasAttribute("standby"),
    claim: host.element.getAttribute("claim") ?? undefined,
    languages: () => [i18n.locale, ...navigator.languages],
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    // Without query and fragment: they may hold what the visitor never meant to send.
    page: () => ({ url: location.origin + location.pathname, title: document.title }),
  };
}

/** Puts a hidden panel into the element. Makes no chat: nothing is stored or asked before `activate`. */
export async function mount(host: PanelHost): Promise<PanelHandle> {
  if (customElements.get("allhours-panel") === undefined) customElements.define("allhours-panel", AllhoursPanel);
  const i18n = await createI18n(host.languages());
  const panel = document.createElement("allhours-panel") as AllhoursPanel;
  let chat: Chat | undefined;
  let making: Promise<Chat> | undefined;
  let gone = false;
  let ticket: string | undefined;
  const root = host.element.shadowRoot!;
  const ownSheets = [...root.adoptedStyleSheets];
  const tokens = new CSSStyleSheet();
  tokens.replaceSync(panelTokens);
  root.adoptedStyleSheets.push(tokens, ...panelStyles.map((one) => one.styleSheet!));
  let peek: Promise<Peek> | undefined;
  const heading = (): string => host.element.getAttribute("title") ?? "";

  const applySettings = (): void => {
    panel.heading = heading();
    panel.greeting = host.element.getAttribute("greeting") ?? "";
    panel.imageOrigins = [location.origin, ...relaysOf(host)];
    panel.dir = i18n.dir;
    panel.requestUpdate();
  };
  const show = (): void => {
    const state = chat?.getState();
    if (state === undefined) return;
    panel.state = state;
    if (state.unread > 0) peek ??= import("./peek.ts").then(({ createPeek }) => createPeek(root, host.launcher, i18n, () => host.open()));
    // Without the preview's code there is no badge; the panel shows the same messages.
    peek?.then(drawPeek).catch(() => (peek = undefined));
  };
  /** The link of a notice leads here: takes the ticket out of the address, where nobody else needs it, and opens. */
  const follow = (): void => {
    const [hash, found] = /^#allhours=([\w.-]{20,200})$/.exec(location.hash) ?? [];
    if (hash === undefined) return;
    ticket = found;
    history.replaceState(history.state, "", location.href.replace(hash, ""));
    if (making !== undefined) void making.then(join, () => {});
    host.open();
  };
  const join = async (made: Chat): Promise<void> => {
    const given = ticket;
    ticket = undefined;
    if (given !== undefined) await made.join(given).catch(() => {});
  };
  const drawPeek = (drawn: Peek): void => {
    const state = chat?.getState();
    if (gone || state === undefined) return drawn.destroy();
    const newest = panel.hidden ? newestUnseen(state) : undefined;
    drawn.update(state.unread, newest && { ...newest, title: heading() || (state.siteName ?? "") });
  };
  const make = async (): Promise<Chat> => {
    // The heart of the chat is a chunk of its own: it can still be on its way while the visitor types.
    const create = host.createChat ?? (await import("../browser-chat.ts")).createBrowserChat;
    if (gone) throw new Error("the chat was removed");
    const made = create(chatOptions(host, i18n));
    chat = made;
    made.subscribe(show);
    for (const name of heard) made.on(name, (event) => host.emit(event));
    show();
    // Trouble with storage is told in the state; the link does not depend on it.
    await made.load().catch(() => {});
    await join(made);
    if (!gone) made.connect();
    return made;
  };
  const activate = (): Promise<Chat> => {
    making ??= make().catch((error: unknown) => {
      making = undefined;
      throw error;
    });
    return making;
  };

  panel.i18n = i18n;
  panel.hidden = true;
  panel.chat = activate;
  panel.close = () => host.close();
  applySettings();
  root.append(panel);
  await panel.updateComplete;
  // Fetched ahead, not started: a file beside this one, no storage and no relay.
  if (host.createChat === undefined) import("../browser-chat.ts").catch(() => {});
  follow();
  addEventListener("hashchange", follow);

  return {
    get locale() {
      return i18n.locale;
    },
    activate,
    show(focus) {
      panel.reveal(focus || ticket !== undefined);
      show();
    },
    hide() {
      panel.conceal();
      show();
    },
    async settingsChanged() {
      await i18n.setLocale(host.languages());
      applySettings();
      show();
      await panel.updateComplete;
    },
    prefill: (text) => panel.prefill(text),
    destroy() {
      gone = true;
      removeEventListener("hashchange", follow);
      chat?.close();
      peek?.then((drawn) => drawn.destroy()).catch(() => {});
      root.adoptedStyleSheets = ownSheets;
      panel.remove();
    },
  };
}
