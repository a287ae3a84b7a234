/** Erasing a conversation, of a real relay with a real signed desk: who is told, what is refused afterwards, and that no row of it is left. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import BetterSqlite3 from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId, type Event, type EventOf } from "@allhours/protocol";
import { createClient, type Client } from "../client/index.ts";
import { AGENT, createDesk, type Desk, type DeskEvent } from "../prove/rig/desk.ts";
import { createRelayRig, SITE, type RelayRig } from "../prove/rig/relay.ts";

const WORDS = "my lamp wobbles terribly";
const CLOSED = { timeout: 10_000, interval: 20 };

let desk: Desk;
let relay: RelayRig;
beforeAll(async () => {
  desk = await createDesk();
  // Of two receivers one takes what it is told, and is in the delivery log; the other does not, and has a job that waits.
  const { url, secret } = desk.region.handoff[0] as { url: string; secret: string };
  const webhooks = [
    { id: "takes", url, secret, events: ["handoff.requested"] },
    { id: "waits", url, secret, events: ["conversation.started"] },
  ];
  desk.behave = ({ type }) => ({ status: type === "conversation.started" ? 503 : 204 });
  relay = await createRelayRig({ region: { ...desk.region, webhooks } });
}, 60_000);
afterAll(async () => {
  await relay?.close();
  await desk?.close();
});

type Answer = { status: number; body: { ok: boolean; value?: unknown; error?: { code: string; message: string } } };
async function erase(body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${relay.url}/v1/admin/erase`, { method: "POST", body: JSON.stringify(body), headers });
  return { status: response.status, body: (await response.json()) as Answer["body"] };
}
type Case = { client: Client; conversationId: string; caseId: string; token: string };
const of = (id: string, type: string): DeskEvent[] => desk.taken.filter((one) => one.type === type && one.data.conversationId === id);
/** A visitor who was answered by a person: a case is open. */
async function openCase(pipe: "socketio" | "sse"): Promise<Case> {
  const client = createClient({ url: relay.url, site: SITE, pipe });
  expect((await client.hello()).ok).toBe(true);
  const { conversationId = "", token = "" } = client.welcome ?? {};
  expect(await client.command({ type: "handoff-request", id: newId(), conversationId })).toMatchObject({ ok: true });
  await expect.poll(() => of(conversationId, "handoff.offered").length, CLOSED).toBe(1);
  await expect.poll(() => of(conversationId, "handoff.requested").length, CLOSED).toBe(1);
  const caseId = of(conversationId, "handoff.offered")[0]?.data.caseId ?? "";
  expect(await client.send(WORDS).acked).toMatchObject({ ok: true });
  expect((await desk.say(relay.url, "message.created", { caseId, conversationId, agent: AGENT, text: "Hello" })).status).toBe(200);
  await client.waitFor((event: Event): event is EventOf<"mode-changed"> => event.type === "mode-changed" && event.mode === "agent");
  return { client, conversationId, caseId, token };
}
/** Rows of the database that hold the text, by table. */
function rowsWith(text: string): Record<string, number> {
  const database = new BetterSqlite3(relay.databaseFile, { readonly: true });
  const tables = database.prepare("select name from sqlite_master where type = 'table'").pluck().all() as string[];
  const found = tables.map((name): [string, number] => {
    const rows = database.prepare(`select * from "${name}"`).all();
    return [name, rows.filter((row) => JSON.stringify(row).includes(text)).length];
  });
  database.close();
  return Object.fromEntries(found.filter(([, count]) => count > 0));
}

describe.each(["socketio", "sse"] as const)("an erased conversation, its page on %s", (pipe) => {
  it("is withdrawn from its desk, whose reply is refused as not found; the page starts anew; no row of it is left, and all of another's", async () => {
    const gone = await openCase(pipe);
    const kept = await openCase(pipe);
    await expect
      .poll(() => Object.keys(rowsWith(gone.conversationId)).sort(), CLOSED)
      .toEqual(["conversations", "entries", "inbound", "jobs", "records", "sessions"]);
    // What waits for the receiver that is down; all else is done.
    await expect.poll(() => rowsWith(kept.conversationId)["jobs"], CLOSED).toBe(1);
    const others = rowsWith(kept.conversationId);
    const reply = { caseId: gone.caseId, conversationId: gone.conversationId, agent: AGENT, text: "Still there?" };

    expect(await erase({ conversation: gone.conversationId })).toEqual({
      status: 200,
      body: { ok: true, value: { erased: gone.conversationId } },
    });

    const told = of(gone.conversationId, "handoff.withdrawn");
    expect(told.map(({ data }) => [data.caseId, data.reason])).toEqual([[gone.caseId, "erased"]]);
    for (const type of ["message.created", "handoff.released", "agent.left"])
      expect(await desk.say(relay.url, type, { ...reply, ...(type === "message.created" ? {} : { text: undefined }) })).toMatchObject({
        status: 404,
        body: { ok: false, error: { code: "not-found" } },
      });

    await expect.poll(() => gone.client.closed, CLOSED).toBeDefined();
    const again = createClient({ url: relay.url, site: SITE, pipe });
    expect(await again.hello({ token: gone.token })).toMatchObject({ ok: false, error: { code: "session-unknown" } });
    const anew = createClient({ url: relay.url, site: SITE, pipe });
    expect(await anew.hello()).toMatchObject({ ok: true });
    expect(anew.welcome?.conversationId).not.toBe(gone.conversationId);
    expect(await anew.send("a new one").acked).toMatchObject({ ok: true });

    expect([rowsWith(gone.conversationId), rowsWith(gone.caseId)]).toEqual([{}, {}]);
    expect(Object.keys(rowsWith(WORDS))).toEqual(["entries"]);
    expect(rowsWith(kept.conversationId)).toEqual(others);
    expect(kept.client.closed).toBeUndefined();
    const { conversationId, caseId } = kept;
    expect((await desk.say(relay.url, "message.created", { conversationId, caseId, agent: AGENT, text: "And you?" })).status).toBe(200);
    expect(of(gone.conversationId, "handoff.withdrawn")).toHaveLength(1);
    expect(of(kept.conversationId, "handoff.withdrawn")).toEqual([]);
    for (const { client } of [gone, kept, { client: again }, { client: anew }]) client.close();
    expect(await erase({ conversation: gone.conversationId })).toMatchObject({ status: 404, body: { error: { code: "not-found" } } });
  }, 60_000);
});

it("is erased while its desk is down, and its log has the id and nothing more", async () => {
  const { client, conversationId } = await openCase("socketio");
  const { behave } = desk;
  desk.behave = () => "reset";
  try {
    expect((await erase({ conversation: conversationId })).status).toBe(200);
  } finally {
    desk.behave = behave;
  }
  expect(rowsWith(conversationId)).toEqual({});
  const about = async (): Promise<string[]> => (await relay.log()).split("\n").filter((line) => line.includes(conversationId));
  await expect.poll(about, CLOSED).toContainEqual(expect.stringContaining("a desk could not be told of an erased conversation"));
  expect(await relay.log()).not.toContain(WORDS);
  client.close();
}, 60_000);

it("is erased while a receiver is being told of it, and the end of that is not written down", async () => {
  const { behave } = desk;
  desk.behave = (event) => (event.type === "handoff.requested" ? { status: 204, afterMs: 500 } : behave(event));
  const client = createClient({ url: relay.url, site: SITE, pipe: "socketio" });
  expect((await client.hello()).ok).toBe(true);
  const { conversationId = "" } = client.welcome ?? {};
  expect(await client.command({ type: "handoff-request", id: newId(), conversationId })).toMatchObject({ ok: true });
  await expect.poll(() => of(conversationId, "handoff.offered").length, CLOSED).toBe(1);
  expect((await erase({ conversation: conversationId })).status).toBe(200);
  expect(of(conversationId, "handoff.requested")).toEqual([]);
  await expect.poll(() => of(conversationId, "handoff.requested").length, CLOSED).toBe(1);
  desk.behave = behave;
  // Time for the relay to hear of it and to write.
  await wait(300);
  expect(rowsWith(conversationId)).toEqual({});
  client.close();
}, 60_000);

it("refuses a wrong question by its field, an unknown conversation, and anybody who is not the operator", async () => {
  for (const [body, field] of [
    [{}, "conversation"],
    [{ conversation: "" }, "conversation"],
    [{ conversation: 7 }, "conversation"],
    [{ conversation: "x", colour: "red" }, "colour"],
    ["text", "body"],
  ] as const) {
    const answer = await erase(body);
    expect([answer.status, answer.body.error?.code]).toEqual([400, "bad-frame"]);
    expect(answer.body.error?.message).toContain(field);
  }
  expect(await erase({ conversation: newId() })).toMatchObject({ status: 404, body: { error: { code: "not-found" } } });
  expect((await erase({ conversation: newId() }, { "x-forwarded-for": "203.0.113.7" })).status).toBe(403);
});

it("is served by the command line", async () => {
  const { client, conversationId } = await openCase("socketio");
  const entry = join(import.meta.dirname, "../../relay/src/cli.ts");
  // Not waited for by a process that stands still: the desk lives in it.
  const run = async (...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> => {
    const code = `import { runCli } from ${JSON.stringify(entry)}; await runCli(${JSON.stringify(args)})`;
    const env = { ...process.env, ALLHOURS_DATA: relay.dir };
    return new Promise((resolve) => {
      execFile(process.execPath, ["--conditions=@allhours/source", "--input-type=module", "-e", code], { env }, (error, stdout, stderr) =>
        resolve({ status: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
      );
    });
  };
  const config = join(relay.dir, "allhours.yaml");
  expect(await run("erase", conversationId, "--config", config)).toMatchObject({ status: 0, stdout: `${conversationId} is erased\n` });
  expect(of(conversationId, "handoff.withdrawn")).toHaveLength(1);
  expect(rowsWith(conversationId)).toEqual({});
  expect(await run("erase", conversationId, "--config", config)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(`no conversation "${conversationId}"`) as string,
  });
  client.close();
}, 60_000);
