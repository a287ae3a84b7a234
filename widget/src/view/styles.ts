/**
 * The look of the panel, as one constructable style sheet. Colours come from view/tokens.ts; logical properties only, so
 * that right to left needs no second sheet; numbers known at run time come as custom properties.
 */
import { css } from "lit";

export const panelStyles = css`
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
  .message {
    display: flex;
    flex-direction: column;
    align-items: flex-start;
    gap: 4px;
    margin-block-end: 4px;
  }
  .message.last {
    margin-block-end: 8px;
  }
  .mine {
    align-items: flex-end;
  }
  .bubble {
    max-inline-size: 84%;
    padding: 9px 13px;
    border: 1px solid transparent;
    border-radius: 18px;
    background: var(--_bubble);
    overflow-wrap: anywhere;
  }
  .theirs .bubble {
    border-end-start-radius: 6px;
  }
  .theirs:not(.first) .bubble {
    border-start-start-radius: 6px;
  }
  .mine .bubble {
    background: var(--_accent);
    color: var(--_accent-ink);
    border-end-end-radius: 6px;
  }
  .mine:not(.first) .bubble {
    border-start-end-radius: 6px;
  }
  .mine.failed .bubble {
    background: var(--_danger-bg);
    color: var(--_danger);
  }
  .system .bubble {
    background: none;
    border-color: var(--_line);
  }
  /* A bubble sets its own direction; corners and side follow the panel's. */
  [dir="rtl"] .theirs .bubble {
    border-radius: 18px 18px 6px 18px;
  }
  [dir="rtl"] .mine .bubble {
    border-radius: 18px 18px 18px 6px;
  }
  .plain {
    white-space: pre-wrap;
  }
  .bubble > * + * {
    margin-block-start: 6px;
  }
  .bubble :is(ol, ul):not(.sources) {
    margin: 4px 0 0;
    padding-inline-start: 22px;
  }
  .bubble a:not(.sources a) {
    color: inherit;
    text-underline-offset: 2px;
  }
  code {
    font:
      0.88em/1.5 ui-monospace,
      SFMono-Regular,
      Menlo,
      Consolas,
      monospace;
    padding: 1px 4px;
    border-radius: 5px;
    background: color-mix(in oklab, currentColor 9%, transparent);
  }
  pre {
    margin: 0;
    overflow-x: auto;
    white-space: pre-wrap;
  }
  pre code {
    display: block;
    padding: 8px 10px;
  }
  .sources {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    margin: 8px 0 2px;
    padding: 0;
    list-style: none;
  }
  .sources :is(a, span) {
    display: block;
    padding: 2px 8px;
    border: 1px solid var(--_line);
    border-radius: 8px;
    background: var(--_surface);
    color: var(--_ink-2);
    font-size: 12px;
    text-decoration: none;
  }
  .sources a:hover {
    border-color: var(--_accent);
    color: var(--_ink);
  }
  .meta {
    display: flex;
    align-items: center;
    gap: 4px;
    margin: 1px 6px 4px;
    font-size: 12px;
    color: var(--_ink-2);
  }
  .meta svg {
    inline-size: 13px;
    block-size: 13px;
    stroke-width: 2;
    vertical-align: -2px;
  }
  .meta.read svg {
    color: var(--_accent);
  }
  .rate {
    display: flex;
    margin-inline-start: 2px;
    color: var(--_ink-2);
  }
  .rate button {
    display: grid;
    padding: 5px;
    border: 0;
    border-radius: 8px;
    background: none;
  }
  .rate svg {
    inline-size: 16px;
    block-size: 16px;
  }
  .rate button:hover {
    background: var(--_surface-2);
  }
  .rate [aria-pressed="true"] {
    color: var(--_accent);
  }
  .rate [aria-pressed="true"] svg {
    fill: color-mix(in oklab, currentColor 25%, transparent);
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    margin-block: 8px 4px;
  }
  .chips button {
    padding: 7px 14px;
    border: 1px solid color-mix(in oklab, var(--_accent) 38%, var(--_line));
    border-radius: 999px;
    background: var(--_surface);
    color: color-mix(in oklab, var(--_accent) 82%, var(--_ink));
    font-size: 14px;
    text-align: start;
  }
  .chips button:hover {
    background: color-mix(in oklab, var(--_accent) 8%, var(--_surface));
  }
  strong {
    font-weight: 640;
  }
  .typing {
    display: inline-flex;
    gap: 4px;
    padding: 14px;
  }
  .typing > i {
    inline-size: 7px;
    block-size: 7px;
    margin: 0 !important;
    border-radius: 50%;
    background: var(--_ink-2);
    animation: blink 1.2s infinite;
  }
  .typing > i + i {
    animation-delay: 0.15s;
  }
  .typing > i + i + i {
    animation-delay: 0.3s;
  }

  .more {
    position: relative;
    align-self: center;
    display: flex;
    align-items: center;
    gap: 6px;
    block-size: 34px;
    min-inline-size: 34px;
    margin-block: -42px 8px;
    padding: 0 8px;
    justify-content: center;
    border: 1px solid var(--_line);
    border-radius: 17px;
    background: var(--_surface);
    box-shadow: 0 4px 14px rgb(16 24 40 / 0.18);
    font-size: 13px;
    font-weight: 600;
  }
  .more svg {
    inline-size: 16px;
    block-size: 16px;
  }

  .composer {
    padding: 6px 12px 12px;
  }
  .composer p {
    padding: 0 8px 6px;
    font-size: 12.5px;
    color: var(--_ink-2);
  }
  .composer .bad {
    color: var(--_danger);
  }
  .field {
    display: flex;
    align-items: flex-end;
    gap: 2px;
    padding: 5px;
    border: 1px solid var(--_line);
    border-radius: 18px;
    background: var(--_surface);
  }
  .field:focus-within,
  .listening {
    border-color: var(--_accent);
    box-shadow: 0 0 0 3px color-mix(in oklab, var(--_accent) 18%, transparent);
  }
  textarea {
    flex: 1;
    min-inline-size: 0;
    max-block-size: 132px;
    padding: 6px 8px;
    border: 0;
    outline: none;
    background: none;
    color: inherit;
    /* Below 16 px Safari on iOS zooms the page when the field gets the focus. */
    font: 16px/1.5 var(--_font);
    resize: none;
    field-sizing: content;
  }
  /* Without this an empty field with dir="auto" is left to right, and so is its placeholder. */
  [dir="rtl"] textarea:placeholder-shown {
    direction: rtl;
  }
  textarea:focus-visible {
    outline: none;
  }
  textarea::placeholder {
    color: var(--_ink-2);
    opacity: 1;
  }
  .send,
  .send:hover {
    border-radius: 13px;
    background: var(--_accent);
    color: var(--_accent-ink);
  }
  .send:disabled {
    opacity: 0.45;
  }
  .live {
    color: var(--_danger);
    animation: blink 1.4s infinite;
  }

  @media (max-width: 480px) {
    allhours-panel {
      inset: var(--_visible-top, 0) 0 auto;
      inline-size: 100%;
      block-size: var(--_visible-height, 100dvh);
    }
    section {
      border: 0;
      border-radius: 0;
      padding-block-start: env(safe-area-inset-top);
    }
  }
  @keyframes rise {
    from {
      opacity: 0;
      transform: translateY(10px);
    }
  }
  @keyframes blink {
    50% {
      opacity: 0.35;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
      transition: none !important;
    }
  }
  @media (forced-colors: active) {
    section,
    .bubble {
      border-color: CanvasText;
    }
    .send,
    .chips button {
      border: 1px solid ButtonText;
    }
  }
`;
