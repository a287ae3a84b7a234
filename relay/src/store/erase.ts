/**
 * Which jobs and records are a conversation's, for every store alike: what is erased with it. Pure; a store narrows down first, in whatever way
 * it can, and decides here.
 */

type Body = { conversationId?: unknown; caseId?: unknown } | null;

/** Of the conversation's own keys (`<id>`, `<id>/<receiver>`, `<id> <desk>`), or about it. */
export function isJobOf(conversationId: string, job: { key?: string | null | undefined; payload: unknown }): boolean {
  return isKeyOf(conversationId, job.key) || isAbout(conversationId, job.payload);
}
export function isKeyOf(conversationId: string, key: string | null | undefined): boolean {
  return (
    typeof key === "string" && (key === conversationId || key.startsWith(`${conversationId}/`) || key.startsWith(`${conversationId} `))
  );
}

/** `names`: the ids of the conversation and of its cases. A record may have one as its id, or as the end of it (`<desk>:case:<case>`). */
export function isRecordOf(conversationId: string, names: ReadonlySet<string>, record: { id: string; body: unknown }): boolean {
  const { id, body } = record;
  return (
    names.has(id) || names.has(id.slice(id.lastIndexOf(":") + 1)) || isAbout(conversationId, typeof body === "string" ? read(body) : body)
  );
}

/** Ids of cases among a conversation's events. */
export function casesOf(events: Iterable<unknown>): Set<string> {
  const found = new Set<string>();
  for (const event of events) {
    const caseId = (event as Body)?.caseId;
    if (typeof caseId === "string") found.add(caseId);
  }
  return found;
}

function isAbout(conversationId: string, body: unknown): boolean {
  return (body as Body | undefined)?.conversationId === conversationId;
}
/** What desks remember is text, and may be JSON. */
function read(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
