/**
 * Runs turns: one visitor message, the pipeline, what it says. Turns of one conversation run one after another; a turn's end is
 * committed together with the mark that it ended, so a crash before that runs it again and the same reply ids meet the dedupe key.
 */
import { LIMITS, textOf, type DurableEvent, type Message, type Part } from "@allhours/protocol";
import { defaultSteps, runPipeline, type StepTrace } from "../pipeline/run.ts";
import { phrasesFor } from "../pipeline/phrases.ts";
import { questionOf } from "../learning/questions.ts";
import { ENGINE_OPTION } from "../adapters/spec.ts";
import type { Outcome, Step, Turn } from "../pipeline/turn.ts";
import type { Region, Site } from "../routing/types.ts";
import type { ConversationDeps } from "./place.ts";
import { botMessage, openCase, waitingFor, type Change } from "./cases.ts";
import { proposedRecord } from "./action-records.ts";
import { derivedId } from "./ids.ts";
import { regionOf, type Room } from "./rooms.ts";
import { understoodAfter } from "./understood.ts";

/** A turn that takes longer than this is cut and answered by the last step; adapters have shorter times of their own. */
const TURN_TIMEOUT_MS = 60_000;

export type TurnReport = {
  regionId: string;
  conversationId: string;
  outcome: Outcome["kind"];
  ms: number;
  trace: StepTrace[];
  recovered: boolean;
};
export type Turns = {
  /** Queues a turn for a stored visitor message. Returns at once; failures are logged and leave the turn open. */
  start(room: Room, event: Extract<DurableEvent, { type: "message-added" }>, recovered?: boolean): void;
  /** Runs every turn the store still marks open and nobody runs. */
  recover(): Promise<number>;
  recoverRoom(room: Room): Promise<void>;
  /** Resolves when no turn runs, or after the deadline. */
  drain(deadlineMs: number): Promise<void>;
  readonly running: number;
};

export function createTurns(
  deps: ConversationDeps & {
    report: (report: TurnReport) => void;
    steps?: readonly Step[];
  },
): Turns {
  const steps = deps.steps ?? defaultSteps;
  const running = new Set<Promise<void>>();

  function start(room: Room, event: Extract<DurableEvent, { type: "message-added" }>, recovered = false): void {
    if (room.runningTurns.has(event.message.id)) return;
    room.runningTurns.add(event.message.id);
    const before = room.history.filter((entry) => entry.seq < event.seq);
    const turn = room.turnTail
      .then(() => run(room, event, before, recovered))
      .catch((error: unknown) => {
        if (room.gone) deps.logger.info({ conversation: room.conversation.id }, "a turn ended with its conversation, which was erased");
        else deps.logger.error({ conversation: room.conversation.id, err: error }, "a turn failed and stays open");
      })
      .finally(() => {
        room.runningTurns.delete(event.message.id);
        running.delete(turn);
      });
    room.turnTail = turn;
    running.add(turn);
  }

  async function run(
    room: Room,
    event: Extract<DurableEvent, { type: "message-added" }>,
    history: DurableEvent[],
    recovered: boolean,
  ): Promise<void> {
    if (room.gone) return;
    const from = deps.clock.now();
    const directory = deps.directory();
    const site = directory.site(room.conversation.siteId);
    const region = site === undefined ? undefined : regionOf(directory, room.conversation.regionId, site);
    if (site === undefined || region === undefined || room.conversation.mode !== "bot") {
      await commit(room, () => ({ entries: [] }), event.message.id);
      return;
    }
    const cut = new AbortController();
    const cancel = deps.clock.after(TURN_TIMEOUT_MS, () => cut.abort());
    try {
      const turn = turnOf(room, event, history, site, region, from, cut.signal);
      const { outcome, trace } = await runPipeline(turn, steps, () => deps.clock.now());
      const kind = await speak(room, turn, outcome);
      deps.report({
        regionId: region.id,
        conversationId: room.conversation.id,
        outcome: kind,
        ms: deps.clock.now() - from,
        trace,
        recovered,
      });
    } finally {
      cancel();
    }
  }

  async function speak(room: Room, turn: Turn, outcome: Outcome): Promise<Outcome["kind"]> {
    const replyId = replyIdOf(turn.id);
    let { kind, parts } = outcome;
    if (outcome.stream !== undefined) {
      const streamed = await stream(room, turn, replyId, outcome.stream);
      if (streamed === undefined) {
        kind = "failed";
        parts = [{ type: "text", text: phrasesFor(turn.language).allDown, format: "plain" }];
      } else parts = streamed;
    }
    const handoff = outcome.handoff;
    const understood = understoodAfter(room.conversation.understood, turn.understanding, outcome.awaits);
    const proposed = outcome.action === undefined ? [] : [proposedRecord(turn, replyId, outcome.action, deps.clock.now())];
    const records = [...(turn.region.config.learning.enabled ? questionOf(turn, { kind, handoff }) : []), ...proposed];
    const asked = { language: turn.language, nowMs: deps.clock.now() };
    const waiting = handoff === undefined ? 0 : await waitingFor(deps.store, turn.region, asked);
    const change = (): Change => {
      if (handoff !== undefined) {
        return openCase(room, turn.site, turn.region, {
          requestId: turn.id,
          ...handoff,
          guidance: parts,
          language: turn.language,
          nowMs: deps.clock.now(),
          waiting,
          inReplyTo: turn.id,
        });
      }
      const giveUps = kind === "gave-up" || kind === "failed" ? room.conversation.giveUps + 1 : 0;
      const patch = {
        ...(giveUps === room.conversation.giveUps ? {} : { giveUps }),
        ...(turn.language === room.conversation.language ? {} : { language: turn.language }),
      };
      return {
        entries: [botMessage(replyId, turn.site, turn.language, parts, turn.id)],
        ...(Object.keys(patch).length === 0 ? {} : { patch }),
      };
    };
    const withUnderstood = (made: Change): Change => (understood === undefined ? made : { ...made, patch: { ...made.patch, understood } });
    await commit(room, () => ({ ...withUnderstood(change()), records }), turn.id);
    return kind;
  }

  /** Publishes deltas as they come, one frame per `LIMITS.deltaCoalesceMs`. `undefined` when the stream broke. */
  async function stream(room: Room, turn: Turn, messageId: string, answer: NonNullable<Outcome["stream"]>): Promise<Part[] | undefined> {
    const conversationId = room.conversation.id;
    const author: Message["author"] = { kind: "bot", name: turn.site.name };
    let sent = 0;
    let text = "";
    let flushedAt = -Infinity;
    let cancelFlush: (() => void) | undefined;
    const flush = (): void => {
      cancelFlush?.();
      cancelFlush = undefined;
      if (text.length === sent) return;
      flushedAt = deps.clock.now();
      deps.publisher.ephemeral(conversationId, {
        type: "message-delta",
        conversationId,
        messageId,
        offset: sent,
        text: text.slice(sent),
        author,
      });
      sent = text.length;
    };
    try {
      for await (const piece of answer.text ?? []) {
        text += piece;
        if (text.length > LIMITS.messageChars * 4) throw new Error("the streamed answer is too long");
        // What comes too soon waits for its turn, and not for the next piece: that may be long in coming.
        const waitMs = flushedAt + LIMITS.deltaCoalesceMs - deps.clock.now();
        if (waitMs <= 0) flush();
        else cancelFlush ??= deps.clock.after(waitMs, flush);
      }
      flush();
      const parts = await answer.parts();
      if (text === "" && parts.length === 0) throw new Error("the answer is empty");
      return text === "" ? parts : [{ type: "text", text, format: "markdown" }, ...parts];
    } catch (error) {
      cancelFlush?.();
      deps.logger.warn({ conversation: conversationId, region: turn.region.id, err: error }, "a streamed answer broke");
      if (sent > 0) deps.publisher.ephemeral(conversationId, { type: "message-abandoned", conversationId, messageId });
      return undefined;
    }
  }

  /** Ends the turn. When a person took over meanwhile, the assistant keeps quiet. */
  async function commit(room: Room, change: () => Change, turnId: string): Promise<void> {
    await deps.serial.run(room.conversation.id, async () => {
      const quiet = room.conversation.mode !== "bot";
      await deps.publisher.commit(room, { ...(quiet ? { entries: [] } : change()), closeTurn: turnId });
      // A page may show the beginning of what will not come.
      const conversationId = room.conversation.id;
      if (quiet) deps.publisher.ephemeral(conversationId, { type: "message-abandoned", conversationId, messageId: replyIdOf(turnId) });
    });
  }

  async function recoverRoom(room: Room): Promise<void> {
    for (const open of await deps.store.openTurnsOf(room.conversation.id)) {
      if (room.runningTurns.has(open.entryId)) continue;
      const [entry] = await deps.store.entriesAfter(room.conversation.id, open.seq - 1, 1);
      if (entry?.event.type === "message-added") start(room, entry.event, true);
    }
  }

  return {
    start,
    recoverRoom,
    async recover() {
      const seen = new Set<string>();
      for (const open of await deps.store.openTurns(10_000)) {
        if (seen.has(open.conversationId)) continue;
        seen.add(open.conversationId);
        const room = await deps.rooms.get(open.conversationId);
        if (room !== undefined) await recoverRoom(room);
      }
      return seen.size;
    },
    async drain(deadlineMs) {
      const deadline = deps.clock.now() + deadlineMs;
      while (running.size > 0 && deps.clock.now() < deadline) {
        await Promise.race([
          Promise.allSettled(running),
          new Promise<void>((resolve) => deps.clock.after(Math.max(1, deadline - deps.clock.now()), resolve)),
        ]);
      }
    },
    get running() {
      return running.size;
    },
  };
}

function replyIdOf(turnId: string): string {
  return derivedId(turnId, "1");
}

function turnOf(
  room: Room,
  event: Extract<DurableEvent, { type: "message-added" }>,
  history: DurableEvent[],
  site: Site,
  region: Region,
  nowMs: number,
  signal: AbortSignal,
): Turn {
  const choice = event.message.parts.find((part) => part.type === "choice");
  return {
    id: event.message.id,
    conversation: room.conversation,
    site,
    region,
    text: textOf(event.message.parts),
    // A button of an engine says its label: to the engine it is a message as any other.
    optionId: choice?.optionId.startsWith(ENGINE_OPTION) === true ? undefined : choice?.optionId,
    browserLanguages: room.browserLanguages,
    history,
    nowMs,
    signal,
    language: room.conversation.language,
    priority: "normal",
    understanding: undefined,
    passages: [],
    intentPassages: [],
    severalPassages: [],
    down: new Set(),
  };
}
