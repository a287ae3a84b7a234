/** Who is here: the card while a person is looked for, the card when one takes over, and the small notes between. */
import { html, nothing, svg, type TemplateResult } from "lit";
import type { Agent } from "@allhours/protocol";
import type { ChatState } from "../../core/state.ts";
import type { I18n } from "../../i18n/i18n.ts";

/** Where the sun stands for an hour of the day (0 to 24) in a drawing of 300 by 58: left at midnight, on top at noon. */
export function sunAt(hour: number): { x: number; y: number } {
  const share = Math.min(24, Math.max(0, hour)) / 24;
  return { x: Math.round(12 + 276 * share), y: Math.round(50 - 40 * Math.sin(Math.PI * share)) };
}

/** Hour of the day with its fraction in an IANA zone, the browser's own without one; `undefined` for an unknown zone. */
export function hourIn(at: number, timezone?: string): number | undefined {
  try {
    const parts = new Intl.DateTimeFormat("en", {
      hour: "numeric",
      minute: "numeric",
      hourCycle: "h23",
      ...(timezone === undefined ? {} : { timeZone: timezone }),
    }).formatToParts(at);
    const value = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
    return value("hour") + value("minute") / 60;
  } catch {
    return undefined;
  }
}

export function renderQueued(queue: ChatState["queue"], i18n: I18n): TemplateResult {
  const minutes = queue?.etaMs === undefined ? undefined : Math.max(1, Math.ceil(queue.etaMs / 60_000));
  const facts = [
    queue === undefined ? "" : i18n.t("queuedPosition", { position: queue.position }),
    minutes === undefined ? "" : i18n.plural("queuedMinutes", minutes),
  ];
  const line = facts.filter((words) => words !== "").join(" · ");
  return html`<div class="people" part="handoff">
    <strong>${i18n.t("queuedTitle")}</strong>
    ${line === "" ? nothing : html`<p>${line}</p>`}
    <p class="quiet">${i18n.t("queuedHint")}</p>
    <div class="track"><i></i></div>
  </div>`;
}

export function renderTaken(agent: Agent, at: number, i18n: I18n, timed: boolean): TemplateResult {
  const here = timed ? hourIn(at) : undefined;
  const there = timed && agent.timezone !== undefined ? hourIn(at, agent.timezone) : undefined;
  return html`<div class="people" part="handoff">
    <strong>${i18n.t("takenTitle")}</strong>
    ${here === undefined || there === undefined ? nothing : renderSun(here, there)}
    <div class="legend">
      <span>${i18n.t("you")} ${timed ? (i18n.time(at) ?? "") : ""}</span>
      <b>${agent.place ?? agent.name} ${there === undefined ? "" : (i18n.time(at, agent.timezone) ?? "")}</b>
    </div>
  </div>`;
}

function renderSun(here: number, there: number): TemplateResult {
  const you = sunAt(here);
  const person = sunAt(there);
  const path = Array.from({ length: 25 }, (_, hour) => sunAt(hour))
    .map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x} ${y}`)
    .join("");
  return html`<svg class="sun" viewBox="0 0 300 60" aria-hidden="true">
    ${svg`<path class="arc" d=${path}></path><path class="arc" d="M2 52h296"></path>
    <circle class="you" cx=${you.x} cy=${you.y} r="5"></circle><circle class="person" cx=${person.x} cy=${person.y} r="9"></circle>`}
  </svg>`;
}
