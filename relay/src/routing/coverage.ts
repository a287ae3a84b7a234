/** Who is on duty hour by hour, and where nobody is: the picture of a rota. Pure. */
import { joined, type Interval } from "./calendar.ts";
import { serves } from "./languages.ts";
import type { Rota, Team } from "./rota.ts";
import { clockAt, dateOf, dayAt, minuteOf, weekdayOf } from "./wall-clock.ts";

export type Coverage = {
  /** IANA; days and hours are shown in it. */
  zone: string;
  /** First day, counted from 1970. */
  day: number;
  days: number;
  teams: readonly { team: Team; shifts: Interval[] }[];
  languages: readonly { language: string; covered: Interval[]; holes: Interval[] }[];
};

export function coverageOf(rota: Rota, languages: readonly string[], zone: string, day: number, days: number): Coverage {
  const whole = { from: minuteOf(zone, day, 0), to: minuteOf(zone, day + days, 0) };
  const teams = rota.teams.map((team) => ({ team, shifts: shiftsWithin(rota, team, whole) }));
  return {
    zone,
    day,
    days,
    teams,
    languages: languages.map((language) => {
      const serving = teams.filter(({ team }) => serves(team, language));
      const covered = joined(serving.flatMap(({ shifts }) => shifts));
      return { language, covered, holes: gapsIn(covered, whole) };
    }),
  };
}

function shiftsWithin(rota: Rota, team: Team, whole: Interval): Interval[] {
  const found: Interval[] = [];
  const first = rota.shiftAt(team, whole.from) ?? rota.nextShift(team, whole.from);
  for (let shift = first; shift !== undefined && shift.from < whole.to; shift = rota.nextShift(team, shift.to - 1))
    found.push({ from: Math.max(shift.from, whole.from), to: Math.min(shift.to, whole.to) });
  return found;
}

function gapsIn(covered: readonly Interval[], whole: Interval): Interval[] {
  const edges = [...covered, { from: whole.to, to: whole.to }];
  let from = whole.from;
  return edges.flatMap((next) => {
    const gap = { from, to: next.from };
    from = next.to;
    return gap.to > gap.from ? [gap] : [];
  });
}

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
export function dayName(day: number): string {
  const [, month, date] = dateOf(day).split("-");
  return `${WEEKDAYS[weekdayOf(day)]!} ${date!} ${MONTHS[Number(month) - 1]!}`;
}
/** Teams are shown as letters, A the first. */
export function letterOf(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : "#";
}
/** As "Sun 29 Nov 22:00 to 02:00 (4 h)". */
export function spanText({ from, to }: Interval, zone: string): string {
  const hours = (to - from) / 3_600_000;
  const long = hours >= 48 ? `${Math.round(hours / 24)} days` : `${Number(hours.toFixed(1))} h`;
  const day = (at: number): string => dayName(dayAt(zone, at));
  return `${day(from)} ${clockAt(zone, from)} to ${day(from) === day(to) ? "" : `${day(to)} `}${clockAt(zone, to)} (${long})`;
}
const CELL_MINUTES = 30;
const CELLS = 1_440 / CELL_MINUTES;
const LABEL = 12;

/** One line a day and language; a letter is the team that serves that half hour, a figure how many do, `.` nobody. */
export function coverageText(title: string, coverage: Coverage): string {
  const { zone, day, days, teams } = coverage;
  const lines = [`${title}, ${dayName(day)} to ${dayName(day + days - 1)}, hours of ${zone}`, ""];
  const ruler = Array.from({ length: CELLS }, (_, cell) => (cell % 6 === 0 ? String(cell / 2).padEnd(6) : "")).join("");
  for (const [index, { team }] of teams.entries())
    lines.push(`  ${letterOf(index)}  ${team.id} (${team.timezone}; ${team.languages.join(", ")}${team.translates ? ", translates" : ""})`);
  for (const { language, holes } of coverage.languages) {
    lines.push("", `${language.padEnd(LABEL)}${ruler.trimEnd()}`);
    for (let one = day; one < day + days; one += 1) {
      let cells = "";
      for (let cell = 0; cell < CELLS; cell += 1) {
        const from = minuteOf(zone, one, cell * CELL_MINUTES);
        const to = minuteOf(zone, one, (cell + 1) * CELL_MINUTES);
        const on = teams.flatMap(({ team, shifts }, index) => {
          return serves(team, language) && shifts.some((shift) => shift.from <= from && shift.to >= to) ? [index] : [];
        });
        cells +=
          on.length === 0
            ? isPartly(coverage, language, from, to)
              ? "-"
              : "."
            : on.length === 1
              ? letterOf(on[0]!)
              : String(Math.min(9, on.length));
      }
      lines.push(`${dayName(one).padEnd(LABEL)}${cells}`);
    }
    lines.push(holes.length === 0 ? `${language}: somebody is there at any hour` : `${language}: nobody is there`);
    for (const hole of holes) lines.push(`  ${spanText(hole, zone)}`);
  }
  return lines.join("\n");
}

function isPartly({ languages }: Coverage, language: string, from: number, to: number): boolean {
  return languages.some((one) => one.language === language && one.covered.some((span) => span.from < to && from < span.to));
}
