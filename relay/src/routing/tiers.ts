/**
 * Which team is asked, and why: at work, speaks the language, has room; then by skill, load, and the order of the sun. And what can be promised
 * when nobody is. Pure: the same facts give the same team.
 */
import type { Interval } from "./calendar.ts";
import { dayName } from "./coverage.ts";
import { serves, speaks } from "./languages.ts";
import type { Rota, Team } from "./rota.ts";
import { clockAt, dayAt } from "./wall-clock.ts";

export type Asked = {
  /** BCP 47, of the conversation. */
  language: string;
  /** Intents and article ids of the case, the last one first. */
  topics: readonly string[];
  /** Unix milliseconds. */
  at: number;
  /** Open cases a team, offers included. */
  loads: ReadonlyMap<string, number>;
  /** Teams that are not asked again. */
  passed: readonly string[];
};
/** What speaks for or against a team; `fit`: it can be asked. */
export type Verdict = { team: Team; fit: boolean; why: string; shift?: Interval | undefined };
/** `fit`: teams that can be asked, best first. */
export type Choice = { team: Team | undefined; fit: readonly Team[] };

export function hasSkill(team: Pick<Team, "skills">, topics: readonly string[]): boolean {
  return team.skills.some((skill) =>
    topics.some((topic) => topic === skill || topic.startsWith(`${skill}.`) || topic.startsWith(`${skill}-`)),
  );
}

/** Where no team of the region serves a language, that is no reason against any: a person without the words is better than none. */
export function chooseTeam(rota: Rota, asked: Asked): Choice {
  const { language, topics, at, loads, passed } = asked;
  const languageCounts = rota.teams.some((team) => serves(team, language));
  const ranked: { team: Team; rank: number; share: number }[] = [];
  for (const team of rota.teams) {
    const load = loads.get(team.id) ?? 0;
    if (load >= team.capacity || rota.shiftAt(team, at) === undefined || passed.includes(team.id)) continue;
    const spoken = speaks(team, language);
    if (languageCounts && !spoken && !team.translates) continue;
    ranked.push({ team, rank: (spoken ? 2 : 0) + (hasSkill(team, topics) ? 1 : 0), share: load / team.capacity });
  }
  // Of equals the first of the list.
  ranked.sort((one, other) => other.rank - one.rank || one.share - other.share);
  return { team: ranked[0]?.team, fit: ranked.map(({ team }) => team) };
}

/** Is anybody on duty who could be asked in a language, however much there is to do? */
export function isAnybodyOnDuty(rota: Rota, language: string, at: number): boolean {
  return chooseTeam(rota, { language, topics: [], at, loads: new Map(), passed: [] }).team !== undefined;
}

/** Why each team can be asked or not, for people: the rules of `chooseTeam` in words. */
export function verdictsOf(rota: Rota, asked: Asked): Verdict[] {
  const { language, at, loads, passed } = asked;
  const languageCounts = rota.teams.some((team) => serves(team, language));
  const { fit } = chooseTeam(rota, asked);
  return rota.teams.map((team): Verdict => {
    const shift = rota.shiftAt(team, at);
    const load = loads.get(team.id) ?? 0;
    if (fit.includes(team)) return { team, fit: true, why: reasons(team, asked, load), shift };
    if (shift === undefined) return { team, fit: false, why: offDuty(rota, team, at) };
    if (languageCounts && !serves(team, language)) return { team, fit: false, why: `does not speak ${language}`, shift };
    if (passed.includes(team.id)) return { team, fit: false, why: "let the offer pass", shift };
    return { team, fit: false, why: `full, ${load} of ${team.capacity}`, shift };
  });
}

function reasons(team: Team, { language, topics, loads }: Asked, load: number): string {
  const words = [speaks(team, language) ? `speaks ${language}` : team.translates ? `translates ${language}` : `nobody speaks ${language}`];
  if (hasSkill(team, topics)) words.push("has the skill");
  words.push(loads.size === 0 ? "on duty" : `${load} of ${team.capacity} cases`);
  return words.join(", ");
}

function offDuty(rota: Rota, team: Team, at: number): string {
  const next = rota.nextShift(team, at);
  if (next === undefined) return "off duty for the next two months";
  return `off duty until ${dayName(dayAt(team.timezone, next.from))} ${clockAt(team.timezone, next.from)} ${team.timezone}`;
}

/** The team that is at work next, of those that serve the language; with its shift. `undefined`: none is within two months. */
export function nextOnDuty(rota: Rota, language: string, at: number): { team: Team; shift: Interval } | undefined {
  const serving = rota.teams.filter((team) => serves(team, language));
  const next = (serving.length > 0 ? serving : rota.teams).flatMap((team) => {
    const shift = rota.nextShift(team, at);
    return shift === undefined ? [] : [{ team, shift }];
  });
  return next.sort((one, other) => one.shift.from - other.shift.from)[0];
}

const STEP_MS = 5 * 60_000;
/**
 * By when a person answers, rounded up to five minutes. Somebody is at work: within `replyWithinMs`. Nobody is: when the next shift has had time for
 * those who wait before. `ahead`: cases in the queue before this one. Nobody will be at work: within `replyWithinMs`, since that is what the shop has set.
 */
export function promiseFor(
  rota: Rota,
  asked: { language: string; at: number; ahead: number; handlingMs: number; replyWithinMs: number; onDuty: boolean },
): number {
  const next = asked.onDuty ? undefined : nextOnDuty(rota, asked.language, asked.at);
  if (next === undefined) return asked.at + asked.replyWithinMs;
  const rounds = Math.ceil((asked.ahead + 1) / next.team.capacity);
  return Math.ceil((next.shift.from + rounds * asked.handlingMs) / STEP_MS) * STEP_MS;
}
