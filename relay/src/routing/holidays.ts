/** Public holidays by country, from date-holidays (data CC BY 3.0). Loaded when a team has some: the package is large. */
import { createRequire } from "node:module";
import type Holidays from "date-holidays";
import { DAY_MS, dateOf } from "./wall-clock.ts";

/** ISO 3166-1 alpha-2, and the state and region as the package names them. */
export type HolidayPlace = { country: string; state?: string | undefined; region?: string | undefined };

let loaded: typeof Holidays | undefined;
function library(): typeof Holidays {
  loaded ??= createRequire(import.meta.url)("date-holidays") as typeof Holidays;
  return loaded;
}

/** Does the package know holidays there? */
export function isPlace({ country, state, region }: HolidayPlace): boolean {
  const all = new (library())();
  if (!Object.hasOwn(all.getCountries(), country)) return false;
  if (state === undefined) return region === undefined;
  if (!Object.hasOwn(all.getStates(country) ?? {}, state)) return false;
  return region === undefined || Object.hasOwn(all.getRegions(country, state) ?? {}, region);
}

/** Whole days by date, with their names in the country's own language. Only public ones; half days, which are of some people only, are left out. */
export function holidaysIn({ country, state, region }: HolidayPlace, fromYear: number, toYear: number): Map<string, string> {
  const Library = library();
  const place = new Library(country, state ?? "", region ?? "");
  const found = new Map<string, string>();
  for (let year = fromYear; year <= toYear; year += 1) {
    for (const holiday of place.getHolidays(year)) {
      if (holiday.type !== "public") continue;
      // `date` is the first day on the wall there; some begin with the evening before, and some last several days.
      const first = Date.parse(`${holiday.date.slice(0, 10)}T00:00:00Z`) / DAY_MS;
      const days = Math.floor((holiday.end.getTime() - holiday.start.getTime()) / DAY_MS + 0.1);
      for (let day = 0; day < days; day += 1) found.set(dateOf(first + day), holiday.name);
    }
  }
  return found;
}
