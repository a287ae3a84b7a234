import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestContext } from "../../testing/adapter-context.ts";
import { signalOf } from "../../testing/contract.ts";
import { sampleEvent, sampleOffer } from "../../testing/handoff-suite.ts";
import { startTestServer } from "../../testing/http-server.ts";
import { createTestMemory } from "../../testing/memory.ts";
import { hasRequestTracker, startRequestTracker, type RequestTrackerServer } from "../../testing/request-tracker-server.ts";
import { createEgress } from "../egress.ts";
import type { DeskCommand, HandoffAdapter, Memory } from "../spec.ts";
import { createRequestTracker, requestTracker } from "./request-tracker.ts";

async function open(origin: string, token: string, memory: Memory = createTestMemory()): Promise<HandoffAdapter> {
  const { context, dispose } = await createTestContext({ fetch: createEgress({ hosts: [origin] }), memory });
  await dispose();
  return createRequestTracker({ baseUrl: origin, token, user: "bridge", queue: "General", pollMs: 1_000, timeoutMs: 10_000 }, context);
}
async function heard(adapter: HandoffAdapter): Promise<DeskCommand[]> {
  const commands: DeskCommand[] = [];
  await adapter.polls?.hear(async (command) => void commands.push(command), signalOf());
  return commands;
}

describe.runIf(hasRequestTracker())("a desk in a real Request Tracker", () => {
  let server: RequestTrackerServer;
  beforeAll(async () => {
    server = await startRequestTracker();
  }, 120_000);
  afterAll(async () => server?.dispose());

  it("has a ticket a case, and goes both ways", async () => {
    const memory = createTestMemory();
    const adapter = await open(server.origin, server.token, memory);
    // What lay there before is none of ours.
    expect(await heard(adapter)).toEqual([]);
    await adapter.deliver(sampleOffer, signalOf());
    const ticket = (await memory.get(`case:${sampleOffer.data.caseId}`)) ?? "";
    await adapter.deliver(sampleEvent, signalOf());
    await adapter.deliver({ ...sampleOffer, data: { ...sampleOffer.data, reason: "at-work", offer: 2 } }, signalOf());
    expect(await server.history(ticket)).toEqual([
      expect.stringContaining("Create: About: track-order\norderNumber: 10482") as string,
      'Correspond: Größe "XL" – 退货? 👍\nline two',
      expect.stringContaining("Comment: High: your team is at work now") as string,
    ]);
    expect(await heard(adapter)).toEqual([]);

    await server.asAgent(`/ticket/${ticket}`, { Owner: "rita" }, "PUT");
    await server.asAgent(`/ticket/${ticket}/correspond`, { Content: "Bonjour – it left <today> & 您好", ContentType: "text/plain" });
    await server.asAgent(`/ticket/${ticket}/correspond`, { Content: "<p>or <b>tomorrow</b></p>", ContentType: "text/html" });
    await server.asAgent(`/ticket/${ticket}/comment`, { Content: "between us", ContentType: "text/plain" });
    await server.asAgent(`/ticket/${ticket}`, { Status: "resolved" }, "PUT");
    const commands = await heard(adapter);
    const agent = { id: "rita", name: "Rita Lima" };
    const key = { caseId: sampleOffer.data.caseId, conversationId: sampleOffer.data.conversationId };
    expect(commands.map(({ externalId: _externalId, ...rest }) => rest)).toEqual([
      { ...key, type: "accept", agent },
      { ...key, type: "message", agent, text: "Bonjour – it left <today> & 您好" },
      { ...key, type: "message", agent, text: expect.stringContaining("or tomorrow") as string },
      { ...key, type: "end", agent },
    ]);
    expect(new Set(commands.map(({ externalId }) => externalId)).size).toBe(4);
    expect(await heard(adapter)).toEqual([]);
  }, 60_000);

  it("tells again what was not stored, and nothing twice that was", async () => {
    const memory = createTestMemory();
    const adapter = await open(server.origin, server.token, memory);
    await heard(adapter);
    const offer = { ...sampleOffer, data: { ...sampleOffer.data, caseId: "case-2" } };
    await adapter.deliver(offer, signalOf());
    const ticket = (await memory.get("case:case-2")) ?? "";
    for (const words of ["one", "two", "three"])
      await server.asAgent(`/ticket/${ticket}/correspond`, { Content: words, ContentType: "text/plain" });
    const told: string[] = [];
    let fails = true;
    const tell = async (command: DeskCommand): Promise<void> => {
      const words = command.type === "message" ? command.text : command.type;
      if (words === "two" && fails) throw new Error("the store is full");
      told.push(words);
    };
    await expect(adapter.polls?.hear(tell, signalOf())).rejects.toThrow("full");
    fails = false;
    await adapter.polls?.hear(tell, signalOf());
    expect(told).toEqual(["one", "two", "three"]);
  }, 60_000);

  it("finds the ticket of a try that ended between making it and writing it down", async () => {
    const offer = { ...sampleOffer, data: { ...sampleOffer.data, caseId: "case-'3%" } };
    const [first, second] = [createTestMemory(), createTestMemory()];
    await (await open(server.origin, server.token, first)).deliver(offer, signalOf());
    await (await open(server.origin, server.token, second)).deliver(offer, signalOf());
    expect(await second.get("case:case-'3%")).toBe(await first.get("case:case-'3%"));
  }, 60_000);

  it("leaves a delivery to be tried again while it is down or the token is wrong, and says what it refused", async () => {
    const memory = createTestMemory();
    const adapter = await open(server.origin, server.token, memory);
    const offer = { ...sampleOffer, data: { ...sampleOffer.data, caseId: "case-4" } };
    await expect((await open(server.origin, "1-14-wrong")).deliver(offer, signalOf())).rejects.toMatchObject({
      code: "unauthorized",
      permanent: false,
    });
    await server.stop();
    await expect(adapter.deliver(offer, signalOf())).rejects.toMatchObject({ code: "unreachable", permanent: false });
    await expect(heard(adapter)).rejects.toMatchObject({ code: "unreachable" });
    await server.start();
    await adapter.deliver(offer, signalOf());
    await adapter.refused?.(
      { caseId: "case-4", conversationId: "x", externalId: "t", type: "end" },
      { code: "not-found", message: "case case-4 is not open" },
      signalOf(),
    );
    expect((await server.history((await memory.get("case:case-4")) ?? "")).at(-1)).toBe("Comment: Not done: case case-4 is not open.");
  }, 60_000);
});

it("says no to deliveries, which RT cannot sign, and to odd answers", async () => {
  const server = await startTestServer({ kind: "answer", body: "<html>login</html>" });
  try {
    const adapter = await open(server.origin, "t");
    await expect(adapter.receive({ headers: new Headers(), rawBody: "{}", nowMs: 0 })).rejects.toMatchObject({ code: "unauthorized" });
    await expect(adapter.deliver(sampleOffer, signalOf())).rejects.toMatchObject({ code: "bad-response" });
    await expect(adapter.deliver(sampleEvent, signalOf())).rejects.toMatchObject({ code: "refused", permanent: true });
  } finally {
    await server.close();
  }
});

it("reads its options strictly, and shows no secret in what it tells", () => {
  const wrong = requestTracker.parseOptions({ baseUrl: "rt", token: "", pollMs: 1, password: "hunter2" });
  expect(wrong).toMatchObject({
    ok: false,
    issues: [{ path: "baseUrl" }, { path: "token" }, { path: "user" }, { path: "pollMs" }, { path: "password" }],
  });
  expect(JSON.stringify(wrong)).not.toContain("hunter2");
});
