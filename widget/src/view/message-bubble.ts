/** One message: its parts in the order they came, and below them how it went, who wrote it, what can be said about it. */
import { html, nothing, type TemplateResult } from "lit";
import type { Agent, Part } from "@allhours/protocol";
import type { I18n } from "../i18n/i18n.ts";
import { icon } from "./icons.ts";
import type * as extrasModule from "./parts/extras.ts";
import { renderChoices, type Option } from "./parts/choices.ts";
import { renderSources } from "./parts/sources.ts";
import { renderText } from "./parts/text.ts";
import { spokenText } from "./arrivals.ts";
import type { DeliveryNote, MessageItem, MessageRow } from "./rows.ts";

/** What the visitor may do with a message. */
export interface MessageActions {
  choose(messageId: string, option: Option): void;
  rate(messageId: string, value: "up" | "down"): void;
  retry(messageId: string): void;
  discard(messageId: string): void;
}
/** The module of what comes after the first paint, once it is loaded. */
export type Extras = typeof extrasModule;
export type MessageContext = {
  extras: Extras | undefined;
  i18n: I18n;
  now: number;
  /** Times may be formatted: the first paint is over. */
  timed: boolean;
  imageOrigins: readonly string[];
  /** The person serving now, for the place under a signature. */
  agent: Agent | undefined;
  actions: MessageActions;
};

export function authorName(item: MessageItem, i18n: I18n): string {
  if (item.author.kind === "visitor") return i18n.t("you");
  if (item.author.name !== undefined && item.author.name !== "") return item.author.name;
  return i18n.t(item.author.kind === "bot" ? "assistant" : item.author.kind === "agent" ? "person" : "notice");
}

/** Text and sources share a bubble with their neighbours; cards and files stand alone; choices come last, as buttons. */
function renderParts(row: MessageRow, context: MessageContext): unknown[] {
  const { item } = row;
  const blocks: unknown[] = [];
  let inside: unknown[] = [];
  const flush = (): void => {
    const part = `bubble bubble-${item.author.kind}`;
    if (inside.length > 0) blocks.push(html`<div class="bubble" part=${part} dir="auto" lang=${item.language ?? nothing}>${inside}</div>`);
    inside = [];
  };
  for (const part of item.parts) {
    if (part.type === "text") inside.push(renderText(part.text, part.format));
    else if (part.type === "choice") inside.push(renderText(part.text, "plain"));
    else if (part.type === "sources" && part.items.length > 0) inside.push(renderSources(part.items, context.i18n));
    else if (part.type === "card" || part.type === "file" || part.type === "consent" || part.type === "confirm") {
      flush();
      blocks.push(renderExtra(part, row, context));
    }
  }
  flush();
  return blocks;
}

function renderExtra(
  part: Extract<Part, { type: "card" | "file" | "consent" | "confirm" }>,
  { item, consent }: MessageRow,
  context: MessageContext,
): unknown {
  const { extras } = context;
  if (part.type === "consent" || part.type === "confirm")
    return extras?.renderConsent(part, consent, context.i18n, (option) => context.actions.choose(item.id, option));
  if (extras === undefined) return html`<div class="bubble" dir="auto">${renderText(spokenText([part]), "plain")}</div>`;
  if (part.type === "file") return extras.renderFile(part);
  return extras.renderCard(part, {
    ...context,
    choose: (action) => context.actions.choose(item.id, { id: action.id, label: action.label }),
  });
}

const checks = { sent: "check", delivered: "check", read: "checks" } as const;

function renderDelivery(note: DeliveryNote, item: MessageItem, { i18n, actions, extras }: MessageContext): TemplateResult {
  if (note.kind === "acknowledged")
    return html`<div class="meta ${note.state}" part="delivery">${i18n.t(note.state)} ${icon(checks[note.state])}</div>`;
  if (note.kind === "failed") {
    if (extras === undefined) return html`<div class="meta" part="delivery">${i18n.t("failed")}</div>`;
    const { id } = item;
    return extras.renderFailed(
      note.code,
      i18n,
      () => actions.retry(id),
      () => actions.discard(id),
    );
  }
  return html`<div class="meta" part="delivery">
    ${note.sending ? i18n.t("sending") : html`${icon("clock")} ${i18n.plural("waiting", note.count)}`}
  </div>`;
}

function renderSignature(item: MessageItem, { i18n, timed, agent }: MessageContext): TemplateResult {
  const here = agent !== undefined && agent.id === item.author.id ? agent : undefined;
  const there = timed && here?.timezone !== undefined ? i18n.time(item.at, here.timezone) : undefined;
  const time =
    there !== undefined && here?.place !== undefined
      ? i18n.t("timeIn", { time: there, place: here.place })
      : timed
        ? i18n.time(item.at)
        : undefined;
  return html`<div class="meta" part="signature">${authorName(item, i18n)}${time === undefined ? nothing : ` · ${time}`}</div>`;
}

function renderRating(item: MessageItem, { i18n, actions }: MessageContext): TemplateResult {
  const thumb = (value: "up" | "down"): TemplateResult => {
    const label = i18n.t(value === "up" ? "rateUp" : "rateDown");
    return html`<button
      type="button"
      part="rate"
      aria-label=${label}
      title=${label}
      aria-pressed=${item.rating === value}
      @click=${() => actions.rate(item.id, value)}
    >
      ${icon(value)}
    </button>`;
  };
  return html`<div class="rate" part="rating" role="group" aria-label=${i18n.t("rate")}>${thumb("up")}${thumb("down")}</div>`;
}

export function renderMessage(row: MessageRow, context: MessageContext): TemplateResult {
  const { item } = row;
  const { i18n } = context;
  const mine = item.author.kind === "visitor";
  const options = row.choices ? item.parts.flatMap((part: Part) => (part.type === "choices" ? part.options : [])) : [];
  const time = context.timed ? i18n.time(item.at) : undefined;
  const classes = `message ${mine ? "mine" : "theirs"} ${item.author.kind} ${row.first ? "first" : ""} ${row.last ? "last" : ""} ${item.delivery ?? ""}`;
  return html`<article
    class=${classes}
    part="message message-${item.author.kind}"
    aria-label=${[authorName(item, i18n), time].filter(Boolean).join(", ")}
  >
    ${renderParts(row, context)} ${row.delivery === undefined ? nothing : renderDelivery(row.delivery, item, context)}
    ${row.signed ? renderSignature(item, context) : nothing} ${row.rateable ? renderRating(item, context) : nothing}
    ${options.length === 0 ? nothing : renderChoices(options, i18n, (option) => context.actions.choose(item.id, option))}
  </article>`;
}
