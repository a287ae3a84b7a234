/** What a desk has not been told yet of an open case. */
import type { Store } from "../store/store.ts";
import type { Room } from "./rooms.ts";

/** Messages that wait for a desk in one case: more are not looked at. */
const MOST_UNDELIVERED = 200;

/** Ids of the visitor's messages that no desk is known to have, oldest first; none at or before the `seq` given. */
export async function undeliveredOf(
  store: Pick<Store, "entriesAfter">,
  { id, deliveredSeq, caseAt = 0 }: Room["conversation"],
  after = 0,
): Promise<string[]> {
  const entries = await store.entriesAfter(id, Math.max(deliveredSeq, after), MOST_UNDELIVERED);
  // What was written in an earlier case is still owed to the desk that had that one.
  return entries.flatMap(({ event, at }) =>
    at >= caseAt && event.type === "message-added" && event.message.author.kind === "visitor" ? [event.message.id] : [],
  );
}
