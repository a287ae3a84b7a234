/** The audits by HTTP: what experts were asked, and what was done for visitors. For operators; a strict query. */
import type { Context } from "hono";
import * as v from "valibot";
import { refusal } from "@allhours/protocol";
import { ACTION } from "../conversation/action-records.ts";
import { listAudit } from "../conversation/audit.ts";
import { CONSULTATION } from "../conversation/consultations.ts";
import type { Store } from "../store/store.ts";
import { limitUpTo, readStrict, text, time } from "./admin.ts";
import type { WebhookDoor } from "./webhooks.ts";

/** Without `since`: the last 30 days. */
const DAYS_MS = 30 * 24 * 3_600_000;
const querySchema = v.strictObject({ region: text, since: v.optional(time), limit: limitUpTo(1_000) });
const kinds = { consultations: CONSULTATION, actions: ACTION } as const;

export async function showAudit(
  context: Context,
  what: keyof typeof kinds,
  door: Pick<WebhookDoor, "hasRegion" | "now">,
  store: Pick<Store, "records">,
): Promise<Response> {
  const query = readStrict(querySchema, context.req.query());
  if (!query.ok) return context.json(query, 400);
  const { region, since = door.now() - DAYS_MS, limit } = query.value;
  if (!door.hasRegion(region)) return context.json(refusal("not-found", `no region "${region}" is configured`, { path: "region" }), 404);
  return context.json({ ok: true, value: { [what]: await listAudit(store, kinds[what], region, since, limit) } });
}
