/** The few drawings of the panel, as inline SVG: no request, no style attribute, coloured by the text around them. */
import { html, type TemplateResult } from "lit";

const shapes = {
  menu: "M5 12h.01M12 12h.01M19 12h.01",
  close: "M6 6l12 12M18 6L6 18",
  send: "M12 19V5M6 11l6-6 6 6",
  mic: "M9 6a3 3 0 0 1 6 0v5a3 3 0 0 1-6 0zM5 11a7 7 0 0 0 14 0M12 18v3",
  stop: "M7 7h10v10H7z",
  check: "M4 12l5 5L20 6",
  checks: "M2 12l5 5L17 6M11.500 16l1 1L22.500 6",
  clock: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M12 7v5l3 2",
  offline: "M3 3l18 18M7 18h10a4 4 0 0 0 1.500-7.700A6 6 0 0 0 8.600 8M6 10a4 4 0 0 0 1 8",
  alert: "M12 4l9 16H3zM12 10v4M12 17h.01",
  up: "M7 11v9H4v-9zM7 11l4-8a2.500 2.500 0 0 1 2.500 2.500V9H19a2 2 0 0 1 2 2.300l-1.200 7A2 2 0 0 1 17.800 20H7",
  down: "M7 13V4H4v9zM7 13l4 8a2.500 2.500 0 0 0 2.500-2.500V15H19a2 2 0 0 0 2-2.300l-1.200-7A2 2 0 0 0 17.800 4H7",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  arrow: "M12 5v14M6 13l6 6 6-6",
} as const;
export type IconName = keyof typeof shapes;

/** An icon of 20 CSS px; the words beside it, or its button's label, say what it means. */
export function icon(name: IconName): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${shapes[name]}></path></svg>`;
}

/** The sun on its way over the horizon: the mark of a chat that never closes. */
export const mark = html`<svg viewBox="0 0 38 38" aria-hidden="true">
  <path d="M8 24a11 11 0 0 1 22 0"></path>
  <circle cx="26.5" cy="15.8" r="3.6"></circle>
  <path class="faint" d="M6 28h26"></path>
</svg>`;
