/**
 * Everything a relay may say. Durable events carry `seq` and come from the log; ephemeral ones carry none, are never
 * replayed, and may be lost without harm. Read leniently: unknown fields are dropped, unknown types ignored.
 */
import * as v from "valibot";
import { contactSchema } from "./contact.ts";
import { agentSchema, authorSchema, idSchema, messageSchema } from "./message.ts";
import { numberSchema } from "./number.ts";

const seq = v.pipe(v.number(), v.integer(), v.minValue(1));
/** Fields of every durable event. `at` is Unix milliseconds, for display only: order is `seq`. */
const durable = { conversationId: idSchema, seq, at: numberSchema };

export const modeSchema = v.picklist(["bot", "queued", "agent", "ended"]);
export type Mode = v.InferOutput<typeof modeSchema>;

export const messageAddedSchema = v.object({ type: v.literal("message-added"), ...durable, message: messageSchema });
/**
 * Who serves the conversation. `queued`: a case is open and no person has taken it; `agent`: one has. `reason` is a
 * closed list a client may show in words; an unknown one is shown as none.
 */
export const modeChangedSchema = v.object({
  type: v.literal("mode-changed"),
  ...durable,
  mode: modeSchema,
  reason: v.string(),
  caseId: v.optional(v.string()),
  agent: v.optional(agentSchema),
});
/** A person entered or left the conversation; `left` with mode `queued` following means another is being looked for. */
export const agentPresenceSchema = v.object({
  type: v.literal("agent-presence"),
  ...durable,
  agent: agentSchema,
  state: v.picklist(["joined", "left"]),
});
export const messageRatedSchema = v.object({
  type: v.literal("message-rated"),
  ...durable,
  messageId: idSchema,
  value: v.picklist(["up", "down"]),
});

const ephemeral = { conversationId: idSchema };
export const typingSchema = v.object({ type: v.literal("typing"), ...ephemeral, author: authorSchema, typing: v.boolean() });
/** A piece of a streamed answer. Applies only at `offset == current length` (UTF-16 units); the final `message-added` heals the rest. */
export const messageDeltaSchema = v.object({
  type: v.literal("message-delta"),
  ...ephemeral,
  messageId: idSchema,
  offset: numberSchema,
  text: v.string(),
  author: authorSchema,
});
/** The streamed answer `messageId` will not be finished; what was shown is dropped. */
export const messageAbandonedSchema = v.object({ type: v.literal("message-abandoned"), ...ephemeral, messageId: idSchema });
/** How far the other side has received and read the visitor's messages, by `seq`. Neither falls. */
export const receiptsSchema = v.object({ type: v.literal("receipts"), ...ephemeral, deliveredSeq: numberSchema, readSeq: numberSchema });
/**
 * Where a waiting visitor stands: `position` in the queue, from 1; `etaMs` when the relay can say honestly. `tier` `ticket`: nobody is at work who
 * could be asked; `expert`: a service is, as the visitor agreed. `promisedAt`: what the visitor was told, Unix milliseconds. `teams`: whose day it is, in the order of the sun; `asked` is the one
 * that is asked now.
 */
export const queueSchema = v.object({
  position: numberSchema,
  etaMs: v.optional(numberSchema),
  tier: v.optional(v.picklist(["team", "expert", "ticket"])),
  /** Name of the expert who is asked, at tier `expert`. */
  expert: v.optional(v.string()),
  promisedAt: v.optional(numberSchema),
  teams: v.optional(v.array(v.object({ name: v.string(), timezone: v.string(), atWork: v.boolean(), asked: v.optional(v.boolean()) }))),
});
export type QueueState = v.InferOutput<typeof queueSchema>;
export const queuePositionSchema = v.object({ type: v.literal("queue-position"), ...ephemeral, ...queueSchema.entries });
/** The visitor's address was set or taken back, here, in another tab, or by the link in a notice. */
export const contactEventSchema = v.object({ type: v.literal("contact"), ...ephemeral, ...contactSchema.entries });
/** The relay is about to stop: open another link after `afterMs`. */
export const goawaySchema = v.object({ type: v.literal("goaway"), afterMs: numberSchema });

export const durableEventSchema = v.variant("type", [messageAddedSchema, modeChangedSchema, agentPresenceSchema, messageRatedSchema]);
export const ephemeralEventSchema = v.variant("type", [
  typingSchema,
  messageDeltaSchema,
  messageAbandonedSchema,
  receiptsSchema,
  queuePositionSchema,
  contactEventSchema,
  goawaySchema,
]);

export type DurableEvent = v.InferOutput<typeof durableEventSchema>;
export type EphemeralEvent = v.InferOutput<typeof ephemeralEventSchema>;
export type Event = DurableEvent | EphemeralEvent;
export type EventType = Event["type"];
export type EventOf<Type extends EventType> = Extract<Event, { type: Type }>;

/** A durable event of a type this version does not know: only its place in the log is kept, so that the cursor can pass it. */
export const unknownDurableSchema = v.object({ type: v.string(), ...durable });
export type UnknownDurable = { type: "unknown"; conversationId: string; seq: number; at: number };

const durableTypes = new Set<string>(durableEventSchema.options.map((option) => option.entries.type.literal));
export function isDurableType(type: string): type is DurableEvent["type"] {
  return durableTypes.has(type);
}
/** A page of durable events; entries of unknown types stay as `UnknownDurable`. */
export const eventsPageSchema = v.array(
  v.union([
    durableEventSchema,
    v.pipe(
      unknownDurableSchema,
      v.check((event) => !durableTypes.has(event.type)),
      v.transform((event): UnknownDurable => ({ type: "unknown", conversationId: event.conversationId, seq: event.seq, at: event.at })),
    ),
  ]),
);
