/**
 * Days, written out, in figures, or as seen from today ("three days ago"), by chrono-node in the languages it knows and in figures in all
 * others. Values are dates, as 2026-12-24. What only may be a day ("24/7", "may 3 people", "now") is none.
 */
import * as chrono from "chrono-node";
import { baseOf } from "../../words.ts";
import type { Slot } from "../../spec.ts";

const readers: Readonly<Record<string, Pick<chrono.Chrono, "parse">>> = {
  ar: chrono.ar.casual,
  de: chrono.de.casual,
  es: chrono.es.casual,
  fi: chrono.fi.casual,
  fr: chrono.fr.casual,
  id: chrono.id.casual,
  it: chrono.it.casual,
  ja: chrono.ja.casual,
  nl: chrono.nl.casual,
  pt: chrono.pt.casual,
  ru: chrono.ru.casual,
  sv: chrono.sv.casual,
  uk: chrono.uk.casual,
  vi: chrono.vi.casual,
  zh: chrono.zh.casual,
};
/** Countries that write the month first. */
const MONTH_FIRST = new Set(["US", "PH", "FM", "PW", "MH"]);

const anyDay = /[0-9]|\p{L}{3,}/u;
/** A day and a month in figures may be anything: 24/7, 1/2, 12.50. */
const figuresAlone = /^[0-9]{1,2}\s?[./-]\s?[0-9]{1,2}\.?$/;
const mayThree = /^may [0-9]{1,2}$/;
const shortWeekday = /^\p{Script=Latin}{1,3}\.?$/u;
const hasDigit = /[0-9]/;
/** Figures that no reader but a Korean would know. */
const korean = /(?:([0-9]{4})년\s?)?([0-9]{1,2})월\s?([0-9]{1,2})일/g;

export type DateContext = {
  /** BCP 47, of the message. */
  language: string;
  /** ISO 3166-1 alpha-2: says whether 3/4 is in March or in April, where the language alone does not. */
  country?: string | undefined;
  /** IANA zone of who wrote: when his day ends. Default UTC. */
  timezone?: string | undefined;
  /** Unix milliseconds of the message. */
  at: number;
};

/** `text` has ASCII digits. */
export function datesIn(text: string, context: DateContext): Slot[] {
  if (!anyDay.test(text)) return [];
  const base = baseOf(context.language);
  const reader = readers[base] ?? (monthFirst(context) ? chrono.en.casual : chrono.en.GB);
  const slots: Slot[] = [];
  const today = localNoon(context);
  for (const { text: found, index, start } of reader.parse(text, today)) {
    if (!isDay(found, start) || figuresAlone.test(found.trim()) || mayThree.test(found) || shortWeekday.test(found)) continue;
    slots.push({
      name: "date",
      value: valueOf(start.get("year")!, start.get("month")!, start.get("day")!),
      start: index,
      end: index + found.length,
    });
  }
  if (base === "ko") slots.push(...koreanDates(text, today));
  return slots;
}

/** "Now" has an hour and no day of its own; "in May" has no day at all. */
function isDay(found: string, start: chrono.ParsedComponents): boolean {
  if (start.isCertain("hour") && !start.isCertain("weekday") && !hasDigit.test(found)) return false;
  return start.isCertain("day") || start.isCertain("weekday");
}

function monthFirst({ language, country }: DateContext): boolean {
  const region =
    country ??
    language
      .split("-")
      .find((part, place) => place > 0 && /^[A-Z]{2}$/i.test(part))
      ?.toUpperCase();
  return region === undefined ? baseOf(language) === "en" : MONTH_FIRST.has(region);
}

function koreanDates(text: string, today: Date): Slot[] {
  return [...text.matchAll(korean)].map((match) => {
    const [whole, year, month, day] = match;
    return {
      name: "date",
      value: valueOf(Number(year ?? today.getFullYear()), Number(month), Number(day)),
      start: match.index,
      end: match.index + whole.length,
    };
  });
}

const zones = new Map<string, Intl.DateTimeFormat>();

/** Noon of the writer's day, told in the machine's own zone: chrono counts days in that. */
function localNoon({ at, timezone = "UTC" }: DateContext): Date {
  let format = zones.get(timezone);
  if (format === undefined) {
    try {
      format = new Intl.DateTimeFormat("en-CA", { timeZone: timezone, year: "numeric", month: "2-digit", day: "2-digit" });
    } catch {
      // A zone nobody knows.
      format = new Intl.DateTimeFormat("en-CA", { timeZone: "UTC", year: "numeric", month: "2-digit", day: "2-digit" });
    }
    zones.set(timezone, format);
  }
  const [year = 0, month = 1, day = 1] = format.format(at).split("-").map(Number);
  return new Date(year, month - 1, day, 12);
}

function valueOf(year: number, month: number, day: number): string {
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}
