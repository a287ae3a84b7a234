/**
 * The round button in the corner, made with plain DOM calls: it is on every page view, so it comes without Lit, without
 * HTML strings and without an inline style. Badge and preview come with the panel, which alone knows what is unread.
 */
import { launcherTokens } from "./tokens.ts";

const css =
  launcherTokens +
  ".launch{position:fixed;inset-inline:var(--_side);inset-block-end:var(--_y);z-index:var(--_z);display:grid;place-items:center;inline-size:60px;block-size:60px;padding:0;border:1px solid transparent;border-radius:50%;background:var(--_accent);color:var(--_accent-ink);box-shadow:0 8px 24px #10182847;cursor:pointer}" +
  ".launch[aria-busy=true]{opacity:.7}.launch:focus-visible{outline:3px solid var(--_accent);outline-offset:3px}.launch[hidden]{display:none}" +
  ".launch svg{inline-size:28px;fill:none;stroke:currentColor;stroke-width:1.9}";

export function setAttributes(element: Element, attributes: Record<string, string>): void {
  for (const name in attributes) element.setAttribute(name, attributes[name]!);
}

/** Draws the launcher into `root`. `intent` is called when the pointer or the focus makes a press likely. */
export function createLauncher(root: ShadowRoot, press: () => void, intent: () => void): HTMLButtonElement {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];

  const svgNamespace = "http://www.w3.org/2000/svg";
  const button = document.createElement("button");
  const svg = document.createElementNS(svgNamespace, "svg");
  const path = document.createElementNS(svgNamespace, "path");
  // The empty title keeps the element's own `title` attribute from showing as a tooltip.
  setAttributes(button, { type: "button", class: "launch", part: "launcher", title: "", "aria-haspopup": "dialog" });
  setAttributes(svg, { viewBox: "0 0 24 24" });
  setAttributes(path, { d: "M4 12a8 8 0 1 1 3.5 6.6L4 20l1-3.5A8 8 0 0 1 4 12z" });
  svg.append(path);
  button.append(svg);
  root.append(button);

  button.addEventListener("click", press);
  for (const type of ["pointerenter", "focus"]) button.addEventListener(type, intent);
  return button;
}
