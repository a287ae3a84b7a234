/** What an operator and a desk may rely on: dead letters seen and put back, replies posted once whatever they are called. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId, textOf, type Event, type EventOf } from "@allhours/protocol";
import { createClient, type Client } from "../client/index.ts";
import { AGENT, createDesk, type Desk } from "../prove/rig/desk.ts";
import { createRelayRig, SITE, type RelayRig } from "../prove/rig/relay.ts";

let desk: Desk;
let relay: RelayRig;
beforeAll(async () => {
  desk = await createDesk();
  relay = await createRelayRig({ region: desk.region });
}, 60_000);
afterAll(async () => {
  await relay?.close();
  await desk?.close();
});

async function openCase(): Promise<{ client: Client; conversationId: string }> {
  const client = createClient({ url: relay.url, site: SITE, pipe: "socketio" });
  expect((await client.hello()).ok).toBe(true);
  const conversationId = client.welcome?.conversationId ?? "";
  expect(await client.command({ type: "handoff-request", id: newId(), conversationId })).toMatchObject({ ok: true });
  return { client, conversationId };
}
const admin = async (
  path: string,
  body?: unknown,
): Promise<{ status: number; body: { value?: unknown; error?: { code: string; message: string } } }> => {
  const response = await fetch(`${relay.url}/v1/admin/${path}`, body === undefined ? {} : { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as { value?: unknown } };
};
const idsOf = async (query: string): Promise<string[]> =>
  ((await admin(`dead-letters?${query}`)).body.value as { deadLetters: { id: string }[] }).deadLetters.map(({ id }) => id);

describe("dead letters", () => {
  it("are listed without what they carry, and put back under the same id, in order", async () => {
    desk.behave = () => ({ status: 410 });
    const { client, conversationId } = await openCase();
    for (const text of ["one", "two", "three"]) await client.send(text).acked;
    await expect.poll(async () => (await idsOf(`conversation=${conversationId}`)).length, { timeout: 10_000 }).toBe(4);
    const { body } = await admin(`dead-letters?conversation=${conversationId}`);
    expect(body.value).toMatchObject({
      deadLetters: [
        { kind: "handoff", conversation: conversationId, attempts: 1, lastError: expect.stringContaining("410") as string },
        // What the visitor wrote behind the offer that nobody took lies beside it.
        { kind: "handoff", conversation: conversationId },
        { kind: "handoff", conversation: conversationId },
        { kind: "handoff", conversation: conversationId },
      ],
    });
    expect(JSON.stringify(body)).not.toContain("payload");

    desk.behave = () => ({ status: 204 });
    const dead = await idsOf(`conversation=${conversationId}`);
    expect((await admin("dead-letters/replay", { conversation: conversationId })).body.value).toEqual({ replayed: dead, unknown: [] });
    await expect.poll(() => desk.taken.filter((event) => dead.includes(event.id)).length, { timeout: 10_000 }).toBe(dead.length);
    expect(await idsOf(`conversation=${conversationId}`)).toEqual([]);
    expect((await admin("dead-letters/replay", { ids: [...dead, "evt_none"] })).body.value).toEqual({
      replayed: [],
      unknown: [...dead, "evt_none"],
    });
    client.close();
  }, 30_000);

  it("refuse a wrong question by its field, and anybody who is not the operator", async () => {
    for (const [body, field] of [
      [{}, "body"],
      [{ ids: [] }, "ids"],
      [{ ids: [7] }, "ids.0"],
      [{ since: "yesterday" }, "since"],
      [{ all: true, colour: "red" }, "colour"],
      ["text", "body"],
    ] as const) {
      const answer = await admin("dead-letters/replay", body);
      expect([answer.status, answer.body.error?.code]).toEqual([400, "bad-frame"]);
      expect(answer.body.error?.message).toContain(field === "body" ? "expected" : field);
    }
    expect((await admin("dead-letters?limit=0")).body.error?.message).toContain("limit");
    expect((await admin("dead-letters?colour=red")).body.error?.message).toContain("colour");
    const behind = await fetch(`${relay.url}/v1/admin/dead-letters`, { headers: { "x-forwarded-for": "203.0.113.7" } });
    expect(behind.status).toBe(403);
  });

  it("are served by the command line, which says so when no relay answers", async () => {
    const entry = join(import.meta.dirname, "../../relay/src/cli.ts");
    const run = (...args: string[]) =>
      spawnSync(
        process.execPath,
        [
          "--conditions=@allhours/source",
          "--input-type=module",
          "-e",
          `import { runCli } from ${JSON.stringify(entry)}; await runCli(${JSON.stringify(args)})`,
        ],
        { encoding: "utf8", env: { ...process.env, ALLHOURS_DATA: relay.dir } },
      );
    const config = join(relay.dir, "allhours.yaml");
    expect(run("dead-letters", "list", "--config", config).status).toBe(0);
    expect(run("dead-letters", "replay", "--config", config)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("--all") as string,
    });
    expect(run("dead-letters", "replay", "--config", config, "--id", "evt_none").stdout).toContain(
      "0 put back; not among the dead letters: evt_none",
    );
    writeFileSync(
      join(relay.dir, "else.yaml"),
      JSON.stringify({ ...JSON.parse(await readText(config)), server: { host: "127.0.0.1", port: 1 } }),
    );
    expect(run("dead-letters", "list", "--config", join(relay.dir, "else.yaml"))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("no relay answers") as string,
    });
  }, 30_000);
});
async function readText(file: string): Promise<string> {
  return (await import("node:fs/promises")).readFile(file, "utf8");
}

describe("a reply of a desk", () => {
  it("is posted once under whatever request it comes, at once or later, and every time answered the same", async () => {
    desk.behave = () => ({ status: 204 });
    const { client, conversationId } = await openCase();
    const offered = (): string | undefined =>
      desk.taken.find((event) => event.type === "handoff.offered" && event.data.conversationId === conversationId)?.data.caseId;
    await expect.poll(offered, { timeout: 10_000 }).toBeDefined();
    const data = { caseId: offered(), conversationId, agent: AGENT, text: "Hello", id: "desk-message-7" };
    const answers = await Promise.all([1, 2, 3, 4].map(async () => desk.say(relay.url, "message.created", data)));
    answers.push(await desk.say(relay.url, "message.created", data));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body.value?.messageId)).size).toBe(1);
    expect(answers.filter(({ body }) => body.value?.duplicate === false)).toHaveLength(1);
    const mine = (event: Event): event is EventOf<"message-added"> =>
      event.type === "message-added" && event.message.author.kind === "agent";
    await client.waitFor(mine);
    expect(await desk.say(relay.url, "message.created", { ...data, id: "desk-message-8" })).toMatchObject({
      status: 200,
      body: { value: { duplicate: false } },
    });
    await expect.poll(() => client.events.filter(mine).length).toBe(2);
    client.close();
  }, 30_000);
});

describe("a store that dies", () => {
  it("ends the relay with a line that says so, and the next start has all that was acknowledged", async () => {
    const { href } = new URL("dying-store.ts", import.meta.url);
    const rig = await createRelayRig({ entry: fileURLToPath(href) });
    const client = createClient({ url: rig.url, site: SITE, pipe: "socketio" });
    expect((await client.hello()).ok).toBe(true);
    expect(await client.send("Is this safe?").acked).toMatchObject({ ok: true });
    const known = { token: client.welcome?.token };
    process.kill(rig.pid, "SIGUSR2");
    await expect.poll(() => client.closed, { timeout: 10_000 }).toBeDefined();
    await expect.poll(() => rig.log(), { timeout: 10_000 }).toContain("the relay ends so that it can be started again");
    expect(await rig.stop()).toBe(70);
    await rig.start();
    const again = createClient({ url: rig.url, site: SITE, pipe: "socketio" });
    expect(await again.hello(known)).toMatchObject({ ok: true });
    expect(again.events.flatMap((event) => (event.type === "message-added" ? textOf(event.message.parts) : []))).toContain("Is this safe?");
    again.close();
    await rig.close();
  }, 30_000);
});
