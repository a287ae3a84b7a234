/** What an agent does: that it reaches the relay signed, once and in order, and what a refusal looks like. */
import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { offer, refusalOf, useDesk } from "./desk-rig.ts";

const desk = useDesk();

test("accept, a message and the release arrive signed, in order, with who speaks", async () => {
  await desk.hook(offer());
  await desk.act("handoff.accepted");
  expect(await desk.theCase()).toMatchObject({ status: "open", agent: { id: "ines", name: "Inês Duarte" } });
  const actionId = randomUUID();
  await desk.act("message.created", { text: "  Bonjour, je suis Inês.\n", actionId });
  expect((await desk.theCase()).lines.at(-1)).toMatchObject({
    id: `msg-${actionId}`,
    actionId,
    text: "Bonjour, je suis Inês.",
    author: { kind: "agent", id: "ines" },
  });
  await desk.act("handoff.released");
  expect(await desk.theCase()).toMatchObject({ status: "closed", closed: { by: "released" } });

  const agent = { id: "ines", name: "Inês Duarte", team: "Linden Lisbon", place: "Lisbon", timezone: "Europe/Lisbon" };
  const data = { caseId: "case-1", conversationId: "conv-1", agent };
  expect(desk.relay.deliveries.map(({ path, body }) => ({ path, type: body.type, data: body.data }))).toEqual([
    { path: "/v1/inbound/lisbon", type: "handoff.accepted", data },
    { path: "/v1/inbound/lisbon", type: "message.created", data: { ...data, text: "Bonjour, je suis Inês." } },
    { path: "/v1/inbound/lisbon", type: "handoff.released", data },
  ]);
  expect(desk.relay.forged).toBe(0);
});

test("an agent is of the team they say, where it answers at the desk", async () => {
  await desk.hook(offer());
  await desk.act("handoff.accepted", { teamId: "night" });
  await desk.act("message.created", { text: "Hello", teamId: "elsewhere" });
  expect(desk.relay.deliveries.map(({ body }) => body.data["agent"])).toMatchObject([
    { team: "By night", place: "Recife", timezone: "America/Recife" },
    { team: "Linden Lisbon", place: "Lisbon", timezone: "Europe/Lisbon" },
  ]);
});

test("a question is attached to an article, and the case stays as it is", async () => {
  await desk.hook(offer());
  await desk.act("handoff.accepted");
  const before = await desk.theCase();
  expect((await desk.act("question.attached", { articleId: "return-window" })).status).toBe(200);
  expect(desk.relay.deliveries.at(-1)?.body).toMatchObject({
    type: "question.attached",
    data: { articleId: "return-window", caseId: "case-1" },
  });
  expect(await desk.theCase()).toEqual(before);
  expect((await desk.act("question.attached", { articleId: "not an id" })).status).toBe(400);
});

test("passing on carries a word for the next, and leaves it to the relay where the case goes", async () => {
  await desk.hook(offer());
  await desk.act("handoff.passed");
  // An offer that is not wanted waits until the relay has asked somebody else.
  expect(await desk.theCase()).toMatchObject({ status: "waiting" });
  await desk.act("handoff.accepted");
  await desk.act("handoff.passed", { text: "  needs the warehouse " });
  expect(await desk.theCase()).toMatchObject({ status: "waiting" });
  expect((await desk.theCase()).agent).toBeUndefined();
  const passed = desk.relay.deliveries.filter(({ body }) => body.type === "handoff.passed");
  expect(passed.map(({ body }) => body.data["note"])).toEqual([undefined, "needs the warehouse"]);
  expect((await desk.act("handoff.passed", { text: "x".repeat(2_001) })).status).toBe(400);
});

test("typing and read carry their own field, and are not tried again", async () => {
  await desk.hook(offer());
  await desk.act("handoff.accepted");
  desk.relay.script = [503, 503];
  expect((await desk.act("agent.typing", { typing: true })).status).toBe(503);
  await desk.act("message.read", { seq: 1 });
  expect(desk.relay.deliveries.slice(1).map(({ body }) => [body.type, body.data["typing"], body.data["seq"]])).toEqual([
    ["agent.typing", true, undefined],
    ["message.read", undefined, 1],
  ]);
  expect((await desk.theCase()).readSeq).toBe(1);
});

test("the same action, twice at once and once more later, is posted once", async () => {
  await desk.hook(offer());
  const release: (() => void)[] = [];
  desk.relay.gate = async () => new Promise<void>((resolve) => void release.push(resolve));
  const actionId = randomUUID();
  const both = [desk.act("message.created", { text: "Bonsoir", actionId }), desk.act("message.created", { text: "Bonsoir", actionId })];
  await expect.poll(() => release.length).toBe(1);
  release[0]?.();
  expect((await Promise.all(both)).map(({ status }) => status)).toEqual([200, 200]);
  desk.relay.gate = async () => undefined;
  expect((await desk.act("message.created", { text: "Bonsoir", actionId })).status).toBe(200);
  expect(desk.relay.deliveries.map(({ id }) => id)).toEqual([actionId]);
  expect((await desk.theCase()).lines.filter(({ text }) => text === "Bonsoir")).toHaveLength(1);
});

test("messages of one case go out one after the other", async () => {
  await desk.hook(offer());
  const release: (() => void)[] = [];
  desk.relay.gate = async () => new Promise<void>((resolve) => void release.push(resolve));
  const first = desk.act("message.created", { text: "first" });
  await expect.poll(() => release.length).toBe(1);
  desk.relay.gate = async () => undefined;
  const second = desk.act("message.created", { text: "second" });
  // Typing does not queue: when it is through, a message that did not wait would be, too.
  for (const typing of [true, false, true]) await desk.act("agent.typing", { typing });
  expect(desk.relay.deliveries.flatMap(({ body }) => body.data["text"] ?? [])).toEqual(["first"]);
  release[0]?.();
  await Promise.all([first, second]);
  expect(desk.relay.deliveries.flatMap(({ body }) => body.data["text"] ?? [])).toEqual(["first", "second"]);
});

test("a lost connection and a 5xx are tried again under the same id; then the page may, too", async () => {
  await desk.hook(offer());
  const actionId = randomUUID();
  desk.relay.script = ["hang up", 503];
  expect((await desk.act("handoff.accepted", { actionId })).status).toBe(200);
  expect(desk.relay.deliveries.map(({ id }) => id)).toEqual([actionId, actionId, actionId]);
  expect(new Set(desk.relay.deliveries.map(({ body }) => JSON.stringify(body))).size).toBe(1);

  const text = { text: "Still there?", actionId: randomUUID() };
  desk.relay.script = [500, 500, 500];
  expect(await refusalOf(await desk.act("message.created", text))).toMatchObject({
    status: 500,
    message: expect.stringContaining("Try again"),
  });
  expect((await desk.theCase()).lines.some((line) => line.text === text.text)).toBe(false);
  expect((await desk.act("message.created", text)).status).toBe(200);
  expect((await desk.theCase()).lines.filter((line) => line.text === text.text)).toHaveLength(1);
});

test("a refusal is told in words and not tried again", async () => {
  await desk.hook(offer());
  desk.relay.script = [409];
  expect(await refusalOf(await desk.act("handoff.accepted"))).toMatchObject({ status: 409, message: "Somebody else took this case." });
  expect(await desk.theCase()).toMatchObject({ status: "waiting" });
  desk.relay.script = [404];
  await desk.act("handoff.accepted");
  expect(await desk.theCase()).toMatchObject({ status: "closed", closed: { by: "gone" } });
  expect(desk.relay.deliveries).toHaveLength(2);
});

test("a colleague cannot act on a case somebody has", async () => {
  await desk.hook(offer());
  await desk.act("handoff.accepted");
  expect(await refusalOf(await desk.act("conversation.ended", { agentId: "tiago" }))).toMatchObject({
    status: 409,
    message: "Inês Duarte has this case.",
  });
  expect(desk.relay.deliveries).toHaveLength(1);
});

test("an action that is not one is refused before anything is sent", async () => {
  await desk.hook(offer());
  for (const wrong of [
    { type: "handoff.stolen" },
    { actionId: "1" },
    { text: "" },
    { text: "x".repeat(8_001) },
    { agentId: "maria" },
    { seq: -1 },
    { typing: "yes" },
  ]) {
    expect((await desk.act("message.created", { text: "Hello", ...wrong })).status).toBe(400);
  }
  expect((await desk.act("message.created", { text: "Hello", caseId: "case-9" })).status).toBe(404);
  expect(desk.relay.deliveries).toEqual([]);
});
