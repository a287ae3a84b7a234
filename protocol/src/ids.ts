/**
 * Identifiers of the wire. Every id is a UUIDv7 (RFC 9562 5.7), made by whoever creates the thing: the
 * sender makes message ids, so one id serves from the composer to the log. Owns making and checking ids only.
 */
// The platform's Web Crypto, in browsers and in Node alike; declared here so that neither library is needed.
declare const crypto: { getRandomValues(bytes: Uint8Array): Uint8Array };
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type MessageId = Branded<"MessageId">;
export type ConversationId = Branded<"ConversationId">;
export type VisitorId = Branded<"VisitorId">;
export type CaseId = Branded<"CaseId">;

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** True for a lower-case RFC 9562 UUID of any version: derived ids (replies) are version 8. */
export function isId(value: unknown): value is string {
  return typeof value === "string" && pattern.test(value);
}

/** Reads an id, or gives `undefined` when the text is not one. */
export function parseId<Id extends string = string>(value: unknown): Id | undefined {
  return isId(value) ? (value as Id) : undefined;
}

/**
 * A new UUIDv7. `nowMs` is Unix time in milliseconds; `random` fills a buffer (defaults: the clock and `crypto`).
 * Ids made in different milliseconds sort by time as text; nothing may depend on their order within one.
 */
export function newId<Id extends string = MessageId>(
  nowMs: number = Date.now(),
  random: (bytes: Uint8Array) => Uint8Array = (bytes) => crypto.getRandomValues(bytes),
): Id {
  const bytes = random(new Uint8Array(16));
  let time = Math.max(0, Math.floor(nowMs));
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return formatUuid(bytes) as Id;
}

/** Sixteen bytes as UUID text. The caller has set version and variant bits. */
export function formatUuid(bytes: Uint8Array): string {
  let hex = "";
  for (let index = 0; index < 16; index += 1) {
    hex += (bytes[index]! + 0x100).toString(16).slice(1);
    if (index === 3 || index === 5 || index === 7 || index === 9) hex += "-";
  }
  return hex;
}
