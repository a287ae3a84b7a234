/**
 * Opening a link: the cursor a client holds, and the `Welcome` the relay answers `hello` with. The token is the only
 * authority; ids in a frame are checked against it.
 */
import * as v from "valibot";
import { contactSchema } from "./contact.ts";
import { agentSchema, idSchema } from "./message.ts";
import { eventsPageSchema, modeSchema, queueSchema } from "./events.ts";
import { numberSchema } from "./number.ts";

/**
 * A client's whole sync state: the log's epoch and the last `seq` it has stored. `seq` 0 means nothing yet. `at` is the time of the entry at
 * `seq`: a log put back to an older copy may have grown past the cursor with other entries, and their times tell.
 */
export const cursorSchema = v.strictObject({
  epoch: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  seq: v.pipe(v.number(), v.integer(), v.minValue(0)),
  at: v.optional(numberSchema),
});
export type Cursor = v.InferOutput<typeof cursorSchema>;

/**
 * `fresh`: a new conversation or a client without a cursor. `caught-up`: nothing new. `replayed`: `events` continue the
 * cursor. `reset`: the cursor does not fit this log; drop the timeline (never the outbox) and take `events` as the start.
 * With `more`, ask `history-get` for what follows the last event.
 */
export const welcomeSchema = v.object({
  version: numberSchema,
  token: v.string(),
  visitorId: idSchema,
  conversationId: idSchema,
  epoch: v.string(),
  head: numberSchema,
  resume: v.picklist(["fresh", "caught-up", "replayed", "reset"]),
  events: eventsPageSchema,
  more: v.boolean(),
  mode: modeSchema,
  /** While the visitor waits for a person. */
  queue: v.optional(queueSchema),
  agent: v.optional(agentSchema),
  /** Absent where visitors who left are not written to. */
  contact: v.optional(contactSchema),
  receipts: v.object({ deliveredSeq: numberSchema, readSeq: numberSchema }),
  region: v.string(),
  /** Origins of relays that serve the region, best first: the only ones this conversation may be taken to. */
  endpoints: v.optional(v.array(v.string())),
  language: v.string(),
  site: v.object({ name: v.string(), languages: v.array(v.string()), defaultLanguage: v.string() }),
  limits: v.object({ frameBytes: numberSchema, messageChars: numberSchema, partsPerMessage: numberSchema }),
  features: v.object({ handoff: v.boolean() }),
  now: numberSchema,
});
export type Welcome = v.InferOutput<typeof welcomeSchema>;

/** The answer to `history-get`: durable events in order of `seq`. */
export const historySchema = v.object({ events: eventsPageSchema, more: v.boolean() });
export type HistoryPage = v.InferOutput<typeof historySchema>;
