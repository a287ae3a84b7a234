/** The look of messages and what stands around them: bubbles, sources, delivery, thumbs, choices, notes. Part of styles.ts. */
import { css } from "lit";

export const messageStyles = css`
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
`;
