/**
 * Consultations: the audit of what experts were asked. One record each, from the question for consent to its end, with what was sent (never who
 * asked), who agreed when, and what it cost. Money that is promised counts as spent until the end is known.
 */
import type { Store, StoreRecord } from "../store/store.ts";

export const CONSULTATION = "consultation";
/** How long the audit goes back. */
export const CONSULTATION_DAYS = 400;
const DAY_MS = 24 * 3_600_000;
/** Looked at for the money of a day. */
const MOST_A_DAY = 10_000;

/** Body of a consultation's record; its id is the audit id, its `at` the moment of consent, before that of the question for it. */
export type Consultation = {
  state: "asked" | "refused" | "too-costly" | "consulting" | "answered" | "declined" | "timed-out" | "failed";
  conversationId: string;
  siteId: string;
  caseId: string;
  expertId: string;
  /** What the visitor was shown, and what is sent: without numbers and addresses. */
  question: string;
  /** BCP 47. */
  language: string;
  topic?: string | undefined;
  /** Unix milliseconds, these four. `until`: an answer after that is not shown. */
  consentAt?: number | undefined;
  until?: number | undefined;
  endedAt?: number | undefined;
  /** When an answer came that was too late to be shown. */
  lateAt?: number | undefined;
  /** What it may cost, and what it has cost; `over` when the expert took more. */
  reserved?: number | undefined;
  cost?: number | undefined;
  over?: true | undefined;
  currency?: string | undefined;
  reason?: string | undefined;
  /** False: somebody had taken the case meanwhile. */
  shown?: boolean | undefined;
  /** What the visitor made of the answer. */
  solved?: boolean | undefined;
};

export async function consultationOf(
  store: Pick<Store, "record">,
  regionId: string,
  id: string,
): Promise<(StoreRecord & { body: Consultation }) | undefined> {
  return (await store.record(CONSULTATION, regionId, id)) as (StoreRecord & { body: Consultation }) | undefined;
}

/** What an expert has cost in the last 24 hours, with what it may still cost. */
export async function spentOf(store: Pick<Store, "records">, regionId: string, expertId: string, nowMs: number): Promise<number> {
  const records = await store.records(CONSULTATION, regionId, nowMs - DAY_MS, MOST_A_DAY);
  return records.reduce((sum, record) => {
    const { expertId: own, state, cost, reserved = 0 } = record.body as Consultation;
    if (own !== expertId) return sum;
    return sum + (cost ?? (state === "consulting" ? reserved : 0));
  }, 0);
}
