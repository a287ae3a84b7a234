/** The delivery log of webhooks by HTTP, and sending again what is in it. For operators; strict queries and bodies. */
import type { Context } from "hono";
import * as v from "valibot";
import { refusal } from "@allhours/protocol";
import type { Webhooks } from "../conversation/webhooks.ts";
import { limitUpTo, readJsonBody, readStrict, text, time } from "./admin.ts";

export type WebhookDoor = Pick<Webhooks, "log" | "replay"> & { hasRegion: (id: string) => boolean; now: () => number; wake: () => void };

const MOST = 1_000;
/** Without `since`: the last day. */
const DAY_MS = 24 * 3_600_000;
const querySchema = v.strictObject({
  region: text,
  receiver: v.optional(text),
  state: v.optional(v.picklist(["delivered", "failed"], 'expected "delivered" or "failed"')),
  since: v.optional(time),
  limit: limitUpTo(MOST),
});
const replaySchema = v.strictObject({
  region: text,
  ids: v.pipe(v.array(text, "expected a list of ids"), v.minLength(1, "expected an id"), v.maxLength(MOST, `expected at most ${MOST}`)),
});

export async function listDeliveries(context: Context, door: WebhookDoor): Promise<Response> {
  const query = readStrict(querySchema, context.req.query());
  if (!query.ok) return context.json(query, 400);
  const { region, receiver, state, since = door.now() - DAY_MS, limit } = query.value;
  if (!door.hasRegion(region)) return context.json(refusal("not-found", `no region "${region}" is configured`, { path: "region" }), 404);
  return context.json({ ok: true, value: { deliveries: await door.log(region, { receiver, state, since }, limit) } });
}

export async function replayDeliveries(context: Context, door: WebhookDoor): Promise<Response> {
  const body = await readJsonBody(context);
  if (!body.ok) return context.json(body, body.error.code === "frame-too-large" ? 413 : 400);
  const asked = readStrict(replaySchema, body.value);
  if (!asked.ok) return context.json(asked, 400);
  const { region, ids } = asked.value;
  if (!door.hasRegion(region)) return context.json(refusal("not-found", `no region "${region}" is configured`, { path: "region" }), 404);
  const value = await door.replay(region, ids);
  door.wake();
  return context.json({ ok: true, value });
}
