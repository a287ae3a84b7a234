/** A card: what it is about, how far it got, what can be done. Pictures only from the page's own origin or the relay's. */
import { html, nothing, type TemplateResult } from "lit";
import type { Part } from "@allhours/protocol";
import type { I18n } from "../../i18n/i18n.ts";
import { safeLink } from "../markdown.ts";
import { renderLink } from "./text.ts";

type Card = Extract<Part, { type: "card" }>;
type Action = NonNullable<Card["actions"]>[number];

export type CardContext = {
  i18n: I18n;
  now: number;
  timed: boolean;
  /** Origins pictures may come from. */
  imageOrigins: readonly string[];
  choose(action: Action): void;
};

/** The address of a picture that may be shown: from a listed origin, a path being of the first. `undefined` for any other. */
export function imageUrl(url: string | undefined, origins: readonly string[]): string | undefined {
  const link = url === undefined ? undefined : safeLink(url);
  if (link === undefined || origins.length === 0) return undefined;
  const absolute = new URL(link.href, origins[0]);
  return origins.includes(absolute.origin) ? absolute.href : undefined;
}

/** Within this, the name of a day is enough. */
const nearMs = 6 * 86_400_000;

/** A step's time: a date or time of day in the visitor's words when it is ISO 8601, otherwise as written. */
function stepTime(at: string | undefined, { i18n, now, timed }: CardContext): string {
  if (at === undefined || !/^\d{4}-\d\d-\d\d/.test(at)) return at ?? "";
  const time = Date.parse(at);
  if (!timed || Number.isNaN(time)) return "";
  if (new Date(time).toDateString() === new Date(now).toDateString()) return i18n.time(time) ?? "";
  return i18n.format(time, Math.abs(time - now) < nearMs ? { weekday: "short" } : { day: "numeric", month: "short" });
}

export function renderCard(card: Card, context: CardContext): TemplateResult {
  const { i18n } = context;
  const picture = imageUrl(card.imageUrl, context.imageOrigins);
  return html`<div class="card" part="card">
    <div class="card-head">
      ${picture === undefined ? nothing : html`<img src=${picture} alt="" loading="lazy" @error=${(event: Event) => ((event.target as HTMLElement).hidden = true)} />`}
      <div dir="auto">
        <strong>${card.title}</strong>
        ${card.subtitle === undefined ? nothing : html`<small>${card.subtitle}</small>`}
      </div>
    </div>
    ${
      card.steps === undefined || card.steps.length === 0
        ? nothing
        : html`<ol class="steps">
            ${card.steps.map(
              (step) =>
                html`<li class=${step.done ? "done" : ""}>
                  <i></i>
                  <span dir="auto">${step.label}<span class="hidden">, ${i18n.t(step.done ? "stepDone" : "stepNext")}</span></span>
                  <time>${stepTime(step.at, context)}</time>
                </li>`,
            )}
          </ol>`
    }
    ${card.actions === undefined || card.actions.length === 0 ? nothing : html`<div class="actions">${card.actions.map((action) => renderAction(action, context))}</div>`}
  </div>`;
}

function renderAction(action: Action, context: CardContext): TemplateResult | typeof nothing {
  if (action.url === undefined)
    return html`<button type="button" part="card-action" @click=${() => context.choose(action)}>${action.label}</button>`;
  const link = safeLink(action.url);
  return link === undefined ? nothing : renderLink(link.href, link.host, "card-action", action.label);
}
