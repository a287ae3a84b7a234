/** Who is on duty: the shifts of a region's teams, worked out ahead once and looked up by the moment. */
import type { TeamConfig } from "../config/teams.ts";
import { HORIZON_MS, openIntervals, type Calendar, type Interval } from "./calendar.ts";
import { holidaysIn } from "./holidays.ts";
import { EVERY_LANGUAGE } from "./languages.ts";
import { DAY_MS } from "./wall-clock.ts";

export type Team = TeamConfig;
export interface Rota {
  readonly teams: readonly Team[];
  calendar(team: Team, at: number): Calendar;
  /** The shift that is on, `undefined` when none is. */
  shiftAt(team: Team, at: number): Interval | undefined;
  /** The first shift that begins after `at`; `undefined` when none does for two months. */
  nextShift(team: Team, at: number): Interval | undefined;
  /** When the last shift before `at` ended; `undefined` when none did in the two days before. */
  lastEnd(team: Team, at: number): number | undefined;
  /** Takes closures in place of the team's former ones. */
  close(teamId: string, closures: Calendar["closures"]): void;
}

/** Worked out from a little before the moment asked for; made anew when less than half of it lies ahead. */
const BACK_MS = 2 * DAY_MS;
type Ahead = { from: number; until: number; calendar: Calendar; shifts: Interval[] };

/** For a region without teams: whoever sits at the desk is always there, and nothing is too much. */
export function teamOfDesk(deskId: string): Team {
  const hours = Array.from({ length: 7 }, () => [{ from: 0, to: 1_440 }]);
  const rest = { translates: false, skills: [], capacity: Infinity, exceptions: [], feeds: [] };
  return { id: deskId, desk: deskId, timezone: "UTC", hours, languages: [EVERY_LANGUAGE], ...rest };
}

export function createRota(teams: readonly Team[]): Rota {
  const ahead = new Map<string, Ahead>();
  const closures = new Map<string, Calendar["closures"]>();

  function aheadOf(team: Team, at: number): Ahead {
    const known = ahead.get(team.id);
    if (known !== undefined && at >= known.from && at <= known.until - HORIZON_MS / 2) return known;
    const from = at - BACK_MS;
    const until = at + HORIZON_MS;
    const calendar = calendarOf(team, { from, to: until }, closures.get(team.id) ?? []);
    const made: Ahead = { from, until, calendar, shifts: openIntervals(calendar, from, until) };
    ahead.set(team.id, made);
    return made;
  }
  /** Place of the first shift that ends after `at`. */
  function placeOf({ shifts }: Ahead, at: number): number {
    let [low, high] = [0, shifts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (shifts[middle]!.to > at) high = middle;
      else low = middle + 1;
    }
    return low;
  }
  return {
    teams,
    calendar: (team, at) => aheadOf(team, at).calendar,
    shiftAt(team, at) {
      const own = aheadOf(team, at);
      const shift = own.shifts[placeOf(own, at)];
      return shift !== undefined && shift.from <= at ? shift : undefined;
    },
    nextShift(team, at) {
      const own = aheadOf(team, at);
      const place = placeOf(own, at);
      const shift = own.shifts[place];
      return shift !== undefined && shift.from <= at ? own.shifts[place + 1] : shift;
    },
    lastEnd(team, at) {
      const own = aheadOf(team, at);
      return own.shifts[placeOf(own, at) - 1]?.to;
    },
    close(teamId, found) {
      closures.set(teamId, found);
      ahead.delete(teamId);
    },
  };
}

/** What the config says of a team's hours, with the holidays of the years it touches. */
export function calendarOf(team: Team, { from, to }: Interval, closures: Calendar["closures"] = []): Calendar {
  const years = [from - BACK_MS, to + BACK_MS].map((at) => new Date(at).getUTCFullYear());
  return {
    timezone: team.timezone,
    week: team.hours,
    exceptions: new Map(team.exceptions.map(({ date, hours }) => [date, hours])),
    holidays: team.holidays === undefined ? new Map() : holidaysIn(team.holidays, years[0]!, years[1]!),
    closures,
  };
}
