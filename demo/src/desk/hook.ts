/**
 * `POST /desk/hook/<desk>`: what the relay tells a desk. Verified over the raw bytes before anything is read from them, taken once,
 * and answered 2xx only when it is on disk: until then the relay keeps it and sends it again.
 */
import { Webhook } from "standardwebhooks";
import type { Board } from "./board.ts";
import { closed, offered, orphaned, withLine, type Case } from "./cases.ts";
import { json, readBody, refuse } from "./edge.ts";
import { FieldError, readEvent, type DeskEvent } from "./events.ts";

/** A transcript of 200 long lines fits. */
const BODY_BYTES = 8 * 1024 * 1024;

/** `secret` as `whsec_` and base64; throws when it is not. The answer is for the relay: 2xx, or a refusal with a code. */
export function createHook(deskId: string, secret: string, board: Board): (request: Request) => Promise<Response> {
  const webhook = new Webhook(secret);

  return async (request) => {
    const rawBody = await readBody(request, BODY_BYTES);
    if (rawBody === undefined) return refuse(413, "too-large", `a body may have ${BODY_BYTES} bytes`);
    const id = request.headers.get("webhook-id") ?? "";
    try {
      // Checks the signature in constant time, and that the timestamp is at most five minutes away.
      webhook.verify(rawBody, Object.fromEntries(request.headers), { jsonParse: false });
    } catch (error) {
      return refuse(401, "unauthorized", error instanceof Error ? error.message : "the signature could not be verified");
    }
    if (board.knows(deskId, id)) {
      await board.flush();
      return json(200, { ok: true, duplicate: true });
    }
    let event: DeskEvent | undefined;
    try {
      event = readEvent(JSON.parse(rawBody));
    } catch (error) {
      const path = error instanceof FieldError ? error.message : "body: expected JSON";
      return refuse(400, "bad-event", path);
    }
    if (event !== undefined) await take(deskId, board, event, id);
    return json(200, { ok: true, duplicate: false });
  };
}

async function take(deskId: string, board: Board, event: DeskEvent, id: string): Promise<void> {
  const known = board.get(deskId, event.data.caseId);
  if (event.type === "visitor.typing") {
    if (known !== undefined) board.typing(deskId, known.caseId, event.data.typing);
    return;
  }
  const next = follow(known, deskId, event, id);
  if (next !== undefined) await board.put(next, id);
}

/** What the event makes of the case; `undefined`: there is none, and none is needed. */
function follow(
  known: Case | undefined,
  deskId: string,
  event: Exclude<DeskEvent, { type: "visitor.typing" }>,
  id: string,
): Case | undefined {
  if (event.type === "handoff.offered") return offered(known, deskId, event.data, event.timestamp);
  if (event.type === "handoff.withdrawn") {
    const elsewhere = event.data.reason === "offer-expired" || event.data.reason === "taken-over";
    return known && closed(known, elsewhere ? "passed" : "withdrawn", event.timestamp, id);
  }
  const { message, ...ref } = event.data;
  return withLine(known ?? orphaned(deskId, ref, event.timestamp), message);
}
