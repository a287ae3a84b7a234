/**
 * The open chat. Renders one state and turns what the visitor does into the chat's verbs; keeps nothing of the
 * conversation itself. Header, list, composer and scrolling have rooms of their own.
 */
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Chat } from "../core/chat-types.ts";
import type { ChatState } from "../core/state.ts";
import type { I18n } from "../i18n/i18n.ts";
import { arrivals, justSent, spokenText } from "./arrivals.ts";
import { Composer } from "./composer.ts";
import { ReadingAloud } from "./controllers/reading-aloud.ts";
import { StickToBottom } from "./controllers/stick-to-bottom.ts";
import { VisibleArea } from "./controllers/viewport.ts";
import { renderHeader } from "./header.ts";
import { firstWordsOf, titleOf, typingOf } from "./headings.ts";
import { authorName, type Extras, type MessageActions } from "./message-bubble.ts";
import { renderMore, renderRows } from "./message-list.ts";
import type { MenuItem } from "./parts/menu.ts";
import { rowsOf } from "./rows.ts";
import { bannerOf, renderBanner, statusOf, statusText, type Banner } from "./status-bar.ts";

/** Times of day in the header are looked at again this often. */
const clockMs = 20_000;
/** More arrivals at once than this are announced by number, not one by one. */
const announceAtOnce = 3;

/**
 * @csspart panel header mark title status menu-button menu menu-item close banner messages more - The frame.
 * @csspart message message-visitor message-bot message-agent message-system bubble bubble-visitor bubble-bot bubble-agent bubble-system link - Messages.
 * @csspart contact contact-open contact-stop contact-channel contact-address contact-consent contact-save contact-cancel link-gone link-gone-close - Being told of an answer.
 * @csspart day new note handoff typing delivery signature retry discard rating rate choices choice sources source card card-action consent confirm file file-link - Around them.
 * @csspart composer composer-note field input mic send - Writing.
 */
export class AllhoursPanel extends LitElement {
  static override readonly properties = {
    state: { attribute: false },
    i18n: { attribute: false },
    heading: { attribute: false },
    greeting: { attribute: false },
    timed: { state: true },
    said: { state: true },
  };
  /** `undefined` until the chat is made; everything can be typed before. */
  declare state: ChatState | undefined;
  declare i18n: I18n;
  /** The merchant's title; empty for the site's name. */
  declare heading: string;
  declare greeting: string;
  declare timed: boolean;
  /** What the live region says. */
  declare said: string;

  /** The chat, made when it is first needed. */
  chat: () => Promise<Chat> = () => Promise.reject(new Error("no chat"));
  close: () => void = () => {};
  imageOrigins: readonly string[] = [];

  readonly #scroll = new StickToBottom(this, { older: async () => (await this.chat()).loadOlder(), bottom: () => this.#seen() });
  readonly #composer = new Composer(this, {
    send: async (text, voice) => (await this.chat()).sendText(text, { voice }),
    typing: (typing) => this.#ask((chat) => chat.setTyping(typing)),
    interrupt: () => this.#aloud.stop(),
    language: () => this.state?.language ?? this.i18n.locale,
    // The composer speaks up while it is being rendered; the region changes in the next update.
    announce: (words) => queueMicrotask(() => this.#announce(words)),
  });
  readonly #aloud = new ReadingAloud(this);
  #extras: Extras | undefined;
  #menuOpen = false;
  #toldBanner: Banner["text"] | undefined;
  #newAfterSeq: number | undefined;
  #clock: ReturnType<typeof setInterval> | undefined;
  readonly #actions: MessageActions = {
    choose: (messageId, option) => this.#ask((chat) => chat.choose(messageId, option)),
    rate: (messageId, value) => this.#ask((chat) => chat.rate(messageId, value)),
    retry: (messageId) => this.#ask((chat) => chat.retry(messageId)),
    discard: (messageId) => this.#ask((chat) => chat.discard(messageId)),
  };

  constructor() {
    super();
    this.heading = this.greeting = this.said = "";
    this.timed = false;
    this.addController(new VisibleArea(this));
  }

  /** Renders into the element's own root: one style sheet, and parts a page can reach without passing them on. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.#seenSoon);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("visibilitychange", this.#seenSoon);
    clearInterval(this.#clock);
  }

  /** Asks something of the chat. What becomes of it shows in the state; there is nobody to hand a failure to. */
  #ask(run: (chat: Chat) => unknown): void {
    this.chat()
      .then(run)
      .catch(() => {});
  }

  /** Fetches what is not needed to begin typing. Tried again by each `reveal` and press that finds it missing. */
  async #loadExtras(): Promise<void> {
    if (this.#extras !== undefined) return;
    const extras = await import("./parts/extras.ts");
    if (this.#extras !== undefined || !this.isConnected) return;
    this.#extras = extras;
    extras.addWords(this.i18n);
    (this.getRootNode() as ShadowRoot).adoptedStyleSheets.push(extras.extraStyles.styleSheet!);
    this.requestUpdate();
  }

  readonly #toggleMenu = (): void => {
    if (this.#menuOpen) return this.#closeMenu(true);
    this.#menuOpen = true;
    this.requestUpdate();
    this.#loadExtras()
      .then(() => this.updateComplete)
      .then(() => this.querySelector<HTMLElement>("[role^=menuitem]")?.focus())
      .catch(() => this.#closeMenu(false));
  };

  #closeMenu(focus: boolean): void {
    if (!this.#menuOpen) return;
    this.#menuOpen = false;
    this.requestUpdate();
    if (focus) this.querySelector<HTMLElement>("[aria-haspopup=menu]")?.focus();
  }

  /** Becomes visible; unread messages get a line above the first. */
  reveal(focus: boolean): void {
    const state = this.state;
    this.#newAfterSeq = state !== undefined && state.unread > 0 ? state.seenSeq : undefined;
    this.hidden = false;
    this.#scroll.toBottom();
    if (focus) {
      // On a touch screen the composer's focus would bring up the keyboard over the conversation.
      if (matchMedia("(pointer: coarse)").matches) this.querySelector<HTMLElement>("section")?.focus();
      else this.#composer.focus();
    }
    this.#clock ??= setInterval(() => this.requestUpdate(), clockMs);
    // The first use of Intl costs tens of milliseconds on a phone: not in front of the first paint, nor is what can wait.
    requestAnimationFrame(() =>
      setTimeout(() => {
        this.timed = true;
        this.#loadExtras().catch(() => {});
      }),
    );
    this.#seenSoon();
  }

  conceal(): void {
    this.hidden = true;
    this.#closeMenu(false);
    this.#composer.stop();
    this.#aloud.stop();
    clearInterval(this.#clock);
    this.#clock = undefined;
  }

  prefill(text: string): void {
    this.#composer.prefill(text);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (this.state === undefined) return;
    this.#tellBanner();
    if (!changed.has("state")) return;
    const before = changed.get("state");
    if (before?.epoch !== this.state.epoch && before !== undefined) this.#scroll.reset();
    this.#arrived(before, this.state);
    this.#linkChanged(before, this.state);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("state")) this.#seen();
  }

  #arrived(before: ChatState | undefined, state: ChatState): void {
    const fresh = arrivals(before, state);
    this.#scroll.added(fresh.length, justSent(before, state));
    if (fresh.length === 0 || this.hidden) return;
    this.#announce(
      fresh.length > announceAtOnce
        ? this.i18n.plural("newMessages", fresh.length)
        : fresh.map((item) => `${authorName(item, this.i18n)}: ${spokenText(item.parts)}`).join("\n"),
    );
    for (const item of fresh) this.#aloud.speak(spokenText(item.parts), item.language ?? state.language ?? this.i18n.locale);
  }

  #linkChanged(before: ChatState | undefined, state: ChatState): void {
    if (this.hidden || before === undefined) return;
    if (before.mode !== state.mode) this.#announce(statusText(statusOf(state), this.i18n, Date.now(), this.timed));
  }

  /** A banner is said once, when it is there and the panel is seen: also one that was there before the panel was. */
  #tellBanner(): void {
    const text = this.hidden ? undefined : this.#banner(this.state)?.text;
    if (text !== undefined && text !== this.#toldBanner) this.#announce(this.i18n.t(text));
    if (!this.hidden) this.#toldBanner = text;
  }

  #banner(state: ChatState | undefined): Banner | undefined {
    return bannerOf(state, this.#extras?.reasonOf);
  }

  #announce(words: string): void {
    this.said = words;
  }
  readonly #seenSoon = (): void => this.#seen();

  /** Seen is what stood in a visible panel of a visible page, with its newest entry in sight. */
  #seen(): void {
    if (this.hidden || document.visibilityState !== "visible" || !this.#scroll.atBottom) return;
    if (this.state !== undefined && this.state.unread > 0) this.#ask((chat) => chat.markSeen());
  }

  get #menuItems(): MenuItem[] {
    const { state, i18n } = this;
    const items: MenuItem[] = [];
    if (state?.features.handoff === true && state.mode === "bot")
      items.push({ label: i18n.t("handoffAsk"), run: () => this.#ask((chat) => chat.requestHandoff()) });
    if (state?.mode === "queued" || state?.mode === "agent")
      items.push({ label: i18n.t("handoffCancel"), run: () => this.#ask((chat) => chat.cancelHandoff()) });
    items.push(...(this.#extras?.moreItems(this) ?? []));
    if (this.#aloud.supported) items.push({ label: i18n.t("speakReplies"), checked: this.#aloud.on, run: () => this.#aloud.toggle() });
    return items;
  }

  readonly #keydown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.stopPropagation();
    this.close();
  };

  #renderLog(now: number): TemplateResult {
    const { state, i18n } = this;
    const rows = rowsOf(state?.timeline ?? [], {
      online: state?.connection.status === "idle" ? undefined : state?.connection.status === "online",
      newAfterSeq: this.#newAfterSeq,
      dayOf: (at) => new Date(at).toDateString(),
    });
    const context = {
      i18n,
      now,
      timed: this.timed,
      extras: this.#extras,
      imageOrigins: this.imageOrigins,
      agent: state?.agent,
      actions: this.#actions,
      queue: state?.queue,
    };
    return html`<div class="log" part="messages" role="log" aria-live="off" tabindex="0" aria-label=${i18n.t("messages")}>
      ${renderRows(rows, {
        ...context,
        greeting: firstWordsOf(state, this.greeting, i18n),
        typing: typingOf(state, i18n),
        loadingOlder: this.#scroll.loading,
      })}
    </div>`;
  }

  protected override render(): TemplateResult {
    const { state, i18n } = this;
    const now = Date.now();
    const status = statusOf(state);
    const items = this.#menuItems;
    const head = renderHeader({
      title: titleOf(state, this.heading, i18n),
      status: statusText(status, i18n, now, this.timed),
      dot: status.dot,
      i18n,
      hasMenu: items.length > 0,
      menuOpen: this.#menuOpen,
      menu: this.#menuOpen ? this.#extras?.renderMenu(items, i18n, (focus) => this.#closeMenu(focus)) : nothing,
      toggleMenu: this.#toggleMenu,
      close: () => this.close(),
    });
    return html`<section
      part="panel"
      role="dialog"
      tabindex="-1"
      title=""
      aria-labelledby="title"
      dir=${i18n.dir}
      lang=${i18n.locale}
      @keydown=${this.#keydown}
    >
      ${head} ${renderBanner(this.#banner(state), i18n)} ${this.#renderLog(now)}
      ${this.#scroll.atBottom ? nothing : renderMore(this.#scroll.below, i18n, () => this.#scroll.toBottom())}
      ${this.#extras?.renderAboveComposer(this)} ${this.#composer.render(i18n, state?.limits.messageChars ?? 8_000)}
      <div class="hidden" role="status" aria-live="polite">${this.said}</div>
    </section>`;
  }
}
