/**
 * Everything a client may say: one strict schema a command. Unknown fields are refused, so a misspelt one is noticed.
 * Every command is answered by exactly one ack. The same command may arrive twice; ids make that harmless.
 */
import * as v from "valibot";
import { CONTACT_CHANNELS } from "./contact.ts";
import { idSchema, languageSchema, visitorPartSchema } from "./message.ts";
import { LIMITS } from "./limits.ts";
import { cursorSchema } from "./session.ts";

const seq = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const short = v.pipe(v.string(), v.maxLength(LIMITS.labelChars));

/** First frame on every link, within `LIMITS.helloWithinMs`. Without `token` the relay starts a session and a conversation. */
export const helloSchema = v.strictObject({
  type: v.literal("hello"),
  version: v.pipe(v.number(), v.integer()),
  site: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  token: v.optional(v.pipe(v.string(), v.minLength(20), v.maxLength(200))),
  cursor: v.optional(cursorSchema),
  /** Language of the interface, then what else the browser accepts. */
  languages: v.optional(v.pipe(v.array(languageSchema), v.maxLength(10))),
  /** IANA zone of the browser. */
  timezone: v.optional(v.pipe(v.string(), v.maxLength(64))),
  /** A JSON Web Token (HS256) that the site's own server signed: which region serves its visitor. Read when a conversation begins. */
  claim: v.optional(v.pipe(v.string(), v.minLength(20), v.maxLength(2_000))),
  /** Region of the conversation that `token` belongs to: a relay that does not serve it says where it is served. */
  region: v.optional(v.pipe(v.string(), v.maxLength(64))),
  /** Origin of an endpoint of the region that no longer answers, which this link stands in for. */
  left: v.optional(v.pipe(v.string(), v.maxLength(LIMITS.urlChars))),
  /**
   * From the link in a notice: takes this client into the conversation the notice was about. `token` is made by the client, 256 random bits as base64url,
   * and is its session there from then on; so the same hello may be said again when its answer was lost.
   */
  join: v.optional(
    v.strictObject({
      ticket: v.pipe(v.string(), v.minLength(20), v.maxLength(200)),
      token: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/)),
    }),
  ),
  page: v.optional(v.strictObject({ url: v.pipe(v.string(), v.maxLength(LIMITS.urlChars)), title: v.optional(short) })),
});

/** A message. `id` is made once by the sender and kept through every retry. Ack value: `MessageReceipt`. */
export const messageSendSchema = v.strictObject({
  type: v.literal("message-send"),
  id: idSchema,
  conversationId: idSchema,
  parts: v.pipe(
    v.array(visitorPartSchema),
    v.minLength(1),
    v.maxLength(LIMITS.partsPerMessage),
    v.check(
      (parts) => parts.reduce((sum, part) => sum + part.text.length, 0) <= LIMITS.messageChars,
      `at most ${LIMITS.messageChars} characters in one message`,
    ),
  ),
  /** Language of the interface while writing; a hint, not a decision. */
  language: v.optional(languageSchema),
});

/** Ephemeral: the visitor types or stopped. */
export const typingSetSchema = v.strictObject({ type: v.literal("typing-set"), conversationId: idSchema, typing: v.boolean() });
/** The visitor has seen everything up to `seq`. Never moves backwards. */
export const readSetSchema = v.strictObject({ type: v.literal("read-set"), conversationId: idSchema, seq });
/** Ask for a person. Asking twice opens one case. `id` makes the request idempotent. */
export const handoffRequestSchema = v.strictObject({ type: v.literal("handoff-request"), id: idSchema, conversationId: idSchema });
/** The visitor goes back to the assistant. */
export const handoffCancelSchema = v.strictObject({ type: v.literal("handoff-cancel"), id: idSchema, conversationId: idSchema });
/** A page of the log: entries with `seq > after` (ascending), or the last ones with `seq < before`. Ack value: `HistoryPage`. */
export const historyGetSchema = v.strictObject({
  type: v.literal("history-get"),
  conversationId: idSchema,
  after: v.optional(seq),
  before: v.optional(seq),
  limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LIMITS.pageEntries))),
});
/** Thumbs on a bot message. Sent again with another value it replaces the first. */
export const ratingSetSchema = v.strictObject({
  type: v.literal("rating-set"),
  id: idSchema,
  conversationId: idSchema,
  messageId: idSchema,
  value: v.picklist(["up", "down"]),
});
/**
 * Where the visitor wants to be told that somebody has answered, should they have left by then: one address, the last one given counts. An empty
 * address takes it back. Sent again it changes nothing. Ack value: `ContactState`.
 */
export const contactSetSchema = v.strictObject({
  type: v.literal("contact-set"),
  conversationId: idSchema,
  channel: v.picklist(CONTACT_CHANNELS),
  address: v.pipe(v.string(), v.maxLength(LIMITS.addressChars)),
});
/** Is the link alive? Ack value: `{ head }`, the `seq` the log goes up to, or `null` when the relay cannot say now. `left` as in `hello`. */
export const probeSchema = v.strictObject({ type: v.literal("probe"), left: v.optional(v.pipe(v.string(), v.maxLength(LIMITS.urlChars))) });

export const commandSchema = v.variant("type", [
  helloSchema,
  messageSendSchema,
  typingSetSchema,
  readSetSchema,
  handoffRequestSchema,
  handoffCancelSchema,
  historyGetSchema,
  ratingSetSchema,
  contactSetSchema,
  probeSchema,
]);

export type Command = v.InferOutput<typeof commandSchema>;
export type CommandType = Command["type"];
export type CommandOf<Type extends CommandType> = Extract<Command, { type: Type }>;
export type Hello = CommandOf<"hello">;
export const commandTypes: readonly CommandType[] = commandSchema.options.map((option) => option.entries.type.literal);

/** Ack value of `message-send`, `handoff-request`, `handoff-cancel`, `rating-set`: the place in the log, and whether this id was known. */
export type MessageReceipt = { seq: number; known: boolean };
