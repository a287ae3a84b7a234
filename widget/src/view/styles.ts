/**
 * The look of the panel, as constructable style sheets in order. Colours come from view/tokens.ts; logical properties only, so
 * that right to left needs no second sheet; numbers known at run time come as custom properties.
 */
import { css, type CSSResult } from "lit";
import { composerStyles } from "./styles-composer.ts";
import { messageStyles } from "./styles-messages.ts";

const frameStyles = css`
  allhours-panel {
    display: block;
    position: fixed;
    inset-block-end: var(--_y);
    inset-inline: var(--_side);
    z-index: var(--_z);
    inline-size: min(var(--allhours-width, 384px), calc(100vw - 2 * var(--_x)));
    block-size: min(var(--allhours-height, 640px), calc(100dvh - 2 * var(--_y)));
    animation: rise 0.18s ease-out;
  }
  [hidden] {
    display: none !important;
  }
  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }
  section {
    display: flex;
    flex-direction: column;
    block-size: 100%;
    position: relative;
    overflow: hidden;
    border: 1px solid transparent;
    border-radius: var(--_radius);
    background: var(--_surface);
    color: var(--_ink);
    box-shadow: var(--_shadow);
    font: 15px/1.45 var(--_font);
    outline: none;
  }
  h2,
  p {
    margin: 0;
    font: inherit;
  }
  button {
    font: inherit;
    color: inherit;
    cursor: pointer;
  }
  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 1px;
  }
  section svg {
    inline-size: 20px;
    block-size: 20px;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.8;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .icon {
    display: grid;
    place-items: center;
    flex: none;
    inline-size: 36px;
    block-size: 36px;
    padding: 0;
    border: 0;
    border-radius: 10px;
    background: none;
    color: var(--_ink-2);
  }
  .icon:hover {
    background: var(--_surface-2);
    color: var(--_ink);
  }

  .head {
    display: flex;
    align-items: center;
    gap: 4px;
    padding: 13px 12px;
    padding-inline-start: 18px;
    border-block-end: 1px solid var(--_line);
  }
  .mark {
    flex: none;
    inline-size: 38px;
    block-size: 38px;
    border-radius: 50%;
    background: color-mix(in oklab, var(--_accent) 14%, var(--_surface));
  }
  .mark svg {
    inline-size: 38px;
    block-size: 38px;
    stroke: var(--_accent);
    stroke-width: 2.4;
  }
  .mark circle {
    fill: var(--_accent);
    stroke: none;
  }
  .faint {
    opacity: 0.35;
  }
  .who {
    flex: 1;
    min-inline-size: 0;
    margin-inline-start: 8px;
  }
  h2 {
    font-weight: 650;
    font-size: 15.5px;
    line-height: 1.35;
    letter-spacing: -0.01em;
    text-align: start;
  }
  h2,
  .who span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .who p {
    display: flex;
    align-items: center;
    gap: 6px;
    font-size: 12.5px;
    color: var(--_ink-2);
  }
  .dot {
    flex: none;
    inline-size: 7px;
    block-size: 7px;
    border-radius: 50%;
    background: var(--_ok);
    forced-color-adjust: none;
  }
  .dot.off {
    background: #98a1b2;
  }
  .dot.wait {
    background: var(--_wait);
  }
  .menu-box {
    position: relative;
  }
  .banner {
    display: flex;
    gap: 10px;
    padding: 10px 16px;
    font-size: 13.5px;
    background: var(--_warn-bg);
    color: var(--_warn);
  }
  .banner.danger {
    background: var(--_danger-bg);
    color: var(--_danger);
  }
  .banner svg {
    inline-size: 18px;
    block-size: 18px;
    margin-block-start: 1px;
  }

  .log {
    flex: 1;
    min-block-size: 0;
    position: relative;
    display: flex;
    flex-direction: column;
    padding: 14px 16px 6px;
    overflow: hidden auto;
    overscroll-behavior: contain;
    overflow-anchor: none;
  }
  .log:focus-visible {
    outline-offset: -3px;
  }
  .day,
  .note,
  .new {
    align-self: center;
    max-inline-size: 86%;
    text-align: center;
    font-size: 12px;
    color: var(--_ink-2);
    margin-block: 4px 10px;
  }
  .note {
    font-size: 12.5px;
    margin-block: 8px 12px;
  }
  .new {
    align-self: stretch;
    max-inline-size: none;
    display: flex;
    align-items: center;
    gap: 10px;
    font-weight: 600;
    color: var(--_danger);
  }
  .new::before,
  .new::after {
    content: "";
    flex: 1;
    border-block-start: 1px solid;
    opacity: 0.35;
  }
`;

export const panelStyles: readonly CSSResult[] = [frameStyles, messageStyles, composerStyles];
