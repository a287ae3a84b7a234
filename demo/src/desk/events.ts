/**
 * What the relay tells a desk, and how a body becomes one of these events. This file knows the wire only: signatures are hook.ts's,
 * what follows from an event is cases.ts's. Read leniently: fields this desk does not use may come and go.
 */

export type Author = { kind: "visitor" | "bot" | "agent" | "system"; id?: string | undefined; name?: string | undefined };
/** One message of a transcript. `seq` is its place in the conversation, `at` ISO 8601. */
export type TranscriptLine = { id: string; seq: number; at: string; author: Author; text: string };
export type Priority = "normal" | "high" | "critical";
/** What is known of a visitor: `language` as BCP 47, `timezone` as IANA zone, `country` as ISO 3166 alpha-2. */
export type Visitor = { language: string; timezone?: string | undefined; country?: string | undefined; pageUrl?: string | undefined };
export type CaseRef = { caseId: string; conversationId: string; siteId: string; regionId: string };
export type Offer = CaseRef & {
  reason: string;
  priority: Priority;
  visitor: Visitor;
  /** `ticket`: nobody is at work who could be asked. */
  tier: "team" | "ticket";
  /** Team that is asked, as people call it. */
  team?: string | undefined;
  /** ISO 8601: then the next team is asked. */
  leaseUntil?: string | undefined;
  /** ISO 8601: what the visitor was told. */
  promisedAt?: string | undefined;
  /** From who passed it on. */
  note?: string | undefined;
  /** The last intent. */
  intent?: string | undefined;
  /** Values the assistant found, in their normal form. */
  slots: { name: string; value: string }[];
  transcript: TranscriptLine[];
  /** Path on the relay that signed replies of this case go to. */
  replyPath: string;
};

export type DeskEvent =
  | { type: "handoff.offered"; timestamp: string; data: Offer }
  | { type: "message.created"; timestamp: string; data: CaseRef & { message: TranscriptLine } }
  | { type: "handoff.withdrawn"; timestamp: string; data: CaseRef & { reason: string } }
  | { type: "visitor.typing"; timestamp: string; data: CaseRef & { typing: boolean } };

/** A field is missing or is not what it must be. `path` names it: `data.message.seq`. */
export class FieldError extends Error {
  override readonly name = "FieldError";
  readonly path: string;
  constructor(path: string, expected: string) {
    super(`${path}: expected ${expected}`);
    this.path = path;
  }
}

/**
 * Reads a verified body. `undefined`: an event type this desk does not know, to be taken and ignored, so that a newer relay does
 * not wear itself out sending it again. Throws `FieldError`.
 */
export function readEvent(input: unknown): DeskEvent | undefined {
  const body = record(input, "body");
  const timestamp = text(body, "timestamp", "timestamp");
  const data = (): Record<string, unknown> => record(body["data"], "data");
  switch (text(body, "type", "type")) {
    case "handoff.offered":
      return { type: "handoff.offered", timestamp, data: readOffer(data()) };
    case "message.created":
      return { type: "message.created", timestamp, data: { ...readRef(data()), message: readLine(data()["message"], "data.message") } };
    case "handoff.withdrawn":
      return { type: "handoff.withdrawn", timestamp, data: { ...readRef(data()), reason: text(data(), "reason", "data.reason") } };
    case "visitor.typing":
      return { type: "visitor.typing", timestamp, data: { ...readRef(data()), typing: data()["typing"] === true } };
    default:
      return undefined;
  }
}

function readRef(data: Record<string, unknown>): CaseRef {
  return {
    caseId: text(data, "caseId", "data.caseId"),
    conversationId: text(data, "conversationId", "data.conversationId"),
    siteId: text(data, "siteId", "data.siteId"),
    regionId: text(data, "regionId", "data.regionId"),
  };
}

function readOffer(data: Record<string, unknown>): Offer {
  const visitor = record(data["visitor"], "data.visitor");
  const transcript = data["transcript"];
  if (!Array.isArray(transcript)) throw new FieldError("data.transcript", "an array");
  const replyPath = text(data, "replyPath", "data.replyPath");
  // `//host/path` would be another host: a reply carries a customer's words and goes to the relay only.
  if (!/^\/(?![/\\])/.test(replyPath)) throw new FieldError("data.replyPath", "a path on the relay");
  return {
    ...readRef(data),
    reason: text(data, "reason", "data.reason"),
    priority: oneOf(data["priority"], ["normal", "high", "critical"], "data.priority"),
    visitor: {
      language: text(visitor, "language", "data.visitor.language"),
      timezone: optionalText(visitor["timezone"]),
      country: optionalText(visitor["country"]),
      pageUrl: optionalText(visitor["pageUrl"]),
    },
    tier: data["tier"] === "ticket" ? "ticket" : "team",
    team: optionalText((data["team"] as { name?: unknown } | undefined)?.name),
    leaseUntil: optionalText(data["leaseUntil"]),
    promisedAt: optionalText(data["promisedAt"]),
    note: optionalText(data["note"]),
    intent: optionalText((data["understood"] as { intent?: unknown } | undefined)?.intent),
    slots: readSlots(data["understood"]),
    transcript: transcript.map((line, index) => readLine(line, `data.transcript.${index}`)),
    replyPath,
  };
}

/** Missing where the assistant found nothing. */
function readSlots(understood: unknown): { name: string; value: string }[] {
  if (understood === undefined) return [];
  const { slots } = record(understood, "data.understood");
  if (!Array.isArray(slots)) throw new FieldError("data.understood.slots", "an array");
  return slots.map((input, index) => {
    const path = `data.understood.slots.${index}`;
    const slot = record(input, path);
    return { name: text(slot, "name", `${path}.name`), value: text(slot, "value", `${path}.value`) };
  });
}

function readLine(input: unknown, path: string): TranscriptLine {
  const line = record(input, path);
  const author = record(line["author"], `${path}.author`);
  const { seq } = line;
  if (typeof seq !== "number" || !Number.isSafeInteger(seq)) throw new FieldError(`${path}.seq`, "an integer");
  return {
    id: text(line, "id", `${path}.id`),
    seq,
    at: text(line, "at", `${path}.at`),
    author: {
      kind: oneOf(author["kind"], ["visitor", "bot", "agent", "system"], `${path}.author.kind`),
      id: optionalText(author["id"]),
      name: optionalText(author["name"]),
    },
    text: anyText(line["text"], `${path}.text`),
  };
}

function record(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new FieldError(path, "an object");
  return value as Record<string, unknown>;
}
function text(from: Record<string, unknown>, key: string, path: string): string {
  const value = anyText(from[key], path);
  if (value === "") throw new FieldError(path, "a text that is not empty");
  return value;
}
function anyText(value: unknown, path: string): string {
  if (typeof value !== "string") throw new FieldError(path, "a text");
  return value;
}
function optionalText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
function oneOf<const Choice extends string>(value: unknown, choices: readonly Choice[], path: string): Choice {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new FieldError(path, choices.join(" | "));
  return found;
}
