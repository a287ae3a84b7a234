/**
 * `<allhours-chat>`: the launcher, the attributes and verbs a page uses, and when the panel is loaded. Comes without Lit.
 * Before the visitor opens it, it stores nothing and asks no relay; what it looks like inside belongs to view/.
 */
import type { Chat, ChatOptions } from "./core/chat-types.ts";
import type { ElementEvent, ElementEvents } from "./element-events.ts";
import { OPEN_CHAT, labelledLanguage } from "./i18n/launcher-labels.ts";
import type { PanelHandle, PanelModule } from "./view/door.ts";
import { createLauncher, setAttributes } from "./view/launcher.ts";
import { flag } from "./view/remembered.ts";

/** On a server there is no HTMLElement; the module may be imported there all the same. */
const Base = globalThis.HTMLElement ?? (Object as unknown as typeof HTMLElement);

/** Events told on this page, for their ids. */
let told = 0;

/** For what nobody waits for: its failure has been told as an `error` event, or is tried again when it matters. */
function quietly(promise: Promise<unknown>): void {
  promise.catch(() => {});
}

/**
 * @attr {string} site - Name of the site as the relay knows it. Required.
 * @attr {string} relay - Origins of relays, separated by spaces, best first. Default: the origin of the script.
 * @attr {string} lang - Language of the interface (BCP 47). Default: the browser's, then the page's.
 * @attr {"auto"|"light"|"dark"} theme - Default `auto`: as the system.
 * @attr {"end"|"start"} position - Which side of the page, in the direction of the language. Default `end`.
 * @attr {boolean} standby - A second, warm link is kept. Read when the chat starts.
 * @attr {string} claim - What the site's own server has signed for this visitor: which region serves them. Read when the chat starts.
 * @attr {boolean} open - The panel is open. Follows what the visitor does.
 * @attr {string} title - Header. Default: the site's name as the relay knows it.
 * @attr {string} greeting - First words of the assistant, shown until the relay has its own.
 * @fires allhours:ready - The verbs work. Also: `open`, `close`, `locale`, `unread`, `connection`, `handoff`, `error`, `message:sent`, `message:received`, `message:failed`.
 * @csspart launcher badge peek peek-text peek-close - The closed state. The parts of the panel are listed in view/panel.ts.
 * @cssproperty --allhours-accent --allhours-accent-ink --allhours-surface --allhours-ink - Colours; `-dark` after the name for the dark theme.
 * @cssproperty --allhours-radius --allhours-font --allhours-z-index --allhours-offset-inline --allhours-offset-block --allhours-width --allhours-height
 */
export class AllhoursChatElement extends Base {
  static readonly observedAttributes: readonly string[] = [
    "site",
    "relay",
    "lang",
    "theme",
    "position",
    "open",
    "title",
    "greeting",
    "standby",
    "claim",
  ];
  /** Brings the panel's code; set by the door the page came in through. */
  static loadPanel: (() => Promise<PanelModule>) | undefined;
  /** Relay when no attribute names one. */
  static relay: string | undefined;

  /** Makes the chat instead of the built-in one; set before the panel is opened. */
  createChat: ((options: ChatOptions) => Chat) | undefined = undefined;

  #launcher: HTMLButtonElement | undefined;
  #loading: Promise<PanelHandle> | undefined;
  #panel: PanelHandle | undefined;
  #open = false;
  #ready = false;
  /** Attribute changes made by ourselves are not requests. */
  #reflecting = false;

  connectedCallback(): void {
    if (this.#launcher === undefined) {
      this.#launcher = createLauncher(
        this.shadowRoot ?? this.attachShadow({ mode: "open" }),
        () => quietly(this.toggle()),
        () => quietly(this.#load()),
      );
    }
    this.#draw();
    if (this.#ready) return;
    this.#ready = true;
    const known = flag("localStorage", this.#key);
    const wasOpen = known && flag("sessionStorage", `${this.#key}:open`);
    queueMicrotask(() => this.#emit("ready", {}));
    // The last is the link of a notice; the panel's code reads it.
    if (this.hasAttribute("open") || wasOpen || /#allhours=/.test(location.hash)) return quietly(this.#show(false));
    const prepare = (): void => {
      if (this.isConnected) quietly(this.#load().then((panel) => (known ? panel.activate() : undefined)));
    };
    // Safari has no idle callback.
    if ((globalThis as Partial<typeof globalThis>).requestIdleCallback) requestIdleCallback(prepare, { timeout: 4_000 });
    else setTimeout(prepare, 1_000);
  }

  disconnectedCallback(): void {
    // Routers move elements about: only one that is still away in the next task has been removed.
    setTimeout(() => {
      if (!this.isConnected) this.#drop();
    });
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (!this.#ready || this.#reflecting || before === after) return;
    if (name === "open") return quietly(after === null ? this.close() : this.open());
    // Another site is another conversation.
    if (name === "site" || name === "relay") return this.#restart();
    this.#draw();
    void this.#panel?.settingsChanged().then(() => name === "lang" && this.#emit("locale", { locale: this.#panel?.locale ?? "" }));
  }

  /** Opens the panel and moves the focus into it. Rejects when the panel cannot be loaded. */
  async open(): Promise<void> {
    if (!this.#open) await this.#show(true);
  }

  /** Closes the panel; the focus goes back to the launcher. The chat stays connected. */
  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    flag("sessionStorage", `${this.#key}:open`, false);
    this.#reflect();
    const focused = this.shadowRoot?.activeElement !== null;
    this.#panel?.hide();
    this.#draw();
    if (focused) this.#launcher?.focus();
    this.#emit("close", {});
  }

  async toggle(): Promise<void> {
    await (this.#open ? this.close() : this.open());
  }

  /** Shows the element again after `hide`. */
  async show(): Promise<void> {
    this.hidden = false;
  }

  /** Takes launcher and panel from the page. The conversation goes on. */
  async hide(): Promise<void> {
    this.hidden = true;
  }

  /** Sends a text for the visitor; resolves with its id once it is saved. Rejects when it is empty or too long. */
  async send(text: string): Promise<string> {
    flag("localStorage", this.#key, true);
    return (await (await this.#load()).activate()).sendText(text);
  }

  /** Puts a text into the composer. */
  async prefill(text: string): Promise<void> {
    (await this.#load()).prefill(text);
  }

  /** Changes the language of the interface (BCP 47). */
  async setLocale(locale: string): Promise<void> {
    this.lang = locale;
    await this.#panel?.settingsChanged();
  }

  /** Hears an event. Returns a function that stops hearing. */
  on<Name extends keyof ElementEvents>(name: Name, listener: (event: ElementEvent<Name>) => void): () => void {
    const heard = this.#heard.get(listener) ?? ((event: Event) => listener((event as CustomEvent<ElementEvent<Name>>).detail));
    this.#heard.set(listener, heard);
    this.addEventListener(`allhours:${name}`, heard);
    return () => this.off(name, listener);
  }

  /** Stops hearing. */
  off<Name extends keyof ElementEvents>(name: Name, listener: (event: ElementEvent<Name>) => void): void {
    const heard = this.#heard.get(listener);
    if (heard !== undefined) this.removeEventListener(`allhours:${name}`, heard);
  }
  readonly #heard = new WeakMap<object, (event: Event) => void>();

  /** Forgets the visitor on this device: session, conversation, waiting messages and our two flags. */
  async logout(): Promise<void> {
    // Without the flag the visitor never opened it, and there is nothing to forget.
    if (flag("localStorage", this.#key)) await (await (await this.#load()).activate()).reset();
    await this.close();
    flag("localStorage", this.#key, false);
    this.#restart();
  }

  /** Closes everything and removes the element. What is stored stays; call `logout` first to forget it. */
  async destroy(): Promise<void> {
    this.remove();
    this.#drop();
  }

  get #key(): string {
    return `allhours:${this.getAttribute("site") ?? ""}`;
  }

  get #languages(): readonly string[] {
    const wanted = this.getAttribute("lang");
    return wanted ? [wanted] : [...navigator.languages, document.documentElement.lang];
  }

  async #show(focus: boolean): Promise<void> {
    this.#open = true;
    this.#reflect();
    this.#draw();
    try {
      const panel = await this.#load();
      if (!this.#open) return;
      flag("localStorage", this.#key, true);
      flag("sessionStorage", `${this.#key}:open`, true);
      panel.show(focus);
      this.#draw();
      this.#emit("open", {});
      await panel.activate();
    } catch (error) {
      if (this.#panel === undefined) {
        this.#open = false;
        this.#reflect();
        this.#draw();
      }
      this.#emit("error", { code: "load", message: String(error) });
      throw error;
    }
  }

  #load(): Promise<PanelHandle> {
    if (this.#loading !== undefined) return this.#loading;
    const loading = this.#mount().then(
      (panel) => {
        if (this.#loading !== loading) {
          panel.destroy(); // Removed while it was on its way.
          throw new Error("removed");
        }
        this.#panel = panel;
        return panel;
      },
      (error: unknown) => {
        if (this.#loading === loading) this.#loading = undefined;
        throw error;
      },
    );
    this.#loading = loading;
    return loading;
  }

  async #mount(): Promise<PanelHandle> {
    const panel = await AllhoursChatElement.loadPanel!();
    return panel.mount({
      element: this,
      launcher: this.#launcher!,
      createChat: this.createChat,
      relay: AllhoursChatElement.relay ?? location.origin,
      languages: () => this.#languages,
      // Our own `ready` has been told: the verbs worked before there was a chat.
      emit: ({ id: _id, ts: _ts, type, ...detail }) => type !== "ready" && this.#emit(type, detail as never),
      open: () => quietly(this.open()),
      close: () => quietly(this.close()),
    });
  }

  #drop(): void {
    this.#panel?.destroy();
    this.#panel = this.#loading = undefined;
    this.#open = this.#ready = false;
    this.#reflect();
    this.#draw();
  }

  /** Begins again with the attributes as they are now, open if it was. */
  #restart(): void {
    const wasOpen = this.#open;
    this.#drop();
    if (!this.isConnected) return;
    this.connectedCallback();
    if (wasOpen) quietly(this.#show(false));
  }

  #reflect(): void {
    this.#reflecting = true;
    this.toggleAttribute("open", this.#open);
    this.#reflecting = false;
  }

  #draw(): void {
    const button = this.#launcher;
    if (button === undefined) return;
    const language = labelledLanguage(this.#panel === undefined ? this.#languages : [this.#panel.locale]);
    const busy = this.#open && this.#panel === undefined;
    button.hidden = this.#open && !busy;
    setAttributes(button, {
      dir: language === "ar" ? "rtl" : "ltr",
      "aria-label": OPEN_CHAT[language]!,
      "aria-expanded": `${this.#open}`,
      "aria-busy": `${busy}`,
    });
  }

  #emit<Name extends keyof ElementEvents>(type: Name, detail: ElementEvents[Name]): void {
    const ts = Date.now();
    this.dispatchEvent(
      new CustomEvent(`allhours:${type}`, { bubbles: true, composed: true, detail: { id: `${ts}-${(told += 1)}`, type, ts, ...detail } }),
    );
  }
}

/**
 * Registers `<allhours-chat>`. A second call, or a second copy of the script on the page, leaves the first in place.
 * `relay` is the relay of elements that name none.
 */
export function defineChatElement(loadPanel: () => Promise<PanelModule>, relay?: string): typeof AllhoursChatElement {
  const known = customElements.get("allhours-chat") as typeof AllhoursChatElement | undefined;
  if (known !== undefined) return known;
  AllhoursChatElement.loadPanel = loadPanel;
  AllhoursChatElement.relay = relay;
  customElements.define("allhours-chat", AllhoursChatElement);
  return AllhoursChatElement;
}
