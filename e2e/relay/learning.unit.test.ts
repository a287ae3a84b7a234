/** From a question nobody could answer to an answer the next morning: through a real relay, a desk, and the operator's door. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId, textOf, type Event, type EventOf } from "@allhours/protocol";
import { createClient, startRelay, type Client, type StartedRelay } from "../client/index.ts";
import { AGENT, createDesk, type Desk } from "../prove/rig/desk.ts";
import { until } from "../prove/rig/waiting.ts";
import { embeddedRegion, ORIGIN, shopConfig, writeShop } from "./shop-config.ts";

type Gap = {
  id: string;
  name: string;
  examples: string[];
  questionIds: string[];
  answer?: string;
  draft: { kind: string; articleId: string };
};
type Learned = { id: string; state: string; articleId: string };
let desk: Desk;
let relay: StartedRelay;
const clients: Client[] = [];
beforeAll(async () => {
  const dir = await writeShop();
  desk = await createDesk();
  relay = await startRelay({
    config: shopConfig({
      dir,
      regions: {
        eu: embeddedRegion(dir, { ...desk.region, offerTimeoutMs: 60_000 }),
        apac: embeddedRegion(dir, { match: { timezones: ["Asia/*"] } }),
      },
    }),
  });
}, 60_000);
afterAll(async () => {
  for (const client of clients) client.close();
  await relay?.stop();
  await desk?.close();
});

async function begin(facts: Parameters<Client["hello"]>[0] = {}): Promise<Client> {
  const client = createClient({ url: relay.url, site: "linden", pipe: "socketio", headers: { origin: ORIGIN } });
  clients.push(client);
  expect((await client.hello({ languages: ["en"], timezone: "Europe/Lisbon", ...facts })).ok).toBe(true);
  return client;
}
type Answer<Value> = { status: number; body: { ok: boolean; value: Value; error?: { code: string; message: string } } };
const decide = async <Value>(decision: object): Promise<Answer<Value>> => {
  const response = await fetch(`${relay.url}/v1/admin/learning`, { method: "POST", body: JSON.stringify(decision) });
  return { status: response.status, body: (await response.json()) as Answer<Value>["body"] };
};
const shown = async (region = "eu", status = "open"): Promise<{ gaps: Gap[]; learned: Learned[] }> =>
  (
    (await (await fetch(`${relay.url}/v1/admin/learning?region=${region}&status=${status}`)).json()) as {
      value: { gaps: Gap[]; learned: Learned[] };
    }
  ).value;
const saidTo = async (text: string): Promise<string> => {
  const client = await begin();
  return textOf((await client.ask(text)).answer.message.parts);
};
/** The command line, in a process of its own. */
function allhours(...args: string[]): { stdout: string; stderr: string } {
  const entry = join(import.meta.dirname, "../../relay/src/cli.ts");
  const script = `void import(${JSON.stringify(entry)}).then(({ runCli }) => runCli(${JSON.stringify(args)}))`;
  return spawnSync(process.execPath, ["--conditions=@allhours/source", "-e", script], {
    encoding: "utf8",
    env: { ...process.env, ALLHOURS_DATA: relay.dir },
  });
}
const isAgent = (event: Event): event is EventOf<"message-added"> =>
  event.type === "message-added" && event.message.author.kind === "agent";

const ANSWER = "Our studio in Porto engraves a name into any brass lamp for 15 euros; add it in the basket.";

describe("what went unanswered", () => {
  it("is put together over night, drafted from what the agent said, approved, answered, and taken back", async () => {
    const first = await begin();
    await first.ask("Do you offer engraving of initials on brass? Call +49 170 1234567");
    const conversationId = first.welcome?.conversationId ?? "";
    await first.command({ type: "handoff-request", id: newId(), conversationId });
    await until(() => desk.taken.some((event) => event.data.conversationId === conversationId), 10_000);
    const caseId = desk.taken.find((event) => event.data.conversationId === conversationId)?.data.caseId ?? "";
    await desk.say(relay.url, "handoff.accepted", { caseId, conversationId, agent: AGENT });
    await desk.say(relay.url, "message.created", { caseId, conversationId, agent: AGENT, text: ANSWER });
    await first.waitFor(isAgent);
    const second = await begin();
    await second.ask("do you offer engraving of initials");

    expect(await decide({ action: "run", region: "eu" })).toMatchObject({ status: 200, body: { value: { gaps: 1 } } });
    const [gap] = (await shown()).gaps;
    expect(gap).toMatchObject({ answer: ANSWER, draft: { kind: "article", text: ANSWER } });
    expect(gap?.questionIds.length).toBeGreaterThanOrEqual(2);
    // Who asked is nobody's business.
    expect(JSON.stringify(gap)).not.toContain("1234567");
    expect((await shown("apac")).gaps).toEqual([]);
    expect(await saidTo("is engraving of initials possible")).not.toContain("Porto");

    const approved = await decide<{ learnedId: string; articleId: string }>({
      action: "approve",
      region: "eu",
      gap: gap?.id,
      articleId: "engraving",
      title: "Do you engrave lamps?",
      text: ANSWER,
      by: "rita",
    });
    expect(approved).toMatchObject({ status: 200, body: { value: { articleId: "engraving", version: 1 } } });
    expect(await saidTo("do you offer engraving of initials?")).toContain("Porto");
    expect(await saidTo("engraving initials offered?")).toContain("Porto");
    // Another region has learnt nothing.
    const far = await begin({ timezone: "Asia/Manila" });
    expect(textOf((await far.ask("do you offer engraving of initials?")).answer.message.parts)).not.toContain("Porto");

    const checked = await decide<{ gaps: { state: string; answered: number; questions: number }[] }>({ action: "check", region: "eu" });
    expect(checked.body.value.gaps).toMatchObject([{ state: "closed" }]);
    expect((await decide({ action: "approve", region: "eu", gap: gap?.id, text: "x" })).status).toBe(409);

    expect((await decide({ action: "revert", region: "eu", id: approved.body.value.learnedId })).status).toBe(200);
    expect(await saidTo("do you offer engraving of initials?")).not.toContain("Porto");
    expect((await decide({ action: "revert", region: "eu", id: approved.body.value.learnedId })).status).toBe(409);
    expect((await shown()).learned).toMatchObject([{ state: "reverted", articleId: "engraving" }]);
  }, 60_000);

  it("is attached to the article it belongs to, and is live at once", async () => {
    const client = await begin();
    const { id } = await client.ask("grandma wants her illumination gizmo swapped for cash");
    expect(await decide({ action: "attach", region: "eu", questionId: id, articleId: "return-window", by: "ines" })).toMatchObject({
      status: 200,
    });
    expect(await saidTo("grandma wants her illumination gizmo swapped for cash")).toContain("30 days");
    expect((await decide({ action: "attach", region: "eu", questionId: "nobody", articleId: "return-window" })).status).toBe(404);
  }, 60_000);

  it("is attached by the agent who answered it, from the desk, once", async () => {
    const client = await begin();
    const { id } = await client.ask("the bulb hums a tune at midnight, normal?");
    const conversationId = client.welcome?.conversationId ?? "";
    // Asking for a person is no question of the shop's.
    await client.ask("I want to talk to a human");
    await until(() => desk.taken.some((event) => event.data.conversationId === conversationId), 10_000);
    const caseId = desk.taken.find((event) => event.data.conversationId === conversationId)?.data.caseId ?? "";
    const attached = { caseId, conversationId, agent: AGENT, articleId: "track-order" };
    expect(await desk.say(relay.url, "question.attached", { ...attached, questionId: "nobody" })).toMatchObject({ status: 404 });
    for (const _again of [1, 2])
      expect(await desk.say(relay.url, "question.attached", attached, "attach-1")).toMatchObject({ status: 200, body: { ok: true } });
    expect((await shown()).learned.filter(({ articleId }) => articleId === "track-order")).toHaveLength(1);
    expect(await saidTo("the bulb hums a tune at midnight, normal?")).toContain("tracking link");
    expect(id).not.toBe("");
    // The operator sees whose words found it; without the relay, what the files alone have.
    const asked = ["search", "the bulb hums a tune at midnight, normal?", "--config", join(relay.dir, "allhours.yaml")];
    const today = new Date().toISOString().slice(0, 10);
    expect(allhours(...asked, "--url", relay.url).stdout).toContain(
      `most like "the bulb hums a tune at midnight, normal?" (phrasing, origin agent, ${today})`,
    );
    const alone = allhours(...asked, "--url", "http://127.0.0.1:1");
    expect(alone.stderr).toContain("without what the region has learnt");
    const indexed = allhours("index", "--config", join(relay.dir, "allhours.yaml"));
    expect(indexed.stdout).toMatch(/articles +4\n +questions +4\n +how +read; so few are read at every start\n/);
    expect(allhours("index", "--region", "mars", "--config", join(relay.dir, "allhours.yaml")).stderr).toContain('no region "mars"');
    expect(alone.stdout).not.toContain("origin agent");
  }, 60_000);

  it("learns from the buttons visitors press, once somebody has looked at it", async () => {
    const ids: string[] = [];
    for (const text of ["lamp money sent back when", "money sent back lamp when"]) {
      const client = await begin();
      const { id, answer } = await client.ask(text);
      const choices = answer.message.parts.find((part) => part.type === "choices");
      const option = choices?.options.find((one) => one.id === "article:return-window");
      if (option === undefined) continue;
      ids.push(id);
      const pressed = client.send([{ type: "choice", messageId: answer.message.id, optionId: option.id, text: option.label }]);
      await pressed.acked;
      await client.waitFor((event) => event.type === "message-added" && event.message.inReplyTo === pressed.id);
    }
    expect(ids).toHaveLength(2);
    await decide({ action: "run", region: "eu" });
    const gap = (await shown()).gaps.find(({ questionIds }) => ids.every((id) => questionIds.includes(id)));
    expect(gap).toMatchObject({ draft: { kind: "phrasing", articleId: "return-window" } });
    expect((await decide({ action: "approve", region: "eu", gap: gap?.id })).status).toBe(200);
    expect(await saidTo("lamp money sent back when")).toContain("30 days");
  }, 60_000);

  it("redraws the borders when the operator asks, and draws them from the examples alone again", async () => {
    const observed = async (region: string): Promise<{ status: number; questions: { text: string; intent?: string }[] }> => {
      const response = await fetch(`${relay.url}/v1/admin/learning/observed?region=${region}`);
      const body = (await response.json()) as { value?: { questions: { text: string; intent?: string }[] } };
      return { status: response.status, questions: body.value?.questions ?? [] };
    };
    const { questions } = await observed("eu");
    expect(questions.some(({ intent }) => intent !== undefined)).toBe(true);
    expect(questions.some(({ intent }) => intent === undefined)).toBe(true);
    expect(JSON.stringify(questions)).not.toContain("1234567");
    expect(await observed("mars")).toMatchObject({ status: 404, questions: [] });
    const calibrate = (...args: string[]): { stdout: string; stderr: string } =>
      allhours("calibrate", "--config", join(relay.dir, "allhours.yaml"), "--region", "eu", ...args);
    const kept = join(relay.dir, "cache/eu/nlu/0/observed.json");
    expect(calibrate("--observed", "--url", relay.url).stdout).toContain(`${questions.length} observed questions`);
    expect(JSON.parse(readFileSync(kept, "utf8"))).toEqual({ questions });
    expect(calibrate("--observed", "--url", "http://127.0.0.1:1").stderr).toContain("no observed questions");
    expect(calibrate("--observed", "--forget").stderr).toContain("not both");
    expect(calibrate("--forget", "--url", relay.url)).toMatchObject({ stderr: "", stdout: expect.stringContaining("version") as string });
    expect(existsSync(kept)).toBe(false);
  });

  it("is told on a file of questions how many it could resolve, and which file it cannot read", () => {
    const file = join(relay.dir, "questions.csv");
    writeFileSync(
      file,
      "text,intent\nreturn policy please,return-window\nwhere is my parcel,track-order\nwho won the match,none-of-these\n",
    );
    const calibrate = (questions: string): { stdout: string; stderr: string } =>
      allhours("calibrate", "--config", join(relay.dir, "allhours.yaml"), "--region", "eu", "--questions", questions);
    const { stdout } = calibrate(file);
    expect(stdout).toMatch(/known {8}2: [\d.]+ % answered right/);
    expect(stdout).toMatch(/beside them {2}1: [\d.]+ % not answered/);
    expect(stdout).toMatch(/resolved {5}[\d.]+ % if at most 5\.0 % of all may be wrong, [\d.]+ % with three buttons/);
    for (const wrong of [join(relay.dir, "none.csv"), join(relay.dir, "allhours.db")])
      expect(calibrate(wrong).stderr, wrong).toContain("expected a file that exists");
  });

  it("counts an answer the visitor disliked", async () => {
    const client = await begin();
    const { answer, id } = await client.ask("How long do I have to return a lamp?");
    expect(
      await client.command({
        type: "rating-set",
        id: `${id.slice(0, -4)}beef`,
        conversationId: client.welcome?.conversationId,
        messageId: answer.message.id,
        value: "down",
      }),
    ).toMatchObject({ ok: true });
    const other = await begin();
    const asked = await other.ask("How long do I have to return a lamp?");
    await other.command({
      type: "rating-set",
      id: `${asked.id.slice(0, -4)}beef`,
      conversationId: other.welcome?.conversationId,
      messageId: asked.answer.message.id,
      value: "down",
    });
    await decide({ action: "run", region: "eu" });
    const gaps = (await shown()).gaps.filter(({ questionIds }) => questionIds.includes(id));
    expect(gaps).toMatchObject([{ draft: { kind: "phrasing", articleId: "return-window" } }]);
    expect((await decide({ action: "reject", region: "eu", gap: gaps[0]?.id })).status).toBe(200);
    await decide({ action: "run", region: "eu" });
    expect((await shown()).gaps.filter(({ questionIds }) => questionIds.includes(id))).toEqual([]);
  }, 60_000);

  it("is decided by nobody who says it wrongly", async () => {
    for (const [decision, status, field] of [
      [{ action: "dance", region: "eu" }, 400, "action"],
      [{ action: "run" }, 400, "region"],
      [{ action: "run", region: "mars" }, 404, "region"],
      [{ action: "approve", region: "eu", gap: "none" }, 404, "gap"],
      [{ action: "approve", region: "eu", gap: "none", articleId: "no such id" }, 400, "articleId"],
      [{ action: "merge", region: "eu", gap: "a", into: "a" }, 404, "gap"],
      [{ action: "revert", region: "eu", id: "none" }, 404, "id"],
    ] as const) {
      const { status: given, body } = await decide(decision);
      expect([given, body.error?.message], JSON.stringify(decision)).toEqual([status, expect.stringContaining(field)]);
    }
    const response = await fetch(`${relay.url}/v1/admin/learning?region=eu`, { headers: { "x-forwarded-for": "1.2.3.4" } });
    expect(response.status).toBe(403);
    // Nor by a page of somebody else's that is open in a browser on this machine.
    for (const [headers, status] of [
      [{ origin: "https://evil.example" }, 403],
      [{ origin: "null" }, 403],
      [{ origin: relay.url }, 200],
    ] as const)
      expect(
        (await fetch(`${relay.url}/v1/admin/learning`, { method: "POST", headers, body: '{"action":"check","region":"eu"}' })).status,
      ).toBe(status);
  });
});
