/** The look of the badge on the launcher and of the preview beside it; adopted by the element's own root. */
import { css } from "lit";

export const peekStyles = css`
  .launch span {
    position: absolute;
    inset-block-start: -3px;
    inset-inline-end: -3px;
    box-sizing: border-box;
    min-inline-size: 20px;
    padding: 0 4px;
    border-radius: 10px;
    background: #d92d20;
    color: #fff;
    font: 600 12px/20px var(--_font);
    text-align: center;
  }
  .launch span:empty {
    display: none;
  }
  .peek {
    position: fixed;
    inset-inline: var(--_side);
    inset-block-end: calc(var(--_y) + 74px);
    z-index: var(--_z);
    box-sizing: border-box;
    inline-size: min(270px, calc(100vw - 2 * var(--_x)));
    border: 1px solid transparent;
    border-radius: 16px;
    background: var(--_surface);
    color: var(--_ink);
    box-shadow: var(--_shadow);
    font: 14px/1.45 var(--_font);
    animation: rise 0.2s ease-out;
  }
  .peek button {
    padding: 0;
    border: 0;
    border-radius: 15px;
    background: none;
    color: inherit;
    font: inherit;
    cursor: pointer;
  }
  .peek :focus-visible {
    outline: 2px solid var(--_accent);
  }
  .peek .peek-text {
    inline-size: 100%;
    padding: 12px 14px;
    padding-inline-end: 38px;
    text-align: start;
  }
  .peek small {
    display: block;
    margin-block-end: 3px;
    font-size: 12px;
    color: var(--_ink-2);
  }
  .peek span {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    overflow: hidden;
    overflow-wrap: anywhere;
  }
  .peek .peek-close {
    position: absolute;
    inset-block-start: 6px;
    inset-inline-end: 6px;
    display: grid;
    place-items: center;
    inline-size: 28px;
    block-size: 28px;
    color: var(--_ink-2);
  }
  .peek svg {
    inline-size: 16px;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.8;
    stroke-linecap: round;
  }
`;
