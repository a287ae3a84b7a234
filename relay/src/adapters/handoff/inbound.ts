/** What a desk may send: one strict schema a type, and what each means to the relay. A misspelt field is told, not ignored. */
import * as v from "valibot";
import { LIMITS } from "@allhours/protocol";
import type { DeskCommand } from "../spec.ts";

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(LIMITS.labelChars));
const agent = v.strictObject({ id: name, name, team: v.optional(name), place: v.optional(name), timezone: v.optional(name) });
const place = { caseId: name, conversationId: name };
/** ISO 8601 with a zone. When the desk says it happened; the relay keeps its own time. */
const timestamp = v.pipe(v.string(), v.isoTimestamp());

function form<const Type extends string, Fields extends v.ObjectEntries>(type: Type, fields: Fields) {
  return v.strictObject({ type: v.literal(type), timestamp, data: v.strictObject({ ...place, ...fields }) });
}

export const inboundSchema = v.variant("type", [
  form("handoff.accepted", { agent }),
  /** `id`: the desk's own of this message. Said again under another delivery id it is still the same message. */
  form("message.created", { id: v.optional(name), agent, text: v.pipe(v.string(), v.minLength(1), v.maxLength(LIMITS.messageChars)) }),
  form("agent.typing", { agent, typing: v.boolean() }),
  /** The agent has seen everything up to `seq`, as in the transcript lines and `message.created` events sent to the desk. */
  form("message.read", { agent, seq: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
  /** The question belongs to an article: it becomes one of its phrasings. `questionId`: the `id` of a transcript line; default his last that is not asking for a person. */
  form("question.attached", { agent, articleId: name, questionId: v.optional(name) }),
  form("agent.left", { agent }),
  /** `to`: a team's id. `note` is read by whoever is asked next, not by the visitor. */
  form("handoff.passed", { agent, to: v.optional(name), note: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(2_000))) }),
  form("handoff.released", { agent: v.optional(agent) }),
  form("conversation.ended", { agent: v.optional(agent) }),
]);
export type InboundBody = v.InferOutput<typeof inboundSchema>;

function messageKey(externalId: string, { id, conversationId }: { id?: string | undefined; conversationId: string }): string {
  return id === undefined ? externalId : `message:${conversationId}:${id}`;
}

export function deskCommandOf(externalId: string, body: InboundBody): DeskCommand {
  const base = { externalId, caseId: body.data.caseId, conversationId: body.data.conversationId };
  switch (body.type) {
    case "handoff.accepted":
      return { ...base, type: "accept", agent: body.data.agent };
    case "message.created":
      return { ...base, externalId: messageKey(externalId, body.data), type: "message", agent: body.data.agent, text: body.data.text };
    case "agent.typing":
      return { ...base, type: "typing", agent: body.data.agent, typing: body.data.typing };
    case "message.read":
      return { ...base, type: "read", agent: body.data.agent, seq: body.data.seq };
    case "question.attached":
      return { ...base, type: "attach", agent: body.data.agent, articleId: body.data.articleId, questionId: body.data.questionId };
    case "agent.left":
      return { ...base, type: "leave", agent: body.data.agent };
    case "handoff.passed":
      return { ...base, type: "pass", agent: body.data.agent, to: body.data.to, note: body.data.note };
    case "handoff.released":
      return { ...base, type: "release", agent: body.data.agent };
    case "conversation.ended":
      return { ...base, type: "end", agent: body.data.agent };
  }
}
