/** The list behind the header's menu button, as WAI-ARIA describes it: arrows move, Escape and Tab close, the focus comes back. */
import { html, nothing, type TemplateResult } from "lit";
import type { I18n } from "../../i18n/i18n.ts";
import { icon } from "../icons.ts";

/** `checked` makes it a switch. */
export type MenuItem = { label: string; run: () => void; checked?: boolean | undefined };

/** `close` gives the focus back to the button when asked. */
export function renderMenu(items: readonly MenuItem[], i18n: I18n, close: (focus: boolean) => void): TemplateResult {
  const keydown = (event: KeyboardEvent): void => {
    const entries = [...(event.currentTarget as HTMLElement).children] as HTMLElement[];
    const at = entries.indexOf(event.target as HTMLElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Tab") return close(false);
    if (event.key === "Escape") close(true);
    else if (next !== undefined) entries.at(next % entries.length)?.focus();
    else return;
    event.stopPropagation();
    event.preventDefault();
  };
  const focusout = (event: FocusEvent): void => {
    const next = event.relatedTarget;
    // The button itself closes the menu by its own press.
    if (next instanceof Element && (next.closest("[role=menu]") !== null || next.ariaHasPopup === "menu")) return;
    close(false);
  };
  const entry = ({ label, run, checked }: MenuItem): TemplateResult => {
    const pressed = (): void => {
      close(true);
      run();
    };
    const role = checked === undefined ? "menuitem" : "menuitemcheckbox";
    return html`<button type="button" role=${role} aria-checked=${checked ?? nothing} tabindex="-1" part="menu-item" @click=${pressed}>
      ${label}${checked === undefined ? nothing : icon("check")}
    </button>`;
  };
  return html`<div role="menu" class="menu" part="menu" aria-label=${i18n.t("menu")} @keydown=${keydown} @focusout=${focusout}>
    ${items.map(entry)}
  </div>`;
}
