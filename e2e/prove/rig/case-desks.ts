/**
 * Two desks, each with a team that is always at work, and the people in them. Says commands until they are answered; writes down what each desk
 * was told of a conversation, who has a case as far as the desks know, and what they were told that contradicts it.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Random } from "../random.ts";
import { createDesk, type Desk, type DeskAnswer, type DeskEvent } from "./desk.ts";

export type CaseAgent = { desk: string; agent: { id: string; name: string } };
export const AGENTS: readonly CaseAgent[] = [
  { desk: "office", agent: { id: "ines", name: "Inês" } },
  { desk: "office", agent: { id: "joao", name: "João" } },
  { desk: "night", agent: { id: "ben", name: "Ben" } },
];
export const DESKS = ["office", "night"] as const;
export type Told = { desk: string; event: DeskEvent };
/** A command that was answered with 2xx: may be said again, and must then change nothing. */
export type Said = { by: CaseAgent; type: string; data: object; id: string; messageId: string | undefined };

export interface CaseDesks {
  /** What the region needs to have these desks and teams; offers hold for `leaseMs`. */
  readonly region: Record<string, unknown>;
  /** Everything both desks were told of a conversation, in the order it came. */
  told(conversationId: string): readonly Told[];
  /** Offers of a case, repeats too. */
  offers(conversationId: string, caseId: string): readonly Told[];
  /** Says it, under the same id, until the relay answers with something but 5xx. */
  say(by: CaseAgent, type: string, data: object, id?: string): Promise<DeskAnswer & { said: Said }>;
  /** From now on this agent has the case, as far as the desks know; `undefined`: nobody does. */
  holds(conversationId: string, holder: (CaseAgent & { caseId: string }) | undefined): void;
  /** What contradicts it: an offer to another desk of what somebody has, or a desk told to close what it has. */
  readonly contradictions: string[];
  readonly mostAtOnce: number;
  readonly forged: number;
  close(): Promise<void>;
}

/** A desk takes so long to answer what it has stored, at most, milliseconds: time for a kill to fall between. */
const SLOW_MS = 40;

/** `relayUrl`: asked for each command, since the relay comes after its desks. */
export async function createCaseDesks(options: { relayUrl: () => string; leaseMs: number; random: Random }): Promise<CaseDesks> {
  const { relayUrl, leaseMs, random } = options;
  const told = new Map<string, Told[]>();
  const holders = new Map<string, CaseAgent & { caseId: string }>();
  const contradictions: string[] = [];
  const desks = new Map<string, Desk>();

  function take(desk: string, event: DeskEvent): void {
    const { conversationId, caseId, reason = "" } = event.data;
    const list = told.get(conversationId) ?? [];
    told.set(conversationId, list);
    list.push({ desk, event });
    const holder = holders.get(conversationId);
    if (holder?.caseId !== caseId) return;
    if (event.type === "handoff.offered" && holder.desk !== desk) contradictions.push(`${desk} is offered what ${holder.desk} has`);
    if (event.type === "handoff.withdrawn" && holder.desk === desk) contradictions.push(`${desk} must close what it has (${reason})`);
  }
  for (const id of DESKS) {
    const desk = await createDesk(id);
    desk.behave = (event) => {
      take(id, event);
      return { status: 204, afterMs: random.int(1, SLOW_MS) };
    };
    desks.set(id, desk);
  }
  const all = [...desks.values()];
  const always = { timezone: "UTC", hours: { daily: "00:00-24:00" }, languages: ["en"], capacity: 10_000 };
  return {
    region: {
      egress: all.flatMap(({ region }) => region.egress),
      handoff: all.flatMap(({ region }) => region.handoff),
      teams: DESKS.map((id) => ({ id, desk: id, ...always })),
      offerTimeoutMs: leaseMs,
    },
    told: (conversationId) => told.get(conversationId) ?? [],
    offers: (conversationId, caseId) =>
      (told.get(conversationId) ?? []).filter(({ event }) => event.type === "handoff.offered" && event.data.caseId === caseId),
    async say(by, type, data, id = randomUUID()) {
      for (;;) {
        const answer = await desks.get(by.desk)?.say(relayUrl(), type, { ...data, agent: by.agent }, id);
        if (answer !== undefined && answer.status !== 0 && answer.status < 500)
          return { ...answer, said: { by, type, data, id, messageId: answer.body.value?.messageId } };
        await wait(50);
      }
    },
    holds(conversationId, holder) {
      if (holder === undefined) holders.delete(conversationId);
      else holders.set(conversationId, holder);
    },
    contradictions,
    get mostAtOnce() {
      return Math.max(...all.map((desk) => desk.mostAtOnce));
    },
    get forged() {
      return all.reduce((sum, desk) => sum + desk.forged, 0);
    },
    async close() {
      await Promise.all(all.map(async (desk) => desk.close()));
    },
  };
}
