/**
 * Links to the whole transcript of a conversation, for whoever works on its case in a tool that shows less. The link is the authority: signed under a
 * key of its region, good for a month from when the case began. The same for every retry of an event.
 */
import { createHmac, randomBytes } from "node:crypto";
import { sameText } from "../adapters/same-text.ts";
import type { Conversation, Store } from "../store/store.ts";

const SECRET = "secret";
const NAME = "transcripts";
/** A case is long over by then. */
const GOOD_MS = 30 * 24 * 3_600_000;
export const TRANSCRIPT_PATH = "/v1/transcript";

export type TranscriptLink = { path: string; url?: string | undefined };

export function createTranscriptLinks(deps: {
  store: Pick<Store, "record" | "putRecords">;
  now: () => number;
  /** Where people reach this relay, if the config says so. */
  origin: () => string | undefined;
}) {
  const keys = new Map<string, Promise<string>>();

  async function readKey(regionId: string): Promise<string> {
    const known = await deps.store.record(SECRET, regionId, NAME);
    if (typeof known?.body === "string") return known.body;
    const key = randomBytes(32).toString("base64url");
    await deps.store.putRecords([{ kind: SECRET, regionId, id: NAME, at: deps.now(), body: key }]);
    return key;
  }
  /** One at a time for a region, so that two first links have one key. */
  async function keyOf(regionId: string): Promise<string> {
    const running = keys.get(regionId) ?? readKey(regionId);
    keys.set(regionId, running);
    running.catch(() => keys.delete(regionId));
    return running;
  }
  const sign = (text: string, key: string): string => createHmac("sha256", key).update(text).digest("base64url");

  async function linkOf({ id, regionId, caseAt = 0 }: Pick<Conversation, "id" | "regionId" | "caseAt">): Promise<TranscriptLink> {
    const said = `${regionId}.${id}.${Math.floor((caseAt + GOOD_MS) / 1_000).toString(36)}`;
    const path = `${TRANSCRIPT_PATH}/${said}.${sign(said, await keyOf(regionId))}`;
    const origin = deps.origin();
    return { path, ...(origin === undefined ? {} : { url: origin + path }) };
  }

  /** Whose transcript a token opens; `undefined`: forged, or too old. `serves`: is a region this relay's? */
  async function read(
    token: string,
    serves: (regionId: string) => boolean,
  ): Promise<{ conversationId: string; regionId: string } | undefined> {
    const parts = /^([a-z0-9][a-z0-9-]{0,62})\.([0-9a-f-]{36})\.([0-9a-z]{1,9})\.([\w-]{43})$/.exec(token);
    const [, regionId = "", conversationId = "", until = "", signature = ""] = parts ?? [];
    if (parts === null || !serves(regionId)) return undefined;
    if (!sameText(signature, sign(`${regionId}.${conversationId}.${until}`, await keyOf(regionId)))) return undefined;
    return Number.parseInt(until, 36) * 1_000 > deps.now() ? { conversationId, regionId } : undefined;
  }

  return { linkOf, read };
}
export type TranscriptLinks = ReturnType<typeof createTranscriptLinks>;
