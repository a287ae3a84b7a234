/**
 * On a phone the panel fills what the keyboard leaves free: the visual viewport, not the page. Its size is passed to the
 * style sheet as two custom properties, through CSSOM, which no content policy forbids.
 */
import type { ReactiveController } from "lit";

export class VisibleArea implements ReactiveController {
  readonly #host: HTMLElement;

  constructor(host: HTMLElement) {
    this.#host = host;
  }

  hostConnected(): void {
    visualViewport?.addEventListener("resize", this.#changed);
    visualViewport?.addEventListener("scroll", this.#changed);
    this.#changed();
  }

  hostDisconnected(): void {
    visualViewport?.removeEventListener("resize", this.#changed);
    visualViewport?.removeEventListener("scroll", this.#changed);
  }

  readonly #changed = (): void => {
    if (visualViewport === null) return;
    this.#host.style.setProperty("--_visible-height", `${Math.round(visualViewport.height)}px`);
    this.#host.style.setProperty("--_visible-top", `${Math.round(visualViewport.offsetTop)}px`);
  };
}
