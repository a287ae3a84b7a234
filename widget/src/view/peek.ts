/**
 * What unread messages look like beside the closed launcher: the badge on it and a preview of the newest. A chunk of its
 * own, fetched with the first unread message.
 */
import { html, nothing, render } from "lit";
import type { I18n } from "../i18n/i18n.ts";
import { icon } from "./icons.ts";
import { peekStyles } from "./peek-styles.ts";

/** The newest unread message in plain words, and whose chat it is. */
export type PeekView = { id: string; text: string; title: string };
export interface Peek {
  /** Shows how many are unread, and the newest of them or no preview. One that was dismissed stays away. */
  update(unread: number, newest: PeekView | undefined): void;
  destroy(): void;
}

/** Draws into the element's root. `open` is called when the preview is pressed; it stands before the launcher in tab order. */
export function createPeek(root: ShadowRoot, launcher: HTMLElement, i18n: I18n, open: () => void): Peek {
  root.adoptedStyleSheets.push(peekStyles.styleSheet!);
  const box = document.createElement("div");
  const badge = document.createElement("span");
  box.title = "";
  badge.setAttribute("part", "badge");
  badge.ariaHidden = "true";
  root.prepend(box);
  launcher.append(badge);
  let dismissed = "";

  const draw = (view: PeekView | undefined): void => {
    box.dir = i18n.dir;
    const dismiss = (): void => {
      dismissed = view?.id ?? "";
      draw(undefined);
      launcher.focus();
    };
    render(
      view === undefined || view.id === dismissed || view.text === ""
        ? nothing
        : html`<div class="peek" part="peek">
            <button type="button" class="peek-text" part="peek-text" @click=${open}>
              <small>${view.title}</small><span dir="auto">${view.text}</span>
            </button>
            <button type="button" class="peek-close" part="peek-close" aria-label=${i18n.t("dismiss")} @click=${dismiss}>
              ${icon("close")}
            </button>
          </div>`,
      box,
    );
  };
  return {
    update(unread, newest) {
      badge.textContent = unread === 0 ? "" : unread > 99 ? "99+" : `${unread}`;
      launcher.setAttribute("aria-description", unread === 0 ? "" : i18n.plural("newMessages", unread));
      draw(newest);
    },
    destroy() {
      box.remove();
      badge.remove();
    },
  };
}
