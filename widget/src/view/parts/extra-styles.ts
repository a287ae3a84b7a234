/** The look of what comes after the first paint: menu, cards, files, and the cards about people. */
import { css } from "lit";

export const extraStyles = css`
  .menu {
    position: absolute;
    inset-block-start: 42px;
    inset-inline-end: 0;
    z-index: 2;
    display: flex;
    flex-direction: column;
    min-inline-size: 210px;
    padding: 6px;
    border: 1px solid var(--_line);
    border-radius: 14px;
    background: var(--_surface);
    box-shadow: var(--_shadow);
  }
  .menu button {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 12px;
    padding: 9px 12px;
    border: 0;
    border-radius: 9px;
    background: none;
    font-size: 14px;
    text-align: start;
    white-space: nowrap;
  }
  .menu button:hover,
  .menu button:focus-visible {
    background: var(--_surface-2);
  }
  .link-gone {
    display: flex;
    flex: none;
    align-items: center;
    justify-content: space-between;
    gap: 12px;
    padding: 8px 18px;
    border-block-start: 1px solid var(--_line);
    font-size: 13.5px;
  }
  .link-gone button {
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 28px;
    block-size: 28px;
    padding: 0;
    border: 0;
    border-radius: 8px;
    background: none;
    color: var(--_ink-2);
  }
  .link-gone svg {
    inline-size: 14px;
    block-size: 14px;
  }
  .menu svg {
    inline-size: 16px;
    block-size: 16px;
    color: var(--_accent);
  }
  [aria-checked="false"] svg {
    visibility: hidden;
  }

  .card,
  .people,
  .file {
    border: 1px solid var(--_line);
    border-radius: 14px;
    background: var(--_surface);
    overflow: hidden;
  }
  .card {
    inline-size: 88%;
    margin-block: 2px 4px;
  }
  .card-head {
    display: flex;
    align-items: center;
    gap: 12px;
    padding: 12px 14px;
  }
  .card-head img {
    inline-size: 52px;
    block-size: 52px;
    border-radius: 10px;
    object-fit: cover;
    background: var(--_surface-2);
  }
  .card small {
    display: block;
    font-size: 13px;
    color: var(--_ink-2);
  }
  .steps {
    margin: 0;
    padding: 0 14px 12px;
    list-style: none;
    font-size: 13.5px;
  }
  .steps li {
    position: relative;
    display: grid;
    grid-template-columns: 14px 1fr auto;
    gap: 10px;
    padding-block: 5px;
    color: var(--_ink-2);
  }
  .steps .done > span {
    color: var(--_ink);
  }
  .steps i {
    inline-size: 10px;
    block-size: 10px;
    margin: 5px 2px;
    border: 2px solid var(--_line);
    border-radius: 50%;
    forced-color-adjust: none;
  }
  .steps .done i {
    border-color: var(--_accent);
    background: var(--_accent);
  }
  .steps li:not(:last-child)::after {
    content: "";
    position: absolute;
    inset-block: 22px -8px;
    inset-inline-start: 6px;
    inline-size: 2px;
    background: var(--_line);
  }
  .steps .done:not(:last-child)::after {
    background: color-mix(in oklab, var(--_accent) 35%, transparent);
  }
  time {
    font-size: 12.5px;
    color: var(--_ink-2);
  }
  .actions {
    display: flex;
    border-block-start: 1px solid var(--_line);
  }
  .actions > * {
    flex: 1;
    padding: 11px 8px;
    border: 0;
    background: none;
    color: color-mix(in oklab, var(--_accent) 82%, var(--_ink));
    font-weight: 600;
    font-size: 14px;
    text-align: center;
    text-decoration: none;
  }
  .actions > :hover {
    background: var(--_surface-2);
  }
  .actions > * + * {
    border-inline-start: 1px solid var(--_line);
  }
  .actions > :focus-visible {
    outline-offset: -3px;
  }
  .consent > strong,
  .consent > p {
    display: block;
    margin: 0;
    padding: 10px 14px 0;
    font-size: 14px;
  }
  .consent > p {
    color: var(--_ink-2);
    font-size: 13px;
  }
  .consent blockquote {
    margin: 8px 14px 0;
    padding: 8px 12px;
    border-inline-start: 3px solid var(--_accent);
    background: var(--_surface-2);
    font-size: 14px;
    white-space: pre-line;
    overflow-wrap: anywhere;
  }
  .consent p a {
    color: inherit;
  }
  .consent > :last-child:not(.actions) {
    margin-block-end: 12px;
  }
  .consent .actions {
    margin-block-start: 12px;
  }
  .file,
  .file a {
    display: flex;
    align-items: center;
    gap: 8px;
    max-inline-size: 88%;
    padding: 10px 12px;
    color: inherit;
    font-size: 14px;
    text-decoration: none;
  }
  .file a {
    max-inline-size: none;
    padding: 0;
  }
  .file small {
    flex: none;
    color: var(--_ink-2);
  }
  .file span {
    overflow: hidden;
    text-overflow: ellipsis;
  }

  .people {
    align-self: stretch;
    flex: none;
    margin-block: 6px 12px;
    padding: 12px 14px 10px;
    font-size: 13.5px;
  }
  .quiet,
  .legend {
    color: var(--_ink-2);
    font-size: 12.5px;
  }
  .sun {
    display: block;
    inline-size: 100%;
    block-size: auto;
    margin-block: 4px;
  }
  .arc {
    stroke: var(--_line);
    stroke-width: 2;
  }
  .you {
    fill: var(--_ink-2);
    stroke: none;
  }
  .away {
    fill: var(--_surface-2);
    stroke: var(--_line);
    stroke-width: 2;
  }
  .by {
    font-weight: 600;
  }
  .teams {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 14px;
    margin: 0 0 6px;
    padding: 0;
    list-style: none;
    font-size: 12.5px;
    color: var(--_ink-2);
  }
  .teams .on {
    color: var(--_ink);
    font-weight: 600;
  }
  .person {
    fill: var(--_accent);
    stroke: var(--_surface);
    stroke-width: 3;
  }
  .legend {
    display: flex;
    justify-content: space-between;
    gap: 12px;
  }
  .legend b {
    color: var(--_ink);
    font-weight: 620;
  }
  .track {
    block-size: 4px;
    margin-block: 10px 4px;
    border-radius: 2px;
    background: var(--_line);
    overflow: hidden;
  }
  .track i {
    display: block;
    block-size: 100%;
    inline-size: 36%;
    border-radius: 2px;
    background: var(--_accent);
    animation: sweep 2.4s ease-in-out infinite alternate;
  }
  .meta.failed {
    flex-wrap: wrap;
    justify-content: flex-end;
    text-align: end;
    color: var(--_danger);
  }
  .meta button {
    padding: 2px 6px;
    border: 0;
    border-radius: 6px;
    background: none;
    font-weight: 600;
    text-decoration: underline;
    text-underline-offset: 2px;
  }
  @keyframes sweep {
    from {
      margin-inline-start: -10%;
    }
    to {
      margin-inline-start: 74%;
    }
  }
`;
