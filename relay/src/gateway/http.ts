/** The HTTP edge: health, metrics, SSE and POST, inbound deliveries, the widget's files. Routes only; each does its work elsewhere. */
import type { IncomingMessage } from "node:http";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { COMMAND_PATH, LIMITS, STREAM_PATH, refusal } from "@allhours/protocol";
import type { Metrics } from "../observe/metrics.ts";
import type { Store } from "../store/store.ts";
import type { DeadLetters } from "../jobs/dead-letters.ts";
import { showAudit } from "./audit.ts";
import { eraseConversation } from "./erase.ts";
import type { Erase } from "../conversation/erase.ts";
import { decideLearning, showLearning, showObserved } from "./learning.ts";
import type { Review } from "../learning/review.ts";
import { listDeliveries, replayDeliveries, type WebhookDoor } from "./webhooks.ts";
import { isOperator, listDeadLetters, NOT_OPERATOR, replayDeadLetters } from "./admin.ts";
import { receiveInbound } from "./inbound.ts";
import { showOptOut, takeOptOut, type OptOutDoor } from "./optout.ts";
import { originAllowed, type Peer } from "./origin.ts";
import { openStream, postCommand, type SseDeps } from "./sse.ts";
import type { Assets } from "./static.ts";
import { TRANSCRIPT_PATH } from "../conversation/transcript-links.ts";
import { showTranscript, type TranscriptDoor } from "./transcript.ts";

/** Answers what the relay itself has no route for: a demo's pages, a merchant's own health check. */
export type FallbackHandler = (request: Request) => Promise<Response | undefined> | Response | undefined;

export type HttpDeps = SseDeps & {
  store: Store;
  metrics: Metrics;
  assets: Assets;
  inbound: Parameters<typeof receiveInbound>[1];
  peer: (address: string, header: (name: string) => string | undefined) => Peer;
  origins: () => { allowed: ReadonlySet<string>; dev: boolean };
  adminToken: () => string | undefined;
  webhooks: WebhookDoor;
  transcripts: TranscriptDoor;
  optOut: OptOutDoor;
  /** Why it is not ready; empty when it is. */
  ready: () => { reasons: string[] };
  draining: () => boolean;
  beforeMetrics: () => void;
  deadLetters: DeadLetters;
  erase: Erase;
  review: Review;
  fallback?: FallbackHandler | undefined;
};

type Bindings = { Bindings: { incoming: IncomingMessage } };

export function createHttp(deps: HttpDeps): Hono<Bindings> {
  const app = new Hono<Bindings>();
  const peerOf = (incoming: IncomingMessage, request: Request): Peer =>
    deps.peer(incoming.socket.remoteAddress ?? "", (name) => request.headers.get(name) ?? undefined);

  app.get("/healthz", (context) => context.json({ ok: true }));
  // Anybody may ask, so it costs nothing: the store is probed by the relay itself, every few seconds.
  app.get("/readyz", (context) => {
    const { reasons } = deps.ready();
    const all = deps.draining() ? [...reasons, "draining"] : reasons;
    return context.json({ ok: all.length === 0, reasons: all }, all.length === 0 ? 200 : 503);
  });
  for (const path of ["/metrics", "/v1/admin/*"]) {
    app.use(path, async (context, next) => {
      if (!isOperator(deps.adminToken(), context.env.incoming, (name) => context.req.header(name))) return context.json(NOT_OPERATOR, 403);
      return next();
    });
  }
  app.get("/v1/admin/dead-letters", (context) => listDeadLetters(context, deps.deadLetters));
  app.get("/v1/admin/webhooks", (context) => listDeliveries(context, deps.webhooks));
  app.post("/v1/admin/webhooks/replay", (context) => replayDeliveries(context, deps.webhooks));
  for (const what of ["consultations", "actions"] as const)
    app.get(`/v1/admin/${what}`, (context) => showAudit(context, what, deps.webhooks, deps.store));
  app.get("/v1/admin/learning", (context) => showLearning(context, deps.review));
  app.get("/v1/admin/learning/observed", (context) => showObserved(context, deps.review));
  app.post("/v1/admin/learning", (context) => decideLearning(context, deps.review));
  app.post("/v1/admin/erase", (context) => eraseConversation(context, deps.erase));
  app.post("/v1/admin/dead-letters/replay", (context) => replayDeadLetters(context, deps.deadLetters));
  app.get("/metrics", async (context) => {
    deps.beforeMetrics();
    return context.text(await deps.metrics.registry.metrics(), 200, { "content-type": deps.metrics.registry.contentType });
  });

  for (const path of [STREAM_PATH, COMMAND_PATH]) {
    // Any page may read the answer, so that a page of the wrong origin is told so in words; only a site's own gets past it.
    app.use(
      path,
      cors({ origin: (origin) => origin, allowMethods: ["POST"], allowHeaders: ["content-type", "authorization"], maxAge: 600 }),
    );
    app.use(path, async (context, next) => {
      const { allowed, dev } = deps.origins();
      if (originAllowed(context.req.header("origin"), allowed, dev)) return next();
      deps.metrics.refused.inc({ reason: "origin-refused" });
      return context.json(refusal("origin-refused", "this origin is not one of a site's"), 403);
    });
  }
  app.post(STREAM_PATH, (context) =>
    openStream(context, deps, peerOf(context.env.incoming, context.req.raw), context.req.header("origin")),
  );
  app.post(COMMAND_PATH, (context) => postCommand(context, deps));
  app.get("/v1/optout/:token", (context) => showOptOut(context, deps.optOut));
  app.post("/v1/optout/:token", (context) => takeOptOut(context, deps.optOut));
  app.post("/v1/inbound/:desk", (context) => receiveInbound(context, deps.inbound));

  app.get(`${TRANSCRIPT_PATH}/:token`, (context) => showTranscript(context, deps.transcripts));

  app.get("*", async (context, next) => {
    const asset = deps.assets(context.req.path, context.req.header("accept-encoding") ?? "", context.req.header("if-none-match"));
    return asset ?? next();
  });
  app.all(
    "*",
    async (context) =>
      (await deps.fallback?.(context.req.raw)) ??
      context.json(refusal("not-found", `nothing at ${context.req.path.slice(0, LIMITS.labelChars)}`), 404),
  );
  app.onError((error, context) => {
    deps.inbound.logger.error({ path: context.req.path, err: error }, "a request failed");
    return context.json(refusal("internal", "something went wrong on our side"), 500);
  });
  return app;
}
