/** Checks a message before it is saved: the same limits the relay checks again. */
import { redactCards, type VisitorPart } from "@allhours/protocol";
import type { ChatState } from "./state.ts";

/** A message that cannot be sent as it is. Nothing was saved; the visitor changes it. */
export class MessageRefused extends Error {
  override readonly name = "MessageRefused";
  readonly code: "empty" | "too-long" | "too-many-parts";
  constructor(code: MessageRefused["code"]) {
    super(`message refused: ${code}`);
    this.code = code;
  }
}

/** The parts as they are saved: card numbers never reach the outbox. */
export function withoutCards(parts: readonly VisitorPart[]): VisitorPart[] {
  return parts.map((part) => (part.type === "text" ? { ...part, text: redactCards(part.text).text } : part));
}

/** Throws `MessageRefused` unless every part has text and the whole fits the limits. Lengths are UTF-16 units. */
export function checkParts(parts: readonly VisitorPart[], limits: ChatState["limits"]): void {
  if (parts.length === 0 || parts.some((part) => part.text.trim() === "")) throw new MessageRefused("empty");
  if (parts.length > limits.partsPerMessage) throw new MessageRefused("too-many-parts");
  if (parts.reduce((sum, part) => sum + part.text.length, 0) > limits.messageChars) throw new MessageRefused("too-long");
}
