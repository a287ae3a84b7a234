/**
 * Webhooks out: what happens in a region, told to receivers that asked for it. A delivery is a job written with the entry it reports, in order for
 * each conversation and receiver; its payload is built again at each try, from the log. Every outcome goes into the delivery log.
 */
import { Webhook } from "standardwebhooks";
import { isAdapterError, AdapterError } from "../adapters/errors.ts";
import { postSigned } from "../adapters/signed-webhook.ts";
import { presetHeaders } from "../adapters/webhook-presets.ts";
import type { WebhookConfig, WebhookEvent } from "../config/webhooks.ts";
import type { Job, JobDraft, StoreRecord } from "../store/store.ts";
import type { Change } from "./cases.ts";
import { derivedId } from "./ids.ts";
import type { ConversationDeps } from "./place.ts";
import type { Detected } from "../learning/gaps.ts";
import type { Region } from "../routing/types.ts";

export const WEBHOOK_JOB = "webhook";
export const DELIVERY = "delivery";
const TIMEOUT_MS = 15_000;

/** Something that has no entry of its own in the log. */
export type Signal = {
  type: WebhookEvent;
  /** With the conversation's id it makes the event's. */ key: string;
  data: Record<string, unknown>;
};
/** Payload of a `webhook` job. `entryId`: of the entry it reports. */
export type WebhookJob = {
  receiver: string;
  regionId: string;
  siteId: string;
  conversationId: string;
  type: WebhookEvent;
  at: number;
  entryId?: string | undefined;
  data: Record<string, unknown>;
};
/** Body of a `delivery` record; its id is the `webhook-id`. */
export type DeliveryRecord = {
  receiver: string;
  type: WebhookEvent;
  conversationId: string;
  state: "delivered" | "failed";
  attempts: number;
  ms: number;
  error?: string | undefined;
  job: WebhookJob;
};

/** Which event an entry is, `undefined` for none. */
function eventOf(event: Change["entries"][number]["event"]): { type: WebhookEvent; data: Record<string, unknown> } | undefined {
  switch (event.type) {
    case "message-added": {
      const { author, inReplyTo } = event.message;
      return {
        type: "message.created",
        data: { messageId: event.message.id, author: author.kind, ...(inReplyTo === undefined ? {} : { inReplyTo }) },
      };
    }
    case "message-rated":
      return { type: "message.rated", data: { messageId: event.messageId, value: event.value } };
    case "agent-presence":
      return { type: event.state === "joined" ? "agent.joined" : "agent.left", data: { agentId: event.agent.id } };
    case "mode-changed": {
      const { mode, reason, caseId, agent } = event;
      const data = { reason, ...(caseId === undefined ? {} : { caseId }), ...(agent === undefined ? {} : { agentId: agent.id }) };
      if (mode === "queued") return { type: "handoff.requested", data };
      if (mode === "agent") return { type: reason === "shift-changed" ? "shift.transferred" : "handoff.accepted", data };
      if (mode === "ended") return { type: "conversation.ended", data };
      return reason === "visitor-returned" ? undefined : { type: "handoff.released", data };
    }
  }
}

/** Jobs of what a change writes, one a receiver and event. */
export function webhookJobs(
  region: Region | undefined,
  { id: conversationId, siteId }: { id: string; siteId: string },
  change: { entries: readonly Change["entries"][number][]; signals?: readonly Signal[] | undefined },
  at: number,
): JobDraft[] {
  if (region === undefined || region.config.webhooks.length === 0) return [];
  const told = [
    ...change.entries.flatMap(({ id, event }) => {
      const found = eventOf(event);
      return found === undefined ? [] : [{ ...found, key: id, entryId: id }];
    }),
    ...(change.signals ?? []).map((signal) => ({ ...signal, entryId: undefined })),
  ];
  return region.config.webhooks.flatMap((receiver) =>
    told
      .filter(({ type }) => receiver.events?.includes(type) ?? true)
      .map(({ type, data, key, entryId }): JobDraft => {
        const payload: WebhookJob = { receiver: receiver.id, regionId: region.id, siteId, conversationId, type, at, entryId, data };
        const id = `whk_${derivedId(receiver.id, conversationId, type, key)}`;
        return { kind: WEBHOOK_JOB, key: `${conversationId}/${receiver.id}`, id, payload };
      }),
  );
}

/** Jobs that tell of questions the knowledge has no answer for. */
export function gapJobs(region: Region, { conversationId, siteId, ...data }: Detected, at: number): JobDraft[] {
  const signal: Signal = { type: "knowledge.gap.detected", key: data.gapId, data };
  return webhookJobs(region, { id: conversationId, siteId }, { entries: [], signals: [signal] }, at);
}

export function createWebhooks(deps: Pick<ConversationDeps, "store" | "directory" | "clock">) {
  const keys = new WeakMap<WebhookConfig, Webhook[]>();
  function keysOf(receiver: WebhookConfig): Webhook[] {
    let known = keys.get(receiver);
    if (known === undefined)
      keys.set(receiver, (known = [receiver.secret, ...receiver.previousSecrets].map((secret) => new Webhook(secret))));
    return known;
  }

  /** Delivers one `webhook` job. Throws `AdapterError`: the runner decides what follows. */
  async function deliver(job: Job, signal: AbortSignal): Promise<void> {
    const task = job.payload as WebhookJob;
    const region = deps.directory().region(task.regionId);
    const receiver = region?.config.webhooks.find(({ id }) => id === task.receiver);
    if (region === undefined || receiver === undefined)
      throw new AdapterError("refused", `region ${task.regionId} has no receiver ${task.receiver}`, { permanent: true });
    const { type, at, siteId, regionId, conversationId } = task;
    const data = { conversationId, siteId, regionId, ...task.data, ...(receiver.content === "full" ? await contentOf(task) : {}) };
    const [key, ...more] = keysOf(receiver);
    const { preset, presetSecret } = receiver;
    const from = performance.now();
    const outcome = async (state: DeliveryRecord["state"], error?: string): Promise<void> => {
      const ms = Math.round(performance.now() - from);
      const body: DeliveryRecord = { receiver: receiver.id, type, conversationId, state, attempts: job.attempts + 1, ms, error, job: task };
      // With the conversation, or not at all: it may have been erased while this was on its way.
      const at = deps.clock.now();
      await deps.store.append({ conversationId, entries: [], at, records: [{ kind: DELIVERY, regionId, id: job.id, at, body }] });
    };
    try {
      await postSigned(
        { id: job.id, type, timestamp: new Date(at).toISOString(), data },
        {
          url: receiver.url,
          timeoutMs: TIMEOUT_MS,
          key: key!,
          previousKeys: more,
          who: "the receiver",
          headers: (sent) => (preset === undefined || presetSecret === undefined ? {} : presetHeaders(preset, presetSecret, sent)),
        },
        { fetch: region.fetch },
        signal,
      );
    } catch (error) {
      if (!signal.aborted) await outcome("failed", isAdapterError(error) ? `${error.code}: ${error.message}` : "failed");
      throw error;
    }
    await outcome("delivered");
  }

  /** The event as clients get it; nothing more than ids where there is none. */
  async function contentOf({ conversationId, entryId }: WebhookJob): Promise<object> {
    const place = entryId === undefined ? undefined : await deps.store.placeOf(conversationId, entryId);
    const [entry] = place === undefined ? [] : await deps.store.entriesAfter(conversationId, place.seq - 1, 1);
    return entry === undefined ? {} : { event: entry.event };
  }

  /** The delivery log of a region, newest first. */
  async function log(
    regionId: string,
    where: { receiver?: string | undefined; state?: string | undefined; since: number },
    limit: number,
  ): Promise<object[]> {
    const records = await deps.store.records(DELIVERY, regionId, where.since, 10_000);
    return records
      .map(({ id, at, body }: StoreRecord) => ({ id, at: new Date(at).toISOString(), ...(body as DeliveryRecord) }))
      .filter(({ receiver, state }) => (where.receiver ?? receiver) === receiver && (where.state ?? state) === state)
      .slice(0, limit)
      .map(({ job: _job, ...shown }) => shown);
  }

  /** Sends logged deliveries again, each under its old `webhook-id`. Gives the ids that were found. */
  async function replay(regionId: string, ids: readonly string[]): Promise<{ replayed: string[]; unknown: string[] }> {
    const replayed: string[] = [];
    for (const id of ids) {
      const found = await deps.store.record(DELIVERY, regionId, id);
      if (found === undefined) continue;
      const { job } = found.body as DeliveryRecord;
      // One that is a dead letter is put back; one that was delivered is written anew.
      if (!(await deps.store.replayJob(id, deps.clock.now())))
        await deps.store.append({
          conversationId: job.conversationId,
          entries: [],
          at: deps.clock.now(),
          jobs: [{ kind: WEBHOOK_JOB, key: `${job.conversationId}/${job.receiver}`, id, payload: job }],
        });
      replayed.push(id);
    }
    return { replayed, unknown: ids.filter((id) => !replayed.includes(id)) };
  }

  return { deliver, log, replay };
}
export type Webhooks = ReturnType<typeof createWebhooks>;
