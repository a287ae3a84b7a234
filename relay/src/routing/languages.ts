/** Which languages a team can be asked in. Pure. */
import type { TeamConfig } from "../config/teams.ts";

/** A team that speaks whatever is spoken. */
export const EVERY_LANGUAGE = "*";

export function speaks(team: Pick<TeamConfig, "languages">, language: string): boolean {
  let spoken = bases.get(team.languages);
  if (spoken === undefined) bases.set(team.languages, (spoken = new Set(team.languages.map(baseOf))));
  return spoken.has(baseOf(language)) || spoken.has(EVERY_LANGUAGE);
}
/** Speaks it, or translates. */
export function serves(team: Pick<TeamConfig, "languages" | "translates">, language: string): boolean {
  return team.translates || speaks(team, language);
}

/** Asked of every team for every case. */
const bases = new WeakMap<readonly string[], ReadonlySet<string>>();
function baseOf(tag: string): string {
  const dash = tag.indexOf("-");
  return (dash < 0 ? tag : tag.slice(0, dash)).toLowerCase();
}
