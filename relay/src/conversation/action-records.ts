/**
 * What was proposed to visitors, whether they agreed, and what came of it: the audit of everything done for them. One record each, written with the
 * message that asks; its id follows from that message's, so that a button finds it.
 */
import type { Turn } from "../pipeline/turn.ts";
import type { Store, StoreRecord } from "../store/store.ts";
import { derivedId } from "./ids.ts";

export const ACTION = "action";
/** How long the audit goes back. */
export const ACTION_DAYS = 400;

/** Body of an action's record; its id is the `webhook-id`, its `at` the moment of the visitor's yes, before that of the question. */
export type ActionRecord = {
  /** `unsure`: the service was asked, and nobody knows whether it did it. */
  state: "proposed" | "refused" | "late" | "running" | "done" | "not-done" | "unsure";
  conversationId: string;
  siteId: string;
  actionId: string;
  /** Of the message that asks. */
  messageId: string;
  /** What the visitor was shown, and what is sent. */
  values: Readonly<Record<string, string>>;
  /** BCP 47. */
  language: string;
  /** Unix milliseconds, these four. `until`: a later yes does not count; `deadline`: then it is `unsure`. */
  until: number;
  confirmedAt?: number | undefined;
  deadline?: number | undefined;
  endedAt?: number | undefined;
  /** Code of the error behind `unsure`. */
  reason?: string | undefined;
};
export type KnownAction = StoreRecord & { body: ActionRecord };

export function actionIdOf(messageId: string): string {
  return derivedId(messageId, "action");
}

/** `messageId`: of the message that asks. */
export function proposedRecord(
  { conversation, region, site, language }: Pick<Turn, "conversation" | "region" | "site" | "language">,
  messageId: string,
  { id: actionId, values, until }: { id: string; values: Readonly<Record<string, string>>; until: number },
  at: number,
): StoreRecord {
  const { id: conversationId } = conversation;
  const body: ActionRecord = { state: "proposed", conversationId, siteId: site.id, actionId, messageId, values, language, until };
  return { kind: ACTION, regionId: region.id, id: actionIdOf(messageId), at, body };
}

export async function actionRecordOf(store: Pick<Store, "record">, regionId: string, id: string): Promise<KnownAction | undefined> {
  return (await store.record(ACTION, regionId, id)) as KnownAction | undefined;
}
