/**
 * Whose shift it is: the teams that answer at a desk and their hours, from the same config the relay reads and by the relay's own public rota. Days
 * off that come from a calendar feed are known to the relay alone: here the shift is shown as the week has it.
 */
import { createRota, type Config, type Rota } from "@allhours/relay";

/** Unix milliseconds. */
type Span = { from: number; to: number };
/** `now`: the shift that is on; `next`: the first that begins after this moment, within two months. */
export type TeamShift = { id: string; name: string; timezone: string; now?: Span | undefined; next?: Span | undefined };
/** `batonMs`: so long before its end a shift's open talks are offered to the next team. */
export type DeskShifts = { batonMs: number; teams: TeamShift[] };

export type Shifts = {
  /** Teams that answer at this desk, in the order of the config; none where the region has no teams. */
  teams(deskId: string): { id: string; name: string; place?: string | undefined; timezone: string }[];
  at(deskId: string, now: number): DeskShifts;
};

export function createShifts(regions: Config["regions"]): Shifts {
  const desks = new Map<string, { batonMs: number; rota: Rota }>();
  for (const { handoff, teams, batonMs } of Object.values(regions)) {
    const first = idOf(handoff[0]);
    for (const deskId of new Set(handoff.map(idOf))) {
      const there = teams.filter(({ desk }) => (desk ?? first) === deskId);
      if (deskId !== undefined) desks.set(deskId, { batonMs, rota: createRota(there) });
    }
  }
  const name = (team: Rota["teams"][number]): string => team.name ?? team.place ?? team.id;
  return {
    teams: (deskId) =>
      (desks.get(deskId)?.rota.teams ?? []).map((team) => ({ id: team.id, name: name(team), place: team.place, timezone: team.timezone })),
    at(deskId, now) {
      const { batonMs = 0, rota } = desks.get(deskId) ?? {};
      const shifts = (rota?.teams ?? []).map((team) => ({
        id: team.id,
        name: name(team),
        timezone: team.timezone,
        now: rota?.shiftAt(team, now),
        next: rota?.nextShift(team, now),
      }));
      return { batonMs, teams: shifts };
    },
  };
}

function idOf(adapter: Config["regions"][string]["handoff"][number] | undefined): string | undefined {
  return adapter?.id ?? adapter?.use;
}
