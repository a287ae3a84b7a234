/** What was owed and what came of it: the end of the proof of the cases, from the log, the desks and the pages. */
import { checkLedger, sightingIn, type Sighting } from "../ledger.ts";
import { atLeast, exactly, type Outcome } from "../scenario.ts";
import { AGENTS, DESKS, type CaseDesks } from "./case-desks.ts";
import { readCases, servedAt, type KnownCases } from "./case-log.ts";
import type { Tally, Visit } from "./case-steps.ts";
import type { RelayRig } from "./relay.ts";
import { sightingsOf, storedMessages, type StoredMessage } from "./store-witness.ts";
import { until } from "./waiting.ts";

/** What was seen of the log while all went on: how often it was looked at, and what must not be there. */
export type Looks = { taken: number; forks: Set<string>; notOne: number };

/** Once everything has arrived, or will not. */
export async function judged(options: {
  relay: RelayRig;
  desks: CaseDesks;
  tally: Tally;
  visits: readonly Visit[];
  looks: Looks;
  /** Cases of each visitor: those that were closed, and one that is open still. */
  rounds: number;
}): Promise<Omit<Outcome, "faults">> {
  const { relay, desks, tally, visits, looks, rounds } = options;
  const sent = visits.flatMap(({ visitor }) => [...visitor.page.sent, ...visitor.acked]);
  const shown = (author: "visitor" | "bot" | "agent"): Sighting[] => visits.flatMap(({ visitor }) => visitor.page.shown(author));
  // A page waits for an answer that grew when the relay died, and then lets it go.
  await until(() => visits.every(({ visitor: { page } }) => page.waiting() === 0 && page.growing() === 0), 60_000, 200);
  let owed = owedTo(relay.databaseFile, desks);
  const arrived = await until(
    () => {
      owed = owedTo(relay.databaseFile, desks);
      return (
        owed.every(({ missing }) => missing === 0) &&
        shown("agent").length >= tally.replies.length &&
        shown("visitor").length >= sent.length
      );
    },
    60_000,
    500,
  );
  const stored = storedMessages(relay.databaseFile);
  const bot = sightingsOf(stored, "bot");
  const letters = (await (await fetch(`${relay.url}/v1/admin/dead-letters?limit=1000`)).json()) as { value: { deadLetters: unknown[] } };
  const known = readCases(relay.databaseFile);
  const opened = [...known.values()].reduce((sum, one) => sum + one.opened.length, 0);
  return {
    ledgers: [
      {
        name: "messages",
        report: checkLedger(sent, [
          { name: "store", saw: sightingsOf(stored, "visitor") },
          { name: "page", saw: shown("visitor") },
        ]),
      },
      ...owed.map(({ desk, due, saw }) => ({
        name: `messages while ${desk} had the case`,
        report: checkLedger(due, [{ name: "desk", saw, atLeastOnce: true }]),
      })),
      {
        name: "replies of agents",
        report: checkLedger(tally.replies, [
          { name: "store", saw: sightingsOf(stored, "agent") },
          { name: "page", saw: shown("agent") },
        ]),
      },
      { name: "answers of the assistant", report: checkLedger(bot, [{ name: "page", saw: shown("bot") }]) },
    ],
    checks: [
      exactly("times a conversation had other than one open case", looks.notOne, 0),
      exactly("forks in the log", [...looks.forks].slice(0, 3).join("; ") || "none", "none"),
      exactly("cases opened", opened, visits.length * (rounds + 1)),
      exactly("answers and states that were wrong", tally.wrong.slice(0, 3).join("; ") || "none", "none"),
      exactly(
        "acceptances after the lease, refused",
        `${tally.late.refused} of ${tally.late.said}`,
        `${tally.late.said} of ${tally.late.said}`,
      ),
      exactly(
        "replies of who has not the case, refused",
        `${tally.stale.refused} of ${tally.stale.said}`,
        `${tally.stale.said} of ${tally.stale.said}`,
      ),
      exactly("desks told otherwise than who has it", desks.contradictions.slice(0, 3).join("; ") || "none", "none"),
      exactly("messages the assistant owed and did not answer, or answered twice", unanswered(stored, known), 0),
      exactly("the assistant back after the case", tally.back.answered, visits.length * rounds),
      exactly("everything arrived in the end", arrived ? "yes" : "no", "yes"),
      exactly("dead letters", letters.value.deadLetters.length, 0),
      exactly("most deliveries of one conversation at once", desks.mostAtOnce, 1),
      exactly("deliveries with a wrong signature", desks.forged, 0),
      atLeast("acceptances after the lease", tally.late.said, 1),
      atLeast("acceptances refused because another had it", tally.conflicts, visits.length),
      atLeast("looks at the log", looks.taken, 10),
    ],
    facts: [
      { name: "requests for a person", value: tally.requests.toLocaleString("en") },
      { name: "acceptances at once", value: tally.races.toLocaleString("en") },
      { name: "commands and requests said again after the case", value: tally.repeats.toLocaleString("en") },
    ],
  };
}

/** What visitors wrote while a person had the case, or before one took it: that person's desk must have it, in an offer or by itself. */
function owedTo(databaseFile: string, desks: CaseDesks): { desk: string; due: Sighting[]; saw: Sighting[]; missing: number }[] {
  const known = readCases(databaseFile);
  const deskOf = (agentId: string | undefined): string | undefined => AGENTS.find(({ agent }) => agent.id === agentId)?.desk;
  const due = new Map<string, Map<string, Sighting & { caseId: string | undefined }>>(DESKS.map((desk) => [desk, new Map()]));
  for (const message of storedMessages(databaseFile)) {
    const sighting = message.author === "visitor" ? sightingIn(message.text) : undefined;
    const cases = known.get(message.conversationId);
    if (sighting === undefined || cases === undefined) continue;
    const { now, next } = servedAt(cases, message.seq);
    const desk = deskOf(now?.mode === "agent" ? now.agentId : now?.mode === "queued" && next?.mode === "agent" ? next.agentId : undefined);
    if (desk !== undefined) due.get(desk)?.set(`${sighting.sender}#${sighting.n}`, { ...sighting, caseId: now?.caseId });
  }
  return DESKS.map((desk) => {
    const mine = due.get(desk) ?? new Map<string, Sighting & { caseId: string | undefined }>();
    const saw: Sighting[] = [];
    for (const conversationId of known.keys()) {
      for (const { desk: at, event } of desks.told(conversationId)) {
        if (at !== desk) continue;
        const lines = [...(event.data.transcript ?? []), ...(event.data.message === undefined ? [] : [event.data.message])];
        for (const line of lines) {
          const seen = line.author.kind === "visitor" ? sightingIn(line.text) : undefined;
          // A later case's transcript tells of it too late.
          if (seen !== undefined && mine.get(`${seen.sender}#${seen.n}`)?.caseId === event.data.caseId) saw.push(seen);
        }
      }
    }
    const have = new Set(saw.map(({ sender, n }) => `${sender}#${n}`));
    return { desk, due: [...mine.values()], saw, missing: [...mine.keys()].filter((key) => !have.has(key)).length };
  });
}

/** Messages to the assistant have one answer each; none where a person was asked for before it had one. */
function unanswered(stored: readonly StoredMessage[], known: ReadonlyMap<string, KnownCases>): number {
  const answers = new Map<string, number>();
  for (const message of stored) {
    const answer = message.author === "bot" ? sightingIn(message.text) : undefined;
    if (answer === undefined) continue;
    const key = `${answer.sender}#${answer.n}`;
    answers.set(key, (answers.get(key) ?? 0) + 1);
  }
  return stored.filter((message) => {
    const asked = message.author === "visitor" ? sightingIn(message.text) : undefined;
    const cases = known.get(message.conversationId);
    if (asked === undefined || cases === undefined) return false;
    const { now, next } = servedAt(cases, message.seq);
    const times = answers.get(`re:${asked.sender}#${asked.n}`) ?? 0;
    if (now?.mode !== "bot" && now?.mode !== "ended") return times > 0;
    return times > 1 || (times === 0 && next?.mode !== "queued");
  }).length;
}
