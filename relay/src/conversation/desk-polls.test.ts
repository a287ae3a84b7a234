import { expect, it } from "vitest";
import { AdapterError } from "../adapters/errors.ts";
import type { DeskCommand, HandoffAdapter } from "../adapters/spec.ts";
import { createLogger } from "../observe/logger.ts";
import { bareShop } from "../testing/bare-shop.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { startDeskPolls } from "./desk-polls.ts";

const command: DeskCommand = { caseId: "c", conversationId: "v", externalId: "e", type: "end" };

it("asks each desk by itself, later and later while it fails, and no more once stopped", async () => {
  const logger = createLogger("silent");
  const clock = createFakeClock(0);
  const asked: string[] = [];
  const done: string[] = [];
  const refused: string[] = [];
  let down = true;
  const desk = (id: string, hear: NonNullable<HandoffAdapter["polls"]>["hear"]) => ({
    id,
    adapter: {
      kind: "handoff",
      polls: { everyMs: 1_000, hear },
      refused: async (_: DeskCommand, { code }: { code: string }) => void refused.push(code),
    } as unknown as HandoffAdapter,
  });
  const { region } = bareShop(logger, [
    desk("good", async (tell) => {
      asked.push(`good ${clock.now()}`);
      await tell(command);
    }),
    desk("bad", async () => {
      asked.push(`bad ${clock.now()}`);
      if (down) throw new AdapterError("unreachable", "down");
    }),
    { id: "quiet", adapter: { kind: "handoff" } as unknown as HandoffAdapter },
  ]);
  const polls = startDeskPolls([region], {
    clock,
    logger,
    receive: async (deskId) => {
      done.push(deskId);
      return done.length === 1 ? { ok: true, value: { duplicate: false } } : { ok: false, error: { code: "not-found", message: "gone" } };
    },
  });
  await clock.advance(3_500);
  expect(asked.filter((one) => one.startsWith("good"))).toEqual(["good 0", "good 1000", "good 2000", "good 3000"]);
  expect(asked.filter((one) => one.startsWith("bad"))).toEqual(["bad 0", "bad 2000"]);
  expect([done.length, refused]).toEqual([4, ["not-found", "not-found", "not-found"]]);
  down = false;
  await clock.advance(4_500);
  expect(asked.filter((one) => one.startsWith("bad")).slice(2)).toEqual(["bad 6000", "bad 7000", "bad 8000"]);
  polls.stop();
  const before = asked.length;
  await clock.advance(60_000);
  expect(asked).toHaveLength(before);
});
