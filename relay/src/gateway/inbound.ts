/** Signed replies and events from desks, and answers of experts: `POST /v1/inbound/<desk or expert id>`. The adapter verifies the raw body; nothing else is trusted. */
import type { Context } from "hono";
import { LIMITS, type Result } from "@allhours/protocol";
import { isAdapterError } from "../adapters/errors.ts";
import type { DeskCommand, ExpertAdapter, Received } from "../adapters/spec.ts";
import type { DeskAnswer } from "../conversation/desk.ts";
import type { ExpertJobs } from "../conversation/expert-jobs.ts";
import type { Directory } from "../conversation/rooms.ts";
import type { Logger } from "../observe/logger.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Region } from "../routing/types.ts";
import { StoreError } from "../store/store.ts";
import { readText, statusOf } from "./sse.ts";

/** For telling an agent that something was not done. */
const TELL_MS = 2_000;
/** Largest body a desk may send. */
const INBOUND_BYTES = LIMITS.frameHardBytes * 4;

export async function receiveInbound(
  context: Context,
  deps: {
    directory: () => Directory;
    receive: (deskId: string, region: Region, command: DeskCommand) => Promise<Result<DeskAnswer>>;
    receiveExpert: ExpertJobs["receive"];
    metrics: Metrics;
    logger: Logger;
    now: () => number;
  },
): Promise<Response> {
  const deskId = context.req.param("desk") ?? "";
  const say = (status: 200 | 400 | 401 | 404 | 409 | 413 | 503, body: object, result: string): Response => {
    deps.metrics.inbound.inc({ result });
    return context.json(body, status);
  };
  const found = deps.directory().desk(deskId);
  const consulted = deps.directory().expert(deskId);
  if (found === undefined && consulted === undefined)
    return say(404, { ok: false, error: { code: "not-found", message: `no desk "${deskId.slice(0, 80)}" is configured` } }, "unknown-desk");
  const rawBody = await readText(context.req.raw, INBOUND_BYTES);
  if (rawBody === undefined)
    return say(413, { ok: false, error: { code: "frame-too-large", message: `a body may have ${INBOUND_BYTES} bytes` } }, "too-large");
  const request = { headers: context.req.raw.headers, rawBody, nowMs: deps.now() };
  let received: Received = { commands: [] };
  let heard: Awaited<ReturnType<ExpertAdapter["receive"]>> | undefined;
  try {
    if (found !== undefined) received = await found.desk.adapter.receive(request);
    else heard = await consulted?.expert.adapter.receive(request);
  } catch (error) {
    if (!isAdapterError(error)) {
      deps.logger.error({ desk: deskId, err: error }, "a desk adapter failed on an inbound delivery");
      return say(503, { ok: false, error: { code: "internal", message: "the delivery could not be read; send it again" } }, "failed");
    }
    deps.logger.warn({ desk: deskId, code: error.code }, "an inbound delivery was refused");
    const status = error.code === "unauthorized" ? 401 : 400;
    return say(
      status,
      { ok: false, error: { code: error.code === "unauthorized" ? "forbidden" : "bad-frame", message: error.message } },
      error.code,
    );
  }
  try {
    let last: Result<DeskAnswer> | undefined;
    if (consulted !== undefined && heard !== undefined) last = await deps.receiveExpert(deskId, consulted.region, heard);
    for (const command of received.commands) {
      if (found === undefined) break;
      last = await deps.receive(deskId, found.region, command);
      if (last.ok) continue;
      await found.desk.adapter.refused?.(command, last.error, AbortSignal.timeout(TELL_MS)).catch((error: unknown) => {
        deps.logger.warn({ desk: deskId, err: error }, "a desk could not be told of a refusal");
      });
      break;
    }
    const result = last === undefined ? "ignored" : !last.ok ? last.error.code : last.value.duplicate ? "duplicate" : "ok";
    if (received.answer !== undefined) {
      // Desks that cannot be told of a refusal would only send it again.
      if (last?.ok === false) deps.logger.warn({ desk: deskId, code: last.error.code }, "what a desk sent was refused");
      deps.metrics.inbound.inc({ result });
      return context.body(received.answer.body, 200, { "content-type": received.answer.contentType });
    }
    if (last?.ok === false) {
      const status = statusOf(last);
      return say(status === 404 || status === 409 ? status : 400, last, result);
    }
    return say(200, last === undefined ? { ok: true, value: null } : { ok: true, value: last.value }, result);
  } catch (error) {
    deps.logger.error({ desk: deskId, err: error }, "an inbound delivery was not stored");
    return say(
      503,
      { ok: false, error: { code: error instanceof StoreError ? "store-unavailable" : "internal", message: "not stored; send it again" } },
      "failed",
    );
  }
}
