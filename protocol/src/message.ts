/**
 * A message and the parts it is made of. Parts a visitor may send are a closed, strict set (`visitorPartSchema`);
 * parts a relay may send are read leniently, and a part of an unknown type is dropped by the decoder.
 */
import * as v from "valibot";
import { isId } from "./ids.ts";
import { LIMITS } from "./limits.ts";
import { numberSchema } from "./number.ts";

export const idSchema = v.custom<string>(isId, "expected a lower-case UUID");
export const languageSchema = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "expected a language tag, as en or pt-BR"),
  v.maxLength(35),
);
const label = v.pipe(v.string(), v.minLength(1), v.maxLength(LIMITS.labelChars));
const text = v.pipe(v.string(), v.minLength(1), v.maxLength(LIMITS.messageChars));
const url = v.pipe(v.string(), v.minLength(1), v.maxLength(LIMITS.urlChars));

/** Plain text as the visitor typed or said it. `voice` is true when it was spoken. */
export const visitorTextSchema = v.strictObject({ type: v.literal("text"), text, voice: v.optional(v.boolean()) });
/** The visitor chose one of the options of a `choices` part of message `messageId`. `text` is the option's label as shown. */
export const choiceSchema = v.strictObject({ type: v.literal("choice"), messageId: idSchema, optionId: label, text: label });
export const visitorPartSchema = v.variant("type", [visitorTextSchema, choiceSchema]);

/** Text for the page. `markdown` is the small set of docs/protocol.md; `plain` is shown as it is. */
export const textSchema = v.object({
  type: v.literal("text"),
  text: v.string(),
  format: v.optional(v.picklist(["plain", "markdown"])),
  voice: v.optional(v.boolean()),
});
/** Buttons under a message. `action: "handoff"` asks for a person; `"reply"` (default) sends a `choice` part. */
export const choicesSchema = v.object({
  type: v.literal("choices"),
  options: v.array(v.object({ id: v.string(), label: v.string(), action: v.optional(v.picklist(["reply", "handoff"])) })),
});
/** Where an answer comes from. `url` opens in a new tab; `updatedAt` is a date, as 2026-10-12. */
export const sourcesSchema = v.object({
  type: v.literal("sources"),
  items: v.array(
    v.object({
      id: v.string(),
      title: v.string(),
      url: v.optional(url),
      updatedAt: v.optional(v.string()),
      language: v.optional(v.string()),
    }),
  ),
});
/** A small card: title, lines, an optional picture of the site, progress steps, actions. */
export const cardSchema = v.object({
  type: v.literal("card"),
  title: v.string(),
  subtitle: v.optional(v.string()),
  imageUrl: v.optional(url),
  steps: v.optional(v.array(v.object({ label: v.string(), at: v.optional(v.string()), done: v.boolean() }))),
  actions: v.optional(v.array(v.object({ id: v.string(), label: v.string(), url: v.optional(url) }))),
});
/** A file by reference. `sizeBytes` as stored. */
export const fileSchema = v.object({ type: v.literal("file"), url, name: v.string(), mediaType: v.string(), sizeBytes: numberSchema });
/**
 * Asks the visitor before something of theirs leaves the shop. The page draws it in words of its own, so that no engine can word it otherwise:
 * `to` gets exactly `text`, and has `withinMs` for an answer. Answered by a `choice` part that names this message, with one of `CONSENT`.
 */
export const consentSchema = v.object({
  type: v.literal("consent"),
  to: v.object({ name: v.string(), privacyUrl: v.optional(url) }),
  text: v.string(),
  withinMs: v.optional(numberSchema),
});
/** Ids of the two answers to a `consent` part. */
export const CONSENT = { yes: "consent:yes", no: "consent:no" } as const;

/**
 * Asks the visitor before something is done for them, as cancelling an order. The page draws it in words of its own: `title` says what, `fields`
 * with which values. Answered by a `choice` part that names this message, with one of `CONFIRM`; not after `until`, Unix milliseconds.
 */
export const confirmSchema = v.object({
  type: v.literal("confirm"),
  title: v.string(),
  fields: v.array(v.object({ label: v.string(), value: v.string() })),
  until: v.optional(numberSchema),
});
/** Ids of the two answers to a `confirm` part. */
export const CONFIRM = { yes: "confirm:yes", no: "confirm:no" } as const;

const choiceEchoSchema = v.object({ type: v.literal("choice"), messageId: v.string(), optionId: v.string(), text: v.string() });
export const partSchema = v.variant("type", [
  textSchema,
  choicesSchema,
  choiceEchoSchema,
  sourcesSchema,
  cardSchema,
  fileSchema,
  consentSchema,
  confirmSchema,
]);

export const authorSchema = v.object({
  kind: v.picklist(["visitor", "bot", "agent", "system"]),
  id: v.optional(v.string()),
  name: v.optional(v.string()),
});
/** A person at a desk. `timezone` is an IANA zone, `place` a city shown to the visitor. */
export const agentSchema = v.object({
  id: v.string(),
  name: v.string(),
  team: v.optional(v.string()),
  place: v.optional(v.string()),
  timezone: v.optional(v.string()),
});

const knownParts = new Set<string>(partSchema.options.map((option) => option.entries.type.literal));
/** The parts of a message from the relay: unknown types are left out, so an older page can show the rest. */
export const partsSchema = v.pipe(
  v.array(v.looseObject({ type: v.string() })),
  v.transform((parts) => parts.filter((part) => knownParts.has(part.type))),
  v.array(partSchema),
);

export const messageSchema = v.object({
  id: idSchema,
  author: authorSchema,
  parts: partsSchema,
  language: v.optional(v.string()),
  /** The visitor's message this one answers. */
  inReplyTo: v.optional(v.string()),
});

export type VisitorPart = v.InferOutput<typeof visitorPartSchema>;
export type Part = v.InferOutput<typeof partSchema>;
export type Author = v.InferOutput<typeof authorSchema>;
export type Agent = v.InferOutput<typeof agentSchema>;
export type Message = v.InferOutput<typeof messageSchema>;

/** The words of a message as one plain text: what NLU reads and a notification shows. Markdown is left as written. */
export function textOf(parts: readonly (Part | VisitorPart)[]): string {
  const words: string[] = [];
  for (const part of parts) {
    if (part.type === "text" || part.type === "choice") words.push(part.text);
    else if (part.type === "card") words.push(part.title);
    else if (part.type === "file") words.push(part.name);
    else if (part.type === "confirm") words.push(part.title, ...part.fields.map(({ label: name, value }) => `${name}: ${value}`));
  }
  return words.join("\n");
}
