/**
 * The conversation as rows. A row is rendered again only when what it shows has changed, so that a streamed answer
 * touches its own bubble and nothing else. Scrolling belongs to controllers/stick-to-bottom.ts.
 */
import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import type { ChatState } from "../core/state.ts";
import type { I18n } from "../i18n/i18n.ts";
import { icon } from "./icons.ts";
import { renderMessage, type MessageContext } from "./message-bubble.ts";
import type { MessageRow, Row } from "./rows.ts";

export type ListContext = MessageContext & {
  queue: ChatState["queue"];
  greeting: string;
  typing: string | undefined;
  loadingOlder: boolean;
};

/** Everything a message's row depends on, to compare by identity. */
function dependencies(row: MessageRow, context: MessageContext): unknown[] {
  const { delivery } = row;
  const note = delivery === undefined ? "" : Object.values(delivery).join(" ");
  return [
    row.item,
    row.first,
    row.last,
    row.choices,
    row.consent,
    row.rateable,
    row.signed,
    note,
    context.i18n.locale,
    context.timed,
    row.signed && context.agent,
    context.extras,
  ];
}

function renderDay(at: number, { i18n, now, timed }: MessageContext): TemplateResult {
  return html`<div class="day" part="day">${timed ? `${i18n.day(at, now)} ${i18n.time(at) ?? ""}` : "\u00a0"}</div>`;
}

function renderRow(row: Row, context: ListContext): unknown {
  const { i18n } = context;
  switch (row.kind) {
    case "message":
      return guard(dependencies(row, context), () => renderMessage(row, context));
    case "day":
      return renderDay(row.at, context);
    case "new":
      return html`<div class="new" part="new">${i18n.t("newMarker")}</div>`;
    case "note":
      return html`<div class="note" part="note">${i18n.t(row.note, { name: row.name })}</div>`;
    case "queued":
    case "taken":
      if (context.extras === undefined)
        return html`<div class="note" part="handoff">${i18n.t(row.kind === "queued" ? "queuedTitle" : "takenTitle")}</div>`;
      return row.kind === "queued"
        ? context.extras.renderQueued(context.queue, i18n, context.now)
        : context.extras.renderTaken(row.agent, row.at, i18n, context.timed);
  }
}

/** The inside of the log. */
export function renderRows(rows: readonly Row[], context: ListContext): TemplateResult {
  const { i18n, greeting, typing } = context;
  // Our first words belong to the first day.
  const before = greeting !== "" && rows[0]?.kind === "day" ? 1 : 0;
  return html`
    ${context.loadingOlder ? html`<div class="note">${i18n.t("loadingOlder")}</div>` : nothing}
    ${rows.slice(0, before).map((row) => renderRow(row, context))}
    ${
      greeting === ""
        ? nothing
        : html`<article class="message theirs bot first last" part="message message-bot" aria-label=${i18n.t("assistant")}>
            <div class="bubble" part="bubble bubble-bot" dir="auto"><p class="plain">${greeting}</p></div>
          </article>`
    }
    ${repeat(
      rows.slice(before),
      (row) => row.key,
      (row) => renderRow(row, context),
    )}
    ${
      typing === undefined
        ? nothing
        : html`<div class="message theirs first last" part="typing">
            <div class="bubble typing"><span class="hidden">${typing}</span><i></i><i></i><i></i></div>
          </div>`
    }
  `;
}

/** The button to the end of a log that was scrolled up; `below` messages have come since. */
export function renderMore(below: number, i18n: I18n, toBottom: () => void): TemplateResult {
  const words = i18n.plural("newMessages", below);
  return html`<button type="button" class="more" part="more" aria-label=${words} @click=${toBottom}>
    ${icon("arrow")}${below > 0 ? words : nothing}
  </button>`;
}
