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

/** `now`: Unix milliseconds. */
export function renderQueued(queue: ChatState["queue"], i18n: I18n, now: number): TemplateResult {
  const { etaMs, promisedAt, teams = [] } = queue ?? {};
  const ticket = queue?.tier === "ticket";
  const asked = teams.find((team) => team.asked);
  const minutes = etaMs === undefined ? undefined : Math.max(1, Math.ceil(etaMs / 60_000));
  const facts = [
    asked === undefined ? "" : i18n.t("queuedAsked", { team: asked.name }),
    queue === undefined ? "" : i18n.t("queuedPosition", { position: queue.position }),
    minutes === undefined ? "" : i18n.plural("queuedMinutes", minutes),
  ];
  const line = facts.filter((words) => words !== "").join(" · ");
  return html`<div class="people" part="handoff">
    <strong
      >${queue?.expert !== undefined && queue.tier === "expert" ? i18n.t("queuedAsked", { team: queue.expert }) : i18n.t(ticket ? "ticketTitle" : "queuedTitle")}</strong
    >
    ${promisedAt === undefined ? nothing : html`<p class="by">${i18n.t("queuedBy", { time: momentText(promisedAt, now, i18n) })}</p>`}
    ${line === "" ? nothing : html`<p>${line}</p>`} ${teams.length === 0 ? nothing : renderTeams(teams, now, i18n)}
    <p class="quiet">${i18n.t("queuedHint")}</p>
    ${ticket ? nothing : html`<div class="track"><i></i></div>`}
  </div>`;
}

/** Today's time, or weekday and time; with the date from a week on. In the visitor's own zone. */
export function momentText(at: number, now: number, i18n: Pick<I18n, "format">): string {
  const day = (moment: number): string => new Date(moment).toDateString();
  const time = { hour: "2-digit", minute: "2-digit" } as const;
  if (day(at) === day(now)) return i18n.format(at, time);
  const weekday = { weekday: "long", ...time } as const;
  return i18n.format(at, at - now < 6 * 86_400_000 ? weekday : { ...weekday, day: "numeric", month: "long" });
}

/** Whose day it is: every team where the sun stands for them, those at work in colour, the visitor among them. */
function renderTeams(teams: NonNullable<NonNullable<ChatState["queue"]>["teams"]>, now: number, i18n: I18n): TemplateResult {
  const placed = teams.flatMap((team) => {
    const hour = hourIn(now, team.timezone);
    return hour === undefined ? [] : [{ ...team, ...sunAt(hour) }];
  });
  const here = hourIn(now);
  const you = here === undefined ? undefined : sunAt(here);
  return html`<svg class="sun" viewBox="0 0 300 60" aria-hidden="true">
      ${horizon()} ${you === undefined ? nothing : svg`<circle class="you" cx=${you.x} cy=${you.y} r="4"></circle>`}
      ${placed.map(({ x, y, atWork }) => svg`<circle class=${atWork ? "person" : "away"} cx=${x} cy=${y} r=${atWork ? 8 : 6}></circle>`)}
    </svg>
    <ul class="teams">
      ${placed.map(
        ({ name, timezone, atWork }) =>
          html`<li class=${atWork ? "on" : ""}>
            ${name} ${i18n.time(now, timezone) ?? ""}<span class="hidden"> ${i18n.t(atWork ? "atWork" : "offDuty")}</span>
          </li>`,
      )}
    </ul>`;
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
  return html`<svg class="sun" viewBox="0 0 300 60" aria-hidden="true">
    ${horizon()}
    ${svg`<circle class="you" cx=${you.x} cy=${you.y} r="5"></circle><circle class="person" cx=${person.x} cy=${person.y} r="9"></circle>`}
  </svg>`;
}

/** The way of the sun, and the ground. */
function horizon(): TemplateResult {
  const path = Array.from({ length: 25 }, (_, hour) => sunAt(hour))
    .map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x} ${y}`)
    .join("");
  return svg`<path class="arc" d=${path}></path><path class="arc" d="M2 52h296"></path>`;
}
