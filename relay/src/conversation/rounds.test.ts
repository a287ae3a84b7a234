import { describe, expect, it } from "vitest";
import { HANDOFF_JOB, type HandoffJob } from "./case-jobs.ts";
import { HOUR, seen, setUp, START, team } from "../testing/case-room.ts";
import type { Route } from "../store/store.ts";
import { afterOffer, asked, isTold, nextOf, told, withTurnsOf, type Turns } from "./rounds.ts";

const day = [team("paris", 8, 18), team("lagos", 9, 19)];
const nothing: Turns = { passed: [] };

describe("who has had a turn", () => {
  it("has let an offer pass that its desk had", () => {
    const offered = { ...nothing, ...asked(nothing, "paris", false) };
    expect(isTold(offered, "paris")).toBe(false);
    expect(afterOffer({ ...offered, ...told(offered, "paris") }, "paris")).toEqual({ passed: ["paris"], untold: undefined, unheard: [] });
  });

  it("has not where its desk never had it, once; then it has", () => {
    const first = afterOffer({ ...nothing, ...asked(nothing, "paris", false) }, "paris");
    expect(first).toMatchObject({ passed: [], unheard: ["paris"] });
    const second = afterOffer({ ...first, ...asked(first, "paris", false) }, "paris");
    expect(second).toMatchObject({ passed: ["paris"], unheard: ["paris"] });
  });

  it("was asked in vain while another had it: loses no turn however often", () => {
    let turns: Turns = nothing;
    for (const id of ["lagos", "manila"]) {
      const offered = { ...turns, ...asked({ ...turns, ...asked(turns, "paris", false) }, id, true) };
      expect(offered.untold).toEqual(["paris", id]);
      turns = afterOffer({ ...offered, ...told(offered, id) }, id);
    }
    expect(turns).toMatchObject({ passed: ["lagos", "manila"], unheard: ["paris"] });
  });

  it("is asked before those who did not hear; who was named before all", () => {
    expect(nextOf(day, { unheard: ["paris"] })?.id).toBe("lagos");
    expect(nextOf(day, { unheard: ["paris"], wanted: "paris" })?.id).toBe("paris");
    expect(nextOf(day, { unheard: ["paris", "lagos"] })?.id).toBe("paris");
    expect(nextOf([], { unheard: [] })).toBeUndefined();
  });

  it("may be given a new one", () => {
    const before = { passed: ["paris", "lagos"], unheard: ["paris"] };
    expect(withTurnsOf(before, { anew: day.slice(0, 1), reached: [] })).toEqual({ passed: ["lagos"], unheard: [] });
    // One more, not two; and none for who has heard.
    expect(withTurnsOf(before, { anew: [], reached: day })).toEqual({ passed: ["lagos"], unheard: ["paris"] });
    expect(withTurnsOf(before, { anew: [], reached: [] })).toEqual(before);
  });

  it("ends within two offers a team, whichever are asked and whatever they hear", () => {
    const ids = ["a", "b", "c"];
    const rota = ids.map((id) => team(id, 0, 24));
    // Every way of hearing or not, for as many offers as there can be.
    for (let ways = 0; ways < 2 ** (2 * ids.length); ways += 1) {
      let turns: Turns = nothing;
      let offers = 0;
      for (;;) {
        const next = nextOf(
          rota.filter(({ id }) => !turns.passed.includes(id)),
          turns,
        );
        if (next === undefined) break;
        const offered = { ...turns, ...asked(turns, next.id, false) };
        turns = afterOffer(((ways >> offers) & 1) === 1 ? { ...offered, ...told(offered, next.id) } : offered, next.id);
        offers += 1;
        if (offers > 2 * ids.length) throw new Error(`more than ${2 * ids.length} offers`);
      }
      expect(turns.passed.toSorted()).toEqual(ids);
    }
  });
});

describe("a team that never heard of its offer", () => {
  it("has not let it pass: a relay that was away while the offer held asks it again", async () => {
    const { ask, clock, told: heard, down, runner } = setUp([team("paris", 8, 18)], ["paris"]);
    down.add("paris");
    const room = await ask();
    await runner.stop(0);
    await clock.advance(10 * 60_000);
    down.clear();
    runner.start();
    await clock.advance(0);
    expect(seen(heard)).toEqual(["paris: offer-expired #2 paris"]);
    expect(room.conversation.route).toMatchObject({ tier: "team", passed: [], leaseUntil: clock.now() + 45_000 });
    await clock.advance(45_000);
    expect(room.conversation.route).toMatchObject({ tier: "ticket", passed: ["paris"], unheard: [] });
    expect(heard).toHaveLength(1);
  });

  it("is not told of it when it has run out by then", async () => {
    const { ask, clock, told: heard, down, runner, store, offers, write } = setUp(day, ["paris", "lagos"]);
    down.add("paris");
    down.add("lagos");
    const room = await ask();
    await write(room);
    await runner.stop(0);
    await clock.advance(60_000);
    down.clear();
    const jobs = await store.claimJobs(clock.now(), 10, 1_000);
    const late = jobs.find(({ kind }) => kind === HANDOFF_JOB)!;
    // Before the end of its lease is heard of: who is asked next is decided there.
    await offers.offer(late, late.payload as HandoffJob, new AbortController().signal);
    expect(heard).toEqual([]);
    await store.finishJob(late.id);
    // What was written comes next, and has no desk; the offer that follows tells of it.
    runner.start();
    await clock.advance(0);
    expect(room.conversation.route).toMatchObject({ offer: 1, leaseUntil: START + 45_000 });
    expect(await store.deadJobs(10)).toEqual([]);
    await clock.advance(1_000);
    expect(seen(heard)).toEqual(["paris: offer-expired #2 paris"]);
  });

  it("comes after those who were not asked", async () => {
    const { ask, clock, told: heard, publisher, runner } = setUp(day, ["paris", "lagos"]);
    const room = await ask();
    await runner.stop(0);
    // A relay that dies between writing down whom it asks and asking leaves this.
    await publisher.commit(room, { entries: [], patch: { deskId: undefined, route: { ...room.conversation.route!, untold: ["paris"] } } });
    heard.length = 0;
    await clock.advance(60_000);
    runner.start();
    await clock.advance(0);
    expect(seen(heard)).toEqual(["lagos: offer-expired #2 lagos"]);
    await clock.advance(45_000);
    expect(seen(heard).slice(1)).toEqual(["lagos: handoff.withdrawn offer-expired", "paris: offer-expired #3 paris"]);
    await clock.advance(45_000);
    expect(room.conversation.route).toMatchObject({ tier: "ticket", passed: ["lagos", "paris"] });
  });

  it("is asked once more while its desk is down, then the visitor is told a time and nobody is asked any more", async () => {
    const { ask, clock, told: heard, down, offers, lines, store, write } = setUp(day, ["paris", "lagos"]);
    down.add("paris");
    down.add("lagos");
    const room = await ask();
    await write(room);
    await clock.advance(89_000);
    expect(room.conversation.route).toMatchObject({ tier: "team", offer: 2, passed: [], unheard: ["paris", "lagos"] });
    await clock.advance(1_000);
    expect(room.conversation.route).toMatchObject({ tier: "ticket", passed: ["paris", "lagos"], promisedAt: START + 24 * HOUR });
    expect((await lines(room)).at(-1)).toMatch(/^Nobody has been free to answer yet/);
    const { offer } = room.conversation.route!;
    for (let looks = 0; looks < 30; looks += 1) {
      await clock.advance(10_000);
      expect(await offers.sweep()).toBe(0);
    }
    expect(room.conversation.route).toMatchObject({ tier: "ticket", offer });
    expect(heard).toEqual([]);
    expect(await store.deadJobs(10)).toEqual([]);
  });

  it("is asked later and later while its desk is down and another's shows the ticket, and has it soon after it is back", async () => {
    const { ask, clock, told: heard, down, offers, desk } = setUp(day, ["paris", "lagos"]);
    down.add("lagos");
    const room = await ask();
    await clock.advance(45_000);
    expect(seen(heard).at(-1)).toBe("paris: offer-expired #2 ticket");
    heard.length = 0;
    const asked: number[] = [];
    for (let second = 10; second <= 15 * 60; second += 10) {
      await clock.advance(10_000);
      if ((await offers.sweep()) > 0) asked.push(second);
      await clock.advance(0);
    }
    // Once at once, then after three minutes, four more, five more; told where it lies as often, and not every ten seconds.
    expect(asked).toEqual([10, 190, 430, 730]);
    expect(seen(heard)).toEqual([3, 4, 5, 6].map((offer) => `paris: at-work #${offer} ticket`));
    expect(room.conversation.route).toMatchObject({ tier: "ticket", deskId: "paris", unheard: ["lagos"] });
    down.clear();
    await clock.advance(6 * 60_000);
    expect(await offers.sweep()).toBe(1);
    await clock.advance(0);
    expect(seen(heard).at(-1)).toBe("lagos: at-work #7 lagos");
    expect(await desk("lagos", room, { type: "accept" })).toBe("ok");
  });

  it("is shown the ticket as soon as its desk answers, and is then asked", async () => {
    const { ask, clock, told: heard, down, offers, desk, store, write } = setUp([team("paris", 8, 18)], ["paris"]);
    down.add("paris");
    const room = await ask();
    await write(room);
    await clock.advance(90_000);
    expect(room.conversation.route).toMatchObject({ tier: "ticket", passed: ["paris"], unheard: ["paris"] });
    down.clear();
    await clock.advance(60_000);
    expect(seen(heard)).toEqual(["paris: offer-expired #3 ticket"]);
    expect(await offers.sweep()).toBe(1);
    await clock.advance(0);
    expect(seen(heard).slice(1)).toEqual(["paris: at-work #4 paris"]);
    expect(await desk("paris", room, { type: "accept" })).toBe("ok");
    await clock.advance(HOUR);
    expect(await store.deadJobs(10)).toEqual([]);
  });

  it("is asked when its desk has taken the offer of another case, which costs no try of its own", async () => {
    const { ask, clock, told: heard, down, offers } = setUp([team("paris", 8, 18)], ["paris"]);
    down.add("paris");
    const room = await ask();
    // Its ticket is tried again in more than two hours.
    await clock.advance(HOUR);
    down.clear();
    expect(await offers.sweep()).toBe(0);
    const other = await ask();
    expect(await offers.sweep()).toBe(1);
    await clock.advance(0);
    expect(seen(heard)).toEqual(["paris: visitor-asked #1 paris", "paris: at-work #4 paris"]);
    expect([room, other].map(({ conversation }) => conversation.route?.tier)).toEqual(["team", "team"]);
  });

  it("is not for ever asked where its desk takes the offers of other cases, and never this one", async () => {
    const { ask, clock, down, offers, publisher } = setUp([team("paris", 8, 18)], ["paris"]);
    down.add("paris");
    const room = await ask();
    await clock.advance(HOUR);
    down.clear();
    await ask();
    await publisher.commit(room, { entries: [], patch: { route: { ...room.conversation.route!, offer: 20 } } });
    expect(await offers.sweep()).toBe(0);
  });

  it("has heard of it when it passes it on, though its answer to the offer was lost", async () => {
    const { ask, clock, told: heard, mute, desk } = setUp(day, ["paris", "lagos"]);
    mute.add("paris");
    mute.add("lagos");
    const room = await ask();
    const last = room.conversation.route?.deskId ?? "";
    mute.clear();
    expect(await desk(last, room, { type: "pass" })).toBe("ok");
    await clock.advance(0);
    expect(seen(heard).at(-1)).toBe("paris: offer-expired #2 paris");
    expect(room.conversation.route).toMatchObject({ passed: ["lagos"] });
  });

  it("is anew whoever else is, when an agent has left", async () => {
    const { ask, desk, publisher } = setUp(day, ["paris", "lagos"]);
    const room = await ask();
    const route: Route = { ...room.conversation.route!, passed: ["lagos"], unheard: ["lagos"] };
    await publisher.commit(room, { entries: [], patch: { route } });
    await desk("paris", room, { type: "accept" });
    await desk("paris", room, { type: "leave" });
    expect(room.conversation.route?.passed).toEqual([]);
    expect(room.conversation.route?.unheard ?? []).toEqual([]);
  });
});

it("a desk that takes a ticket whose offer it never heard of is told what was written in the case, though it had an offer before", async () => {
  const office = [team("paris", 8, 18, { desk: "office" }), team("lagos", 9, 19, { desk: "office" })];
  const { ask, write, desk, told: heard, down, clock, store } = setUp(office, ["office"]);
  const room = await ask();
  down.add("office");
  await write(room);
  await clock.advance(45_000 * 3);
  expect(room.conversation.route).toMatchObject({ tier: "ticket", passed: ["paris", "lagos"], unheard: ["lagos"] });
  expect(await desk("office", room, { type: "accept" })).toBe("ok");
  down.clear();
  heard.length = 0;
  await clock.advance(HOUR);
  expect(seen(heard)).toEqual(["office: message.created"]);
  expect(await store.deadJobs(10)).toEqual([]);
});

it("a ticket is offered at once when a team comes to work, though its desk is down and owes it a message", async () => {
  const night = [team("lagos", 12, 19), team("paris", 11, 18)];
  const { ask, write, desk, told: heard, down, clock, offers, runner } = setUp(night, ["lagos", "paris"]);
  const room = await ask();
  expect(seen(heard)).toEqual(["paris: visitor-asked #1 ticket"]);
  down.add("paris");
  await write(room);
  // Tried in vain for an hour: the next try is far away.
  await clock.advance(2 * HOUR + 1);
  await runner.stop(0);
  expect(await offers.sweep()).toBe(1);
  // Until lagos is asked it is nobody's: whoever took it now would not hear what was written.
  expect(await desk("paris", room, { type: "accept" })).toBe("conflict");
  runner.start();
  await clock.advance(0);
  expect(seen(heard).slice(1)).toEqual(["lagos: at-work #2 lagos"]);
});

it("does not keep the visitor waiting for a time while who did not hear is asked once more", async () => {
  const { ask, clock, down, lines, write } = setUp([team("paris", 8, 18)], ["paris"]);
  down.add("paris");
  const room = await ask();
  await write(room, "hello?");
  await clock.advance(46_000);
  expect(room.conversation.mode).toBe("queued");
  expect((await lines(room)).filter((line) => line.startsWith("Nobody has been free"))).toHaveLength(1);
  // Said once, and asked on.
  await clock.advance(HOUR);
  expect((await lines(room)).filter((line) => line.startsWith("Nobody has been free"))).toHaveLength(1);
  down.clear();
  await clock.advance(3 * HOUR);
  expect(room.conversation.deskId).toBe("paris");
});
