import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createOutbox, type Outbox, type OutboxOptions, type SendResult } from "./outbox.ts";
import type { OutboxEntry, OutboxStorage } from "./ports.ts";
import { createMemoryStorage, silentLogger } from "./testing/chat-harness.ts";
import { createFakeClock } from "./testing/fake-clock.ts";

const newEntry = (id: string): Omit<OutboxEntry, "order"> => ({ id, parts: [{ type: "text", text: id }], createdAt: 0, attempts: 0 });
const acked = (seq = 1): SendResult => ({ kind: "acked", receipt: { seq, known: false } });

function setUp(send: OutboxOptions["send"], storage: OutboxStorage = createMemoryStorage()) {
  const clock = createFakeClock();
  const told: string[] = [];
  const outbox = createOutbox({
    storage,
    clock,
    logger: silentLogger,
    send,
    on: {
      changed: () => {},
      sending: () => {},
      acked: (id) => told.push(`acked ${id}`),
      failed: (id, code) => told.push(`failed ${id} ${code}`),
    },
  });
  return { clock, storage, outbox, told };
}

describe("outbox", () => {
  test("sends in order, one at a time, and forgets what was acknowledged", async () => {
    const sent: string[] = [];
    const answers: ((result: SendResult) => void)[] = [];
    const { clock, outbox, storage } = setUp(({ id }) => {
      sent.push(id);
      return new Promise((answer) => answers.push(answer));
    });
    await outbox.enqueue(newEntry("a"));
    await outbox.enqueue(newEntry("b"));
    await clock.settle();
    expect(sent).toEqual([]);
    outbox.start();
    await clock.settle();
    expect(sent).toEqual(["a"]);
    answers.at(0)!(acked());
    await clock.settle();
    expect(sent).toEqual(["a", "b"]);
    answers.at(1)!(acked());
    await clock.settle();
    expect(await storage.outbox()).toEqual([]);
  });

  test("a refusal that damage can explain is tried again, twice; then it stands", async () => {
    let tries = 0;
    const { clock, outbox, told } = setUp(async ({ id }) => {
      tries += 1;
      if (id === "bad") return { kind: "refused", code: "bad-frame" };
      return tries < 5 ? { kind: "refused", code: "unknown-command" } : acked();
    });
    outbox.start();
    await outbox.enqueue(newEntry("bad"));
    await outbox.enqueue(newEntry("good"));
    await clock.advance(10_000);
    expect(told).toEqual(["failed bad bad-frame", "acked good"]);
    expect(tries).toBe(5);
  });

  test("a pause whose timer rings a moment early ends all the same", async () => {
    const { clock: real, outbox: _unused } = setUp(async () => acked());
    const told: string[] = [];
    let refusals = 1;
    const outbox = createOutbox({
      storage: createMemoryStorage(),
      // As timers and clocks of real machines are to each other.
      clock: { ...real, now: () => real.now(), random: () => 0, after: (delayMs, run) => real.after(Math.max(0, delayMs - 1), run) },
      logger: silentLogger,
      send: async () => (refusals-- > 0 ? { kind: "refused", code: "draining" } : acked()),
      on: { changed: () => {}, sending: () => {}, acked: (id) => told.push(id), failed: () => {} },
    });
    outbox.start();
    await outbox.enqueue(newEntry("a"));
    await real.advance(60_000);
    expect(told).toEqual(["a"]);
  });

  test("a retryable refusal keeps the head and waits at least as long as the relay says", async () => {
    const times: number[] = [];
    const { clock, outbox, told } = setUp(async ({ id }) => {
      if (id === "a") times.push(clock.now());
      return times.length < 3 ? { kind: "refused", code: "rate-limited", retryAfterMs: 7_000 } : acked();
    });
    outbox.start();
    await outbox.enqueue(newEntry("a"));
    await outbox.enqueue(newEntry("b"));
    await clock.advance(6_999);
    expect(times).toHaveLength(1);
    await clock.advance(60_000);
    expect(times).toHaveLength(3);
    expect(times.at(1)! - times.at(0)!).toBeGreaterThanOrEqual(7_000);
    expect(told).toEqual(["acked a", "acked b"]);
  });

  test("a refusal for good marks the entry and the next goes on; retry sends the same id again, discard does not", async () => {
    const sent: string[] = [];
    let allowed = false;
    const { clock, outbox, storage, told } = setUp(async ({ id }) => {
      sent.push(id);
      return id === "b" || allowed ? acked() : { kind: "refused", code: "frame-too-large" };
    });
    outbox.start();
    for (const id of ["a", "b", "c"]) await outbox.enqueue(newEntry(id));
    await clock.settle();
    expect(told).toEqual(["failed a frame-too-large", "acked b", "failed c frame-too-large"]);
    expect((await storage.outbox()).map(({ id, failed }) => [id, failed?.code])).toEqual([
      ["a", "frame-too-large"],
      ["c", "frame-too-large"],
    ]);
    allowed = true;
    await outbox.discard("c");
    await outbox.retry("a");
    await clock.settle();
    expect(sent).toEqual(["a", "b", "c", "a"]);
    expect(await storage.outbox()).toEqual([]);
  });

  test("the log is as good as an ack that does not come", async () => {
    const { clock, outbox, storage, told } = setUp(({ id }) => (id === "a" ? new Promise(() => {}) : Promise.resolve(acked())));
    outbox.start();
    await outbox.enqueue(newEntry("a"));
    await outbox.enqueue(newEntry("b"));
    await clock.settle();
    outbox.confirm("a", { seq: 1, known: true });
    await clock.settle();
    expect(told).toEqual(["acked a", "acked b"]);
    expect(await storage.outbox()).toEqual([]);
  });

  test("an entry enqueued while the list is read is neither lost nor overtaken", async () => {
    const memory = createMemoryStorage();
    let slow: (() => void) | undefined;
    const storage: OutboxStorage = {
      ...memory,
      async outbox() {
        const list = await memory.outbox();
        await new Promise<void>((go) => (slow = go));
        return list;
      },
    };
    const sent: string[] = [];
    const { clock, outbox } = setUp(async ({ id }) => (sent.push(id), acked()), storage);
    await memory.enqueue(newEntry("from another tab"));
    outbox.start();
    await clock.settle();
    await outbox.enqueue(newEntry("typed meanwhile"));
    for (let reads = 0; reads < 3; reads += 1) {
      slow?.();
      await clock.settle();
    }
    expect(sent).toEqual(["from another tab", "typed meanwhile"]);
  });

  test("a failing storage stops nothing for good", async () => {
    const memory = createMemoryStorage();
    let broken = true;
    const storage: OutboxStorage = { ...memory, outbox: () => (broken ? Promise.reject(new Error("disk")) : memory.outbox()) };
    const { clock, outbox, told } = setUp(async () => acked(), storage);
    outbox.start();
    await outbox.enqueue(newEntry("a"));
    await clock.settle();
    broken = false;
    await clock.advance(20_000);
    expect(told).toEqual(["acked a"]);
  });
});

test("nothing is lost, doubled or reordered under random failures, reloads and lost acks", async () => {
  const outcome = fc.constantFrom("acked", "acked", "ack-lost", "lost", "cut-before", "cut-after", "busy");
  const step = fc.constantFrom("type", "type", "reload", "link", "unlink", "wait");
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 25 }),
      fc.array(outcome, { minLength: 1, maxLength: 30 }),
      async (steps, outcomes) => {
        const clock = createFakeClock();
        const storage = createMemoryStorage();
        const typed: string[] = [];
        const taken: string[] = [];
        const answered = new Set<string>();
        let tries = 0;
        let calm = false;
        let linked = false;
        let loads = 0;

        /** A relay that takes each id once, behind a link that fails as the script says. */
        async function send({ id }: OutboxEntry): Promise<SendResult> {
          if (!linked) return { kind: "interrupted" };
          const what = calm ? "acked" : outcomes.at(tries++ % outcomes.length)!;
          if (what === "lost") {
            // No answer is only known after a while.
            await new Promise<void>((go) => clock.after(50, go));
            return { kind: "unanswered" };
          }
          if (what === "busy") return { kind: "refused", code: "store-unavailable" };
          if (what === "cut-before") {
            linked = false;
            return { kind: "interrupted" };
          }
          const known = taken.includes(id);
          if (!known) taken.push(id);
          await new Promise<void>((go) => clock.after(50, go));
          if (what === "ack-lost") return { kind: "unanswered" };
          // A try that began in the storm and ends in the calm cuts nothing any more: nobody would link again.
          if (what === "cut-after" && !calm) {
            linked = false;
            return { kind: "interrupted" };
          }
          return { kind: "acked", receipt: { seq: taken.indexOf(id) + 1, known } };
        }
        /** A page that is gone writes nothing more, whatever it still waits for. */
        function load(): Outbox {
          const page = (loads += 1);
          const alive = (): Promise<void> => (page === loads ? Promise.resolve() : new Promise(() => {}));
          return createOutbox({
            storage: {
              ...storage,
              remove: (id) => alive().then(() => storage.remove(id)),
              update: (entry) => alive().then(() => storage.update(entry)),
              outbox: () => alive().then(() => storage.outbox()),
            },
            clock,
            logger: silentLogger,
            send,
            on: { changed: () => {}, sending: () => {}, acked: (id) => answered.add(id), failed: () => expect.unreachable() },
          });
        }
        let outbox = load();
        function link(): void {
          linked = true;
          outbox.start();
        }
        for (const what of steps) {
          if (what === "type") {
            const id = `message ${typed.length}`;
            typed.push(id);
            await outbox.enqueue(newEntry(id));
          } else if (what === "reload") {
            outbox.stop();
            linked = false;
            outbox = load();
          } else if (what === "link") link();
          else if (what === "unlink") {
            linked = false;
            outbox.stop();
          } else await clock.advance(3_000);
        }
        calm = true;
        link();
        await clock.advance(120_000);
        expect(taken).toEqual(typed);
        expect(await storage.outbox()).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});
