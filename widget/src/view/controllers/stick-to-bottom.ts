/**
 * Scrolling of the log: stays at the bottom only while the visitor is there, keeps the place when older messages are put
 * above, counts what arrived below, and asks for older ones near the top. Browsers' own scroll anchoring is off: Safari has none.
 */
import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Nearer to an end than this counts as being there, CSS px. */
const nearPx = 48;

export type ScrollHandlers = {
  /** Near the top: load what is older. False when there is nothing. */
  older(): Promise<boolean>;
  /** The newest entry is in sight. */
  bottom(): void;
};

export class StickToBottom implements ReactiveController {
  /** The visitor sees the newest entry. */
  atBottom = true;
  /** Messages that arrived below while the visitor was further up. */
  below = 0;
  loading = false;
  readonly #host: ReactiveControllerHost & { renderRoot: HTMLElement | DocumentFragment };
  readonly #handlers: ScrollHandlers;
  readonly #resized = new ResizeObserver(() => this.atBottom && this.toBottom());
  #log: HTMLElement | undefined;
  #exhausted = false;
  /** The row the visitor looks at, and its distance from the top edge, while an update runs. */
  #anchor: { row: HTMLElement; top: number } | undefined;

  constructor(host: ReactiveControllerHost & { renderRoot: HTMLElement | DocumentFragment }, handlers: ScrollHandlers) {
    this.#host = host;
    this.#handlers = handlers;
    host.addController(this);
  }

  hostUpdate(): void {
    const log = this.#log;
    if (log === undefined || this.atBottom) return;
    // A message, not the line of a day: those stay on top of whatever is put above.
    const row = [...log.querySelectorAll<HTMLElement>(":scope > article")].find(
      (article) => article.offsetTop + article.offsetHeight > log.scrollTop + nearPx,
    );
    if (row !== undefined) this.#anchor = { row, top: row.offsetTop - log.scrollTop };
  }

  hostUpdated(): void {
    const log = this.#host.renderRoot.querySelector<HTMLElement>("[role=log]") ?? undefined;
    if (log !== this.#log) {
      this.#resized.disconnect();
      this.#log = log;
      if (log !== undefined) {
        log.addEventListener("scroll", this.#scrolled, { passive: true });
        this.#resized.observe(log);
      }
    }
    if (log === undefined) return;
    if (this.atBottom) log.scrollTop = log.scrollHeight;
    else if (this.#anchor?.row.parentNode === log) log.scrollTop = this.#anchor.row.offsetTop - this.#anchor.top;
    this.#anchor = undefined;
  }

  hostDisconnected(): void {
    this.#resized.disconnect();
    this.#log = undefined;
  }

  /** Tells of messages that were added below; `mine` always goes to the bottom. */
  added(count: number, mine: boolean): void {
    if (mine) this.atBottom = true;
    else if (!this.atBottom) this.below += count;
  }

  /** Goes to the newest entry now. */
  toBottom(): void {
    this.atBottom = true;
    this.below = 0;
    if (this.#log !== undefined) this.#log.scrollTop = this.#log.scrollHeight;
    this.#host.requestUpdate();
  }

  /** Another conversation: what was known about its beginning is void. */
  reset(): void {
    this.#exhausted = false;
    this.below = 0;
    this.atBottom = true;
  }

  readonly #scrolled = (): void => {
    const log = this.#log;
    // A hidden panel has no height and says nothing about where the visitor is.
    if (log === undefined || log.clientHeight === 0) return;
    const atBottom = log.scrollHeight - log.scrollTop - log.clientHeight < nearPx;
    if (atBottom !== this.atBottom) {
      this.atBottom = atBottom;
      if (atBottom) this.below = 0;
      this.#host.requestUpdate();
    }
    if (atBottom) this.#handlers.bottom();
    else if (log.scrollTop < nearPx && !this.loading && !this.#exhausted) void this.#older();
  };

  async #older(): Promise<void> {
    this.loading = true;
    this.#host.requestUpdate();
    try {
      this.#exhausted = !(await this.#handlers.older());
    } finally {
      this.loading = false;
      this.#host.requestUpdate();
    }
  }
}
