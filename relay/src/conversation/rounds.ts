/**
 * Whose turn it is to be asked about a case: who has let an offer pass, and who never heard of one and is asked once more. Pure; offers.ts
 * writes it down.
 */
import type { Team } from "../routing/rota.ts";
import type { Route } from "../store/store.ts";

/** What a route knows of who had a turn; a round ends with a person, or when everybody is asked anew. */
export type Turns = Pick<Route, "passed" | "untold" | "unheard">;

/** A team's desk is asked now, and has not taken the offer yet. `again`: by the offer that asked others before, whose desks did not answer. */
export function asked(before: Turns, teamId: string, again: boolean): Pick<Turns, "untold"> {
  return { untold: [...new Set([...(again ? (before.untold ?? []) : []), teamId])] };
}

/** Its desk has taken the offer, or has answered to it; `undefined`: a desk has taken the ticket. */
export function told({ untold }: Turns, teamId: string | undefined): Pick<Turns, "untold"> {
  return { untold: teamId === undefined ? undefined : untold?.filter((id) => id !== teamId) };
}

/** Has the desk of who was asked last taken the offer, or a desk the ticket? A route that does not say has no offer that was lost. */
export function isTold({ untold = [] }: Turns, teamId: string | undefined): boolean {
  return teamId === undefined ? untold.length === 0 : !untold.includes(teamId);
}

/**
 * An offer has run out. Whose desk had it has let it pass. Nobody's had it: whoever was asked in vain is asked once more, and has then had its
 * turn as well, so that a desk that is down is not asked for ever. One that was asked in vain while another's had it loses no turn.
 */
export function afterOffer(before: Turns, teamId: string | undefined): Turns {
  const { passed, untold = [], unheard = [] } = before;
  const heard = isTold(before, teamId);
  const done = heard ? (teamId === undefined ? [] : [teamId]) : untold.filter((id) => unheard.includes(id));
  return {
    passed: [...new Set([...passed, ...done])],
    untold: heard ? undefined : untold,
    unheard: [...new Set([...unheard, ...untold])].filter((id) => !heard || id !== teamId),
  };
}

/** Of the teams that can be asked, best first: the one that was named, else one that was not asked yet, else one that did not hear. */
export function nextOf(fit: readonly Team[], { unheard = [], wanted }: Pick<Route, "unheard" | "wanted">): Team | undefined {
  return fit.find(({ id }) => id === wanted) ?? fit.find(({ id }) => !unheard.includes(id)) ?? fit[0];
}

/** Nobody who was asked could be reached, and nobody is left to be asked now: it counts as an offer that ran out. */
export function afterNobody(before: Turns): Turns {
  return afterOffer(before, undefined);
}

type Teams = readonly Pick<Team, "id">[];
/** `anew`: teams that are asked as if they never were. `reached`: whoever of these did not hear is asked once more. */
export function withTurnsOf(before: Turns, { anew, reached }: { anew: Teams; reached: Teams }): Pick<Turns, "passed" | "unheard"> {
  const { passed, unheard = [] } = before;
  const isAnew = (id: string): boolean => anew.some((team) => team.id === id);
  const mayHear = (id: string): boolean => unheard.includes(id) && reached.some((team) => team.id === id);
  return { passed: passed.filter((id) => !isAnew(id) && !mayHear(id)), unheard: unheard.filter((id) => !isAnew(id)) };
}
