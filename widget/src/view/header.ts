/** The top of the panel: mark, name, status, the menu's button and the way out. */
import { html, nothing, type TemplateResult } from "lit";
import type { I18n } from "../i18n/i18n.ts";
import { icon, mark, type IconName } from "./icons.ts";
import type { Dot } from "./status-bar.ts";

export type HeaderView = {
  title: string;
  status: string;
  dot: Dot;
  i18n: I18n;
  /** There is something to choose. */
  hasMenu: boolean;
  menuOpen: boolean;
  /** The open menu, when its code is there. */
  menu: unknown;
  toggleMenu: () => void;
  close: () => void;
};

export function renderHeader(view: HeaderView): TemplateResult {
  const { i18n, menuOpen } = view;
  const button = (name: IconName & ("menu" | "close"), part: string, press: () => void): TemplateResult => {
    const label = i18n.t(name);
    const menu = name === "menu";
    return html`<button
      type="button"
      class="icon"
      part=${part}
      aria-label=${label}
      title=${label}
      aria-haspopup=${menu ? "menu" : nothing}
      aria-expanded=${menu ? menuOpen : nothing}
      @click=${press}
    >
      ${icon(name)}
    </button>`;
  };
  return html`<div class="head" part="header">
    <div class="mark" part="mark">${mark}</div>
    <div class="who">
      <h2 id="title" part="title"><bdi>${view.title}</bdi></h2>
      <p part="status"><i class="dot ${view.dot}"></i><span>${view.status}</span></p>
    </div>
    ${view.hasMenu ? html`<div class="menu-box">${button("menu", "menu-button", view.toggleMenu)}${menuOpen ? view.menu : nothing}</div>` : nothing}
    ${button("close", "close", view.close)}
  </div>`;
}
