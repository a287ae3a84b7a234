/** What the relay tells a desk: what is let in, taken once, merged, and kept over a restart. */
import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ref, at, manila, offer, refusalOf, secretOf, visitorLine, useDesk } from "./desk-rig.ts";

const desk = useDesk();

test("an offer is shown as a waiting case, to its own desk only", async () => {
  const slots = [{ name: "orderNumber", value: "10482" }];
  expect((await desk.hook(offer({ understood: { intent: "track-order", slots } }))).status).toBe(200);
  expect(await desk.theCase()).toMatchObject({
    slots,
    caseId: "case-1",
    status: "waiting",
    priority: "normal",
    offeredAt: at(2),
    visitor: { language: "fr" },
  });
  expect(await desk.shown("manila", "maria")).toEqual([]);
});

test("forged, altered, old and foreign hooks are refused with 401 and leave nothing", async () => {
  const sixMinutes = 6 * 60_000;
  const refused = [
    await desk.hook(offer(), { secret: secretOf("x") }),
    await desk.hook(offer(), { secret: manila.secret }),
    await desk.hook(offer(), { sentAt: new Date(Date.now() - sixMinutes) }),
    await desk.hook(offer(), { sentAt: new Date(Date.now() + sixMinutes) }),
    await desk.ask("/desk/hook/lisbon", { method: "POST", body: JSON.stringify(offer()) }),
  ];
  for (const response of refused) expect(await refusalOf(response)).toMatchObject({ status: 401, code: "unauthorized" });
  expect(await desk.shown()).toEqual([]);
});

test("a signed body that is not an event is refused with 400 and the field's name; an unknown type is taken", async () => {
  expect(await refusalOf(await desk.hook("not json"))).toMatchObject({ status: 400, message: "body: expected JSON" });
  expect(await refusalOf(await desk.hook(offer({ priority: "huge" })))).toMatchObject({
    status: 400,
    message: expect.stringContaining("data.priority"),
  });
  expect(await refusalOf(await desk.hook(offer({ replyPath: "//elsewhere.example/" })))).toMatchObject({
    status: 400,
    message: expect.stringContaining("data.replyPath"),
  });
  expect((await desk.hook({ type: "case.renamed", timestamp: at(1), data: {} })).status).toBe(200);
  expect((await desk.hook(offer(), { desk: "tokyo" })).status).toBe(404);
  expect(await desk.shown()).toEqual([]);
});

test("a repeated hook is kept once, and so is a message that comes in two hooks", async () => {
  const id = randomUUID();
  const message = { type: "message.created", timestamp: at(3), data: { ...ref, message: visitorLine(3, "Are you there?") } };
  await desk.hook(offer());
  await desk.hook(message, { id });
  expect(await (await desk.hook(message, { id })).json()).toEqual({ ok: true, duplicate: true });
  await desk.hook(message);
  expect((await desk.theCase()).lines.map((line) => line.id)).toEqual(["m1", "m2", "m3"]);
});

test("an offer repeated after the case was accepted does not make it wait again", async () => {
  const id = randomUUID();
  await desk.hook(offer(), { id });
  await desk.act("handoff.accepted");
  await desk.hook(offer(), { id });
  expect(await desk.theCase()).toMatchObject({ status: "open" });
});

test("when the agent leaves, the case waits again and shows each message once", async () => {
  await desk.hook(offer());
  await desk.act("handoff.accepted");
  const actionId = randomUUID();
  await desk.act("message.created", { text: "One moment", actionId });
  await desk.act("agent.left");
  const transcript = [
    ...offer().data.transcript,
    { id: `msg-${actionId}`, seq: 5, at: at(5), author: { kind: "agent", id: "ines" }, text: "One moment" },
  ];
  await desk.hook({ ...offer({ reason: "agent-left", priority: "high", transcript }), timestamp: at(6) });
  const item = await desk.theCase();
  expect(item).toMatchObject({ status: "waiting", reason: "agent-left", priority: "high", offeredAt: at(6) });
  expect(item.agent).toBeUndefined();
  expect(item.lines.filter((line) => line.text === "One moment")).toHaveLength(1);
  expect(item.lines.filter((line) => line.author.kind === "system").map((line) => line.text)).toEqual([
    "Inês Duarte joined",
    "Inês Duarte left",
  ]);
});

test("an offer says for whom it is, until when, and what was promised", async () => {
  const team = { id: "lisbon", name: "Lisbon" };
  const more = {
    team,
    tier: "team",
    offer: 2,
    leaseUntil: at(3),
    promisedAt: at(40),
    note: "wants a refund",
    understood: { intent: "track-order", slots: [] },
  };
  await desk.hook(offer(more));
  const wanted = { team: "Lisbon", tier: "team", leaseUntil: at(3), promisedAt: at(40), note: "wants a refund", intent: "track-order" };
  expect(await desk.theCase()).toMatchObject(wanted);
  await desk.hook({ type: "handoff.withdrawn", timestamp: at(4), data: { ...ref, reason: "offer-expired" } });
  expect(await desk.theCase()).toMatchObject({ status: "closed", closed: { by: "passed" } });
  // Offered here again, it waits again.
  await desk.hook({ ...offer({ reason: "at-work" }), timestamp: at(50) });
  expect(await desk.theCase()).toMatchObject({ status: "waiting", reason: "at-work", offeredAt: at(50) });
});

test("when a shift ends, who has the case keeps it until a colleague takes it over", async () => {
  await desk.hook(offer());
  await desk.act("handoff.accepted");
  expect((await desk.act("handoff.accepted", { agentId: "tiago" })).status).toBe(409);
  await desk.hook({ ...offer({ reason: "shift-end", offer: 2 }), timestamp: at(6) });
  expect(await desk.theCase()).toMatchObject({ status: "open", agent: { id: "ines" }, handover: true });
  expect((await desk.act("message.created", { text: "mine?", agentId: "tiago" })).status).toBe(409);
  expect((await desk.act("message.created", { text: "still me" })).status).toBe(200);
  expect((await desk.act("handoff.accepted", { agentId: "tiago" })).status).toBe(200);
  const taken = await desk.theCase();
  expect(taken).toMatchObject({ status: "open", agent: { id: "tiago" } });
  expect(taken.handover).toBeUndefined();
});

test("a withdrawn offer is closed; a message without an offer is not lost", async () => {
  await desk.hook(offer());
  await desk.hook({ type: "handoff.withdrawn", timestamp: at(4), data: { ...ref, reason: "visitor-cancelled" } });
  expect(await desk.theCase()).toMatchObject({ status: "closed", closed: { by: "withdrawn" } });
  await desk.hook({ type: "message.created", timestamp: at(5), data: { ...ref, caseId: "case-2", message: visitorLine(9, "Hello?") } });
  const found = (await desk.shown()).find((item) => item.caseId === "case-2");
  expect(found).toMatchObject({ status: "waiting", priority: "high" });
  await desk.act("handoff.accepted", { caseId: "case-2" });
  expect(desk.relay.deliveries.at(-1)?.path).toBe("/v1/inbound/lisbon");
});

test("cases, what was read and which hooks were taken survive a restart", async () => {
  const id = randomUUID();
  await desk.hook(offer(), { id });
  await desk.act("handoff.accepted");
  await desk.act("message.read", { seq: 1 });
  const before = await desk.shown();
  expect(before).toHaveLength(1);
  desk.restart();
  expect(await desk.shown()).toEqual(before);
  expect(await (await desk.hook(offer(), { id })).json()).toEqual({ ok: true, duplicate: true });
});

test("a hook is answered 2xx only when it is on disk", async () => {
  await desk.hook(offer());
  const saved = JSON.parse(await readFile(join(desk.dir, "desk-cases.json"), "utf8")) as { cases: { caseId: string }[] };
  expect(saved.cases.map(({ caseId }) => caseId)).toEqual(["case-1"]);
  await rm(desk.dir, { recursive: true });
  const id = randomUUID();
  const message = { type: "message.created", timestamp: at(3), data: { ...ref, message: visitorLine(3, "Hello?") } };
  expect((await desk.hook(message, { id })).status).toBe(503);
  expect((await desk.hook(message, { id })).status).toBe(503);
  desk.restart();
  expect((await desk.hook(message, { id })).status).toBe(200);
});
