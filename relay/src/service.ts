/**
 * Everything between the store and the doors: conversations, their cases, and the work that is done later. Made once for a relay; which regions it
 * serves is asked anew each time, since a reload changes that.
 */
import { ACTION_JOB, ACTION_TIMEOUT_JOB, createActions } from "./conversation/actions.ts";
import { createAlertJobs } from "./conversation/alert-jobs.ts";
import { ALERT_JOB, BATON_JOB, HANDOFF_JOB, OFFER_TIMEOUT_JOB, PROMISE_JOB } from "./conversation/case-jobs.ts";
import { createBaton } from "./conversation/baton.ts";
import { createDeskDoor } from "./conversation/desk.ts";
import { createDeskJobs } from "./conversation/desk-jobs.ts";
import { createErase } from "./conversation/erase.ts";
import { createExpertJobs, EXPERT_JOB, EXPERT_TIMEOUT_JOB } from "./conversation/expert-jobs.ts";
import { createExperts } from "./conversation/experts.ts";
import { createFailover } from "./conversation/failover.ts";
import { createHandle } from "./conversation/handle.ts";
import { createHello } from "./conversation/hello.ts";
import { createHub } from "./conversation/hub.ts";
import { createOffers } from "./conversation/offers.ts";
import { createPace } from "./conversation/pace.ts";
import { createPromises } from "./conversation/promises.ts";
import { createPublisher } from "./conversation/publish.ts";
import { createSerialQueue } from "./conversation/queue.ts";
import { createRooms } from "./conversation/rooms.ts";
import { createTickets } from "./conversation/tickets.ts";
import { createTranscriptLinks } from "./conversation/transcript-links.ts";
import { createTurns } from "./conversation/turns.ts";
import { createJobRunner, type JobHandler } from "./jobs/runner.ts";
import { webhookSchedule } from "./jobs/schedule.ts";
import { createReview } from "./learning/review.ts";
import { CONTACT_JOB, createContacts } from "./conversation/contacts.ts";
import { createNotices, NOTICE_JOB, noticeJobs } from "./conversation/notices.ts";
import { createWebhooks, gapJobs, webhookJobs, WEBHOOK_JOB } from "./conversation/webhooks.ts";
import type { LearnedShelf } from "./learning/learned.ts";
import type { Clock } from "./observe/clock.ts";
import type { Logger } from "./observe/logger.ts";
import type { Metrics } from "./observe/metrics.ts";
import type { BuiltDirectory } from "./regions.ts";
import type { Store } from "./store/store.ts";

export function createService({
  store,
  shelf,
  directory,
  clock,
  logger,
  metrics,
  origin,
}: {
  store: Store;
  shelf: LearnedShelf;
  directory: () => BuiltDirectory;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  /** Where visitors reach this relay, if the config says so. */
  origin: () => string | undefined;
}) {
  const now = (): number => clock.now();
  const hub = createHub();
  const rooms = createRooms(store, now);
  const serial = createSerialQueue();

  const publisher = createPublisher({
    store,
    hub,
    now,
    wakeJobs: () => jobs.wake(),
    follow: ({ conversation }, change, at) => {
      const region = directory().region(conversation.regionId);
      return [...webhookJobs(region, conversation, change, at), ...noticeJobs(region, conversation, change, at)];
    },
    onEntry: (_room, event) => metrics.entries.inc(event.type, event.type === "message-added" ? event.message.author.kind : "relay"),
  });
  const links = createTranscriptLinks({ store, now, origin });
  const shared = { store, rooms, serial, publisher, directory, clock, pace: createPace(), links, logger };
  const turns = createTurns({
    ...shared,
    report: (report) => {
      metrics.turns.inc(report.regionId, report.outcome);
      metrics.turnSeconds.observe(report.ms / 1_000);
      logger.info(
        {
          region: report.regionId,
          conversation: report.conversationId,
          outcome: report.outcome,
          ms: report.ms,
          steps: report.trace,
          ...(report.recovered ? { recovered: true } : {}),
        },
        "turn",
      );
    },
  });
  const contacts = createContacts(shared);
  const tickets = createTickets({ ...shared, contacts });
  const notices = createNotices({ ...shared, contacts, metrics });
  const experts = createExperts(shared);
  const expertJobs = createExpertJobs({ ...shared, experts, metrics });
  const actions = createActions({ ...shared, metrics });
  const offers = createOffers({ ...shared, experts });
  const webhooks = createWebhooks(shared);
  const baton = createBaton({ ...shared, offers });
  const promises = createPromises({ ...shared, metrics });
  const deskJobs = createDeskJobs({ ...shared, offers });
  const counted =
    (kind: string, run: JobHandler): JobHandler =>
    async (job, signal) => {
      try {
        await run(job, signal);
        metrics.jobs.inc({ kind, result: "done" });
      } catch (error) {
        metrics.jobs.inc({ kind, result: "failed" });
        throw error;
      }
    };
  const jobs = createJobRunner({
    store,
    clock,
    logger,
    schedule: webhookSchedule,
    handlers: {
      [HANDOFF_JOB]: counted(HANDOFF_JOB, deskJobs.handoff),
      [OFFER_TIMEOUT_JOB]: counted(OFFER_TIMEOUT_JOB, offers.leaseEnded),
      [WEBHOOK_JOB]: counted(WEBHOOK_JOB, webhooks.deliver),
      [BATON_JOB]: counted(BATON_JOB, baton.deliver),
      [EXPERT_JOB]: counted(EXPERT_JOB, expertJobs.consult),
      [EXPERT_TIMEOUT_JOB]: counted(EXPERT_TIMEOUT_JOB, expertJobs.timeout),
      [ACTION_JOB]: counted(ACTION_JOB, actions.run),
      [ACTION_TIMEOUT_JOB]: counted(ACTION_TIMEOUT_JOB, actions.timeout),
      [PROMISE_JOB]: counted(PROMISE_JOB, promises.due),
      [NOTICE_JOB]: counted(NOTICE_JOB, notices.deliver),
      [CONTACT_JOB]: counted(CONTACT_JOB, contacts.end),
      [ALERT_JOB]: counted(ALERT_JOB, createAlertJobs(shared)),
    },
  });
  const review = createReview({
    store,
    shelf,
    region: (id) => directory().region(id),
    site: (id) => directory().site(id),
    changed: (regionId) => directory().relearn(regionId),
    told: gapJobs,
    wakeJobs: () => jobs.wake(),
    clock,
    logger,
  });
  const failover = createFailover({ ...shared, metrics, origin });
  const hello = createHello({ ...shared, hub, turns, contacts, tickets, failover, wakeJobs: () => jobs.wake() });
  const handle = createHandle({ ...shared, turns, contacts, experts, actions, failover });
  const erase = createErase({ ...shared, hub });
  const deskDoor = createDeskDoor({ ...shared, review, metrics });

  return { hub, rooms, serial, links, turns, contacts, offers, baton, webhooks, expertJobs, jobs, review, hello, handle, deskDoor, erase };
}
