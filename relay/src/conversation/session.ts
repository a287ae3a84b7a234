/** What a visitor's session is: how long it lives, and how its token is kept. */
import { createHash } from "node:crypto";

/** A session lives this long after its last hello, milliseconds. */
export const SESSION_MS = 30 * 24 * 3_600_000;

/** The stored form of a token: SHA-256, so that a stolen database opens no session. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
