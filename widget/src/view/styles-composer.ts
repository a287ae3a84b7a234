/** The look of the composer, and what changes everywhere with contrast, motion and small screens. Part of styles.ts. */
import { css } from "lit";

export const composerStyles = css`
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
