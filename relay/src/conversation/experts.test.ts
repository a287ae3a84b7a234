import { CONSENT, type Part } from "@allhours/protocol";
import { expect, it } from "vitest";
import { AdapterError } from "../adapters/errors.ts";
import type { ExpertOutcome, ExpertRequest } from "../adapters/spec.ts";
import type { ExpertConfig } from "../config/experts.ts";
import type { Expert } from "../routing/types.ts";
import type { Conversation } from "../store/store.ts";
import { HOUR, seen, setUp, team } from "../testing/case-room.ts";
import { CONSULTATION, type Consultation } from "./consultations.ts";
import { SOLVED, WAIT } from "./expert-jobs.ts";
import type { Room } from "./rooms.ts";

/** An expert that answers as it is told to, and notes what it was asked. */
function expert(
  id: string,
  answer: () => ExpertOutcome,
  over: Partial<ExpertConfig> = {},
): Expert & { asked: ExpertRequest[]; polls: string[] } {
  const asked: ExpertRequest[] = [];
  const polls: string[] = [];
  return {
    id,
    asked,
    polls,
    config: { use: "http", name: `Dr. ${id}`, withinMs: 120_000, ...over },
    adapter: {
      kind: "expert",
      ask: async (request) => {
        asked.push(request);
        return answer();
      },
      poll: async (ref) => {
        polls.push(ref);
        return answer();
      },
      receive: async () => Promise.reject(new Error("not asked")),
    },
  };
}
const answered = (text = "Yes, it is."): ExpertOutcome => ({ state: "answered", text, sources: [{ title: "Handbook" }], cost: 0.4 });
const asleep = [team("lagos", 20, 22)];
const question = "Is order 10482 safe for my a@b.example allergy?";

function waiting(experts: Expert[], over: Partial<Conversation> = {}) {
  const room = setUp(asleep, ["lagos"], experts);
  const consentOf = async (one: Room): Promise<Extract<Part, { type: "consent" }>[]> =>
    (await room.store.entriesAfter(one.conversation.id, 0, 200)).flatMap(({ event }) =>
      event.type === "message-added"
        ? event.message.parts.filter((part): part is Extract<Part, { type: "consent" }> => part.type === "consent")
        : [],
    );
  const audit = async (): Promise<Consultation[]> =>
    (await room.store.records(CONSULTATION, "one", 0, 100)).map(({ body }) => body as Consultation);
  /** Somebody who waits for a person, has said what about, and is asked for consent. */
  async function asks(words = question): Promise<Room> {
    const one = await room.ask(over);
    await room.write(one, words);
    return one;
  }
  return { ...room, consentOf, audit, asks };
}

it("asks for consent to exactly what is sent, and sends nothing without it", async () => {
  const one = expert("amal", answered, { privacyUrl: "https://amal.example/privacy" });
  const { asks, consentOf, write, audit, lines, told } = waiting([one]);
  const room = await asks();
  const shown = "Is order [number] safe for my [address] allergy?";
  expect(await consentOf(room)).toEqual([
    { type: "consent", to: { name: "Dr. amal", privacyUrl: "https://amal.example/privacy" }, text: shown, withinMs: 120_000 },
  ]);
  expect(one.asked).toEqual([]);
  await write(room, { optionId: CONSENT.no });
  expect(one.asked).toEqual([]);
  expect(await audit()).toMatchObject([{ state: "refused", question: shown }]);
  expect((await lines(room)).at(-1)).toContain("nothing is passed on");
  // Asked once, and a button pressed later changes nothing.
  await write(room, "And another question about the lamp?");
  await write(room, { optionId: CONSENT.yes });
  expect(one.asked).toEqual([]);
  expect(seen(told)[0]).toBe("lagos: visitor-asked #1 ticket");
});

it("shows the answer and its sources, tells the desk, and closes the case when the visitor says so", async () => {
  const one = expert("amal", answered, { maxCost: 2, currency: "EUR" });
  const { asks, write, lines, told, audit, clock } = waiting([one]);
  const room = await asks();
  await write(room, { optionId: CONSENT.yes });
  expect(one.asked).toMatchObject([
    { data: { question: "Is order [number] safe for my [address] allergy?", language: "en", limit: { amount: 2, currency: "EUR" } } },
  ]);
  expect(JSON.stringify(one.asked)).not.toContain(room.conversation.id);
  expect((await lines(room)).at(-1)).toBe("Yes, it is.");
  expect(seen(told).filter((line) => line.includes("message.created"))).toHaveLength(3);
  expect(room.conversation.mode).toBe("queued");
  await write(room, { optionId: SOLVED });
  expect(room.conversation.mode).toBe("bot");
  expect(seen(told).at(-1)).toBe("lagos: handoff.withdrawn expert-answered");
  expect(await audit()).toMatchObject([{ state: "answered", cost: 0.4, shown: true, solved: true }]);
  // Neither the end of its time nor a promise is told of after that.
  const before = await lines(room);
  await clock.advance(24 * HOUR);
  expect(await lines(room)).toEqual(before);
});

it("ends the case it solved for a desk that is down after what was written, and holds up nothing that follows", async () => {
  const { asks, write, told, down, clock, runner, store } = waiting([expert("amal", answered)]);
  const room = await asks();
  await write(room, { optionId: CONSENT.yes });
  down.add("lagos");
  told.length = 0;
  await write(room, "Thank you!");
  await write(room, { optionId: SOLVED });
  await runner.stop(0);
  const { id } = room.conversation;
  await store.append({ conversationId: id, entries: [], at: clock.now(), jobs: [{ id: "next", kind: "none", key: id, payload: null }] });
  expect((await store.claimJobs(clock.now(), 10, 1_000)).map((job) => job.id)).toEqual(["next"]);
  await store.finishJob("next");
  down.clear();
  runner.start();
  await clock.advance(60_000);
  expect(told.map(({ text, reason }) => text ?? reason)).toEqual(["Thank you!", "a button", "expert-answered"]);
});

it("leaves the case where it is when the answer does not help", async () => {
  const { asks, write, audit } = waiting([expert("amal", answered)]);
  const room = await asks();
  await write(room, { optionId: CONSENT.yes });
  await write(room, { optionId: WAIT });
  expect(room.conversation).toMatchObject({ mode: "queued", route: { tier: "ticket", expert: { state: "over" } } });
  expect(await audit()).toMatchObject([{ solved: false }]);
});

it("gives up when the time is over, and asks for consent to the next expert; what comes then is not shown but counted", async () => {
  const slow = expert("slow", () => ({ state: "pending" }), { withinMs: 60_000, maxCost: 1, currency: "EUR" });
  const next = expert("next", answered);
  const { asks, write, clock, lines, consentOf, consultations, audit, region } = waiting([slow, next]);
  const room = await asks();
  await write(room, { optionId: CONSENT.yes });
  await clock.advance(59_999);
  expect(await consentOf(room)).toHaveLength(1);
  await clock.advance(1);
  expect((await lines(room)).slice(-2)).toEqual([
    "Dr. slow had no answer for this. Your question stays with our team.",
    expect.stringContaining("Dr. next may know") as string,
  ]);
  const id = slow.asked[0]?.id ?? "";
  const late = { id, outcome: { state: "answered", text: "Late.", sources: [], cost: 0.7 } as const };
  expect(await consultations.receive("slow", region, late)).toMatchObject({ ok: false, error: { code: "conflict" } });
  expect(await lines(room)).not.toContain("Late.");
  expect((await audit()).find(({ expertId }) => expertId === "slow")).toMatchObject({
    state: "timed-out",
    cost: 0.7,
    lateAt: expect.any(Number) as number,
  });
  await write(room, { optionId: CONSENT.yes });
  expect((await lines(room)).at(-1)).toBe("Yes, it is.");
});

it("hears an answer that comes by itself, once, and only from the expert that was asked", async () => {
  const one = expert("amal", () => ({ state: "pending" }));
  const { asks, write, lines, consultations, region } = waiting([one]);
  const room = await asks();
  await write(room, { optionId: CONSENT.yes });
  const said = { id: one.asked[0]?.id ?? "", outcome: { state: "answered", text: "Here.", sources: [] } as const };
  expect(await consultations.receive("other", region, said)).toMatchObject({ ok: false, error: { code: "not-found" } });
  expect(await consultations.receive("amal", region, { ...said, id: "unknown" })).toMatchObject({
    ok: false,
    error: { code: "not-found" },
  });
  expect(await consultations.receive("amal", region, said)).toEqual({ ok: true, value: { duplicate: false } });
  expect(await consultations.receive("amal", region, said)).toEqual({ ok: true, value: { duplicate: true } });
  expect((await lines(room)).filter((line) => line === "Here.")).toHaveLength(1);
});

it("asks again where the expert said to, and tries again what failed, under the same id", async () => {
  const answers: (() => ExpertOutcome)[] = [
    () => {
      throw new AdapterError("failed", "500");
    },
    () => ({ state: "pending", poll: { ref: "r1", afterMs: 3_000 } }),
    () => ({ state: "pending", poll: { ref: "r2", afterMs: 3_000 } }),
    () => answered(),
  ];
  const one = expert("amal", () => answers.shift()?.() ?? { state: "pending" });
  const { asks, write, lines, clock } = waiting([one]);
  const room = await asks();
  await write(room, { optionId: CONSENT.yes });
  await clock.advance(20_000);
  expect(new Set(one.asked.map(({ id }) => id)).size).toBe(1);
  expect(one.asked).toHaveLength(2);
  expect(one.polls).toEqual(["r1", "r2"]);
  expect((await lines(room)).at(-1)).toBe("Yes, it is.");
});

it("tells the visitor at once when an expert refuses, and after its time when it only fails", async () => {
  for (const [permanent, after] of [
    [true, 0],
    [false, 120_000],
  ] as const) {
    const one = expert("amal", () => {
      throw new AdapterError("failed", "no", { permanent });
    });
    const { asks, write, lines, clock, audit } = waiting([one]);
    const room = await asks();
    await write(room, { optionId: CONSENT.yes });
    await clock.advance(after);
    expect((await lines(room)).at(-1)).toContain("had no answer");
    expect(await audit()).toMatchObject([{ state: permanent ? "failed" : "timed-out" }]);
  }
});

it("keeps to the money of the day, what may still be spent included", async () => {
  const one = expert("amal", () => ({ state: "pending" }), { maxCost: 2, maxCostPerDay: 3, currency: "EUR" });
  const { asks, write, lines, consentOf, clock, audit } = waiting([one]);
  const [first, second] = [await asks(), await asks()];
  await Promise.all([write(first, { optionId: CONSENT.yes }), write(second, { optionId: CONSENT.yes })]);
  expect(one.asked).toHaveLength(1);
  expect((await lines(second)).at(-1)).toContain("had no answer");
  expect((await audit()).map(({ state }) => state).sort()).toEqual(["consulting", "too-costly"]);
  // Nobody is asked for what cannot be had.
  expect(await consentOf(await asks())).toEqual([]);
  // Nothing was billed: after its time there is room again.
  await clock.advance(120_000);
  expect(await consentOf(await asks())).toHaveLength(1);
});

it("notes an expert that takes more than it was allowed", async () => {
  const { asks, write, audit } = waiting([
    expert("amal", () => ({ ...answered(), cost: 9 }) as ExpertOutcome, { maxCost: 2, currency: "EUR" }),
  ]);
  await write(await asks(), { optionId: CONSENT.yes });
  expect(await audit()).toMatchObject([{ cost: 9, over: true }]);
});

it("is asked only in its languages and about its topics, and never in an emergency", async () => {
  const french = expert("french", answered, { languages: ["fr"] });
  const toys = expert("toys", answered, { skills: ["toys"] });
  const { ask, write, consentOf, asks, region } = waiting([french, toys]);
  expect(await consentOf(await asks())).toEqual([]);
  const about = await ask({ understood: { intent: "toys.safety", slots: [] } });
  await write(about, question);
  expect(await consentOf(about)).toMatchObject([{ to: { name: "Dr. toys" } }]);
  region.experts = [expert("all", answered)];
  const urgent = await ask({}, "critical");
  await write(urgent, question);
  expect(await consentOf(urgent)).toEqual([]);
});

it("does not ask whom a team can be asked for, and does not show an answer to who talks to a person", async () => {
  const one = expert("amal", () => ({ state: "pending" }));
  const { ask, write, consentOf, asks, desk, lines, consultations, region, audit, clock } = waiting([one]);
  const room = await asks();
  await write(room, { optionId: CONSENT.yes });
  expect(await desk("lagos", room, { type: "accept" })).toBe("ok");
  const said = { id: one.asked[0]?.id ?? "", outcome: { state: "answered", text: "Here.", sources: [] } as const };
  expect(await consultations.receive("amal", region, said)).toMatchObject({ ok: true });
  expect(await lines(room)).not.toContain("Here.");
  expect(await audit()).toMatchObject([{ state: "answered", shown: false }]);
  await clock.advance(10.5 * HOUR);
  const atWork = await ask();
  await write(atWork, question);
  expect(await consentOf(atWork)).toEqual([]);
});

it("asks nothing of who has asked nothing", async () => {
  const { ask, consentOf, write } = waiting([expert("amal", answered)]);
  const room = await ask();
  await write(room, "I want to talk to a person");
  expect(await consentOf(room)).toEqual([]);
});
