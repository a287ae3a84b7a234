import { expect, it } from "vitest";
import type { HandoffAdapter, HandoffEvent } from "../adapters/spec.ts";
import { createLogger } from "../observe/logger.ts";
import { createMemoryStore } from "../store/memory.ts";
import type { Store } from "../store/store.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { bareConversation, bareShop } from "../testing/bare-shop.ts";
import { openCase } from "./cases.ts";
import { createDeskJobs } from "./desk-jobs.ts";
import { createExperts } from "./experts.ts";
import { createHub } from "./hub.ts";
import { createOffers } from "./offers.ts";
import { createPace } from "./pace.ts";
import { createPublisher } from "./publish.ts";
import { createSerialQueue } from "./queue.ts";
import { createTranscriptLinks } from "./transcript-links.ts";
import { createRooms } from "./rooms.ts";

it("tells the desk of a case whose job is taken before its commit is heard of", async () => {
  const told: HandoffEvent[] = [];
  const adapter = { deliver: async (event: HandoffEvent) => void told.push(event) } as unknown as HandoffAdapter;
  const logger = createLogger("silent");
  const { region, site, directory } = bareShop(logger, [{ id: "desk", adapter }]);
  const memory = createMemoryStore();
  // Its answer to an append comes late, as it may from another thread: what it wrote can be taken already.
  let hear = (): void => undefined;
  let written = (): void => undefined;
  const committed = new Promise<void>((resolve) => (written = resolve));
  const store: Store = {
    ...memory,
    async append(request) {
      const appended = await memory.append(request);
      // The case's own; the offer's timer is written later.
      if (request.entries.length > 0) {
        written();
        await new Promise<void>((resolve) => (hear = resolve));
      }
      return appended;
    },
  };
  const rooms = createRooms(store, () => 0);
  const serial = createSerialQueue();
  const publisher = createPublisher({ store, hub: createHub(), now: () => 1_000, wakeJobs: () => undefined });
  const clock = createFakeClock(1_000);
  const links = createTranscriptLinks({ store, now: () => clock.now(), origin: () => undefined });
  const experts = createExperts({ store, serial, clock });
  const offers = createOffers({
    store,
    rooms,
    serial,
    publisher,
    directory: () => directory,
    clock,
    pace: createPace(),
    links,
    logger,
    experts,
  });
  const jobs = createDeskJobs({ store, rooms, serial, publisher, directory: () => directory, clock, offers });
  const conversation = bareConversation(0);
  await memory.createConversation(conversation, undefined, undefined);
  const room = rooms.add(conversation, 0);
  const asked = serial.run(conversation.id, async () =>
    publisher.commit(
      room,
      openCase(room, site, region, { requestId: "r1", reason: "visitor-asked", priority: "normal", language: "en", nowMs: 1_000 }),
    ),
  );
  await committed;
  const [job] = await memory.claimJobs(1_000, 1, 60_000);
  if (job === undefined) throw new Error("no job was written");
  const delivery = jobs.handoff(job, new AbortController().signal);
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual([]);
  hear();
  await Promise.all([asked, delivery]);
  expect(told.map(({ type }) => type)).toEqual(["handoff.offered"]);
});
