/** What an agent is told of their shift, as words. Pure: no page, no clock of its own. Times are those on the team's wall. */
import { duration } from "./case-words.js";

const DAY_MS = 24 * 3_600_000;
/** A shift that ends this far away has no end: it is on around the clock. */
const ENDLESS_MS = 14 * DAY_MS;

/**
 * @typedef {{ from: number, to: number }} Span
 * @param {{ name: string, timezone: string, now?: Span, next?: Span }} team
 * @param {number} batonMs
 * @param {number} now Unix ms
 * @returns {{ state: "on" | "ending" | "off", text: string, title: string }}
 */
export function shiftWords(team, batonMs, now) {
  const shift = team.now !== undefined && team.now.to > now ? team.now : undefined;
  if (shift === undefined) {
    // What began since the server was asked is on.
    const begun = team.next !== undefined && team.next.from <= now && team.next.to > now ? team.next : undefined;
    if (begun !== undefined) return shiftWords({ ...team, now: begun, next: undefined }, batonMs, now);
    const next = team.next !== undefined && team.next.from > now ? team.next : undefined;
    return {
      state: "off",
      text: next === undefined ? "Off shift" : `Off shift until ${moment(next.from, team.timezone, now)}, in ${span(next.from - now)}`,
      title: `${team.name}, ${team.timezone}`,
    };
  }
  const left = shift.to - now;
  if (left > ENDLESS_MS) return { state: "on", text: "On shift around the clock", title: `${team.name}, ${team.timezone}` };
  const hours = `${moment(shift.from, team.timezone, now)} to ${moment(shift.to, team.timezone, now)}`;
  return {
    state: left <= batonMs ? "ending" : "on",
    text: `On shift until ${moment(shift.to, team.timezone, now)}, ${span(left)} left`,
    title: `${team.name}: ${hours}, ${team.timezone}`,
  };
}

/**
 * Told as the shift ends; empty before and after.
 * @param {"on" | "ending" | "off"} state
 * @param {number} open talks the agent has
 */
export function batonWords(state, open) {
  if (open === 0 || state === "on") return "";
  const talks = open === 1 ? "Your open talk" : `Your ${open} open talks`;
  const verb = open === 1 ? "is" : "are";
  return state === "ending"
    ? `Your shift ends. ${talks} ${verb} being offered to the next team; go on until somebody takes over.`
    : `Your shift is over. ${talks} ${verb} offered to others once ${open === 1 ? "it pauses" : "they pause"}.`;
}

/** "2 h", "less than a minute". */
function span(ms) {
  return ms < 60_000 ? "less than a minute" : duration(ms);
}

/** "18:00", and the day where it is another one there. */
function moment(at, timeZone, now) {
  const day = (/** @type {number} */ time) => new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }).format(time);
  const weekday = day(at) === day(now) ? {} : { weekday: /** @type {const} */ ("short") };
  return new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", ...weekday }).format(at);
}
