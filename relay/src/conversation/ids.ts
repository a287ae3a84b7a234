/** Ids that follow from other ids, so that doing a thing again meets the log's dedupe key. */
import { hash } from "node:crypto";
import { formatUuid, type MessageId } from "@allhours/protocol";

/** A UUID version 8 (RFC 9562 5.8) from SHA-256 of the parts: the same parts give the same id, for ever. */
export function derivedId(...parts: readonly string[]): MessageId {
  const bytes = hash("sha256", parts.join("\u0000"), "buffer").subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return formatUuid(bytes) as MessageId;
}
