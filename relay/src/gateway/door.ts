/**
 * What both pipes share: from a frame to an ack. Decodes, checks limits and session, hands the command on. A pipe adds only
 * how bytes come and go.
 */
import { decodeCommand, LIMITS, refusal, type Ack, type Command, type Hello, type WireError } from "@allhours/protocol";
import type { HelloFacts, Opened } from "../conversation/hello.ts";
import type { HubLink } from "../conversation/hub.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Session } from "../store/store.ts";
import type { Limits } from "./limits.ts";

export type DoorDeps = {
  hello: { open(hello: Hello, facts: HelloFacts, link: HubLink): Promise<{ ok: true; value: Opened } | { ok: false; error: WireError }> };
  handle: (command: Exclude<Command, { type: "hello" }>, session: Session) => Promise<Ack>;
  limits: () => Limits;
  metrics: Metrics;
  draining: () => boolean;
  now: () => number;
};

export type Door = ReturnType<typeof createDoor>;

function tooLarge(frameBytes: number): { ok: false; error: WireError } {
  return refusal("frame-too-large", `a frame may have ${LIMITS.frameBytes} bytes, this one has ${frameBytes}`);
}

export function createDoor(deps: DoorDeps) {
  /** Reads a hello frame and opens. The caller releases the subscription after it has sent the welcome. */
  async function open(
    frame: unknown,
    frameBytes: number,
    facts: HelloFacts,
    link: HubLink,
  ): Promise<{ ok: true; value: Opened & { leave: () => void } } | { ok: false; error: WireError }> {
    if (frameBytes > LIMITS.frameBytes) return tooLarge(frameBytes);
    if (deps.draining()) return refusal("draining", "this relay is about to stop");
    const decoded = decodeCommand(frame);
    if (!decoded.ok) return decoded;
    if (decoded.value.type !== "hello") return refusal("hello-required", "say hello first");
    try {
      const opened = await deps.hello.open(decoded.value, facts, link);
      if (!opened.ok) return opened;
      const leave = deps.limits().enterVisitor(opened.value.session.visitorId);
      if (leave === undefined) {
        opened.value.subscription.unsubscribe();
        return refusal("too-many-links", "this visitor has too many open links");
      }
      const { room } = opened.value;
      room.links += 1;
      return {
        ok: true,
        value: {
          ...opened.value,
          leave: () => {
            room.links -= 1;
            opened.value.subscription.unsubscribe();
            leave();
          },
        },
      };
    } catch {
      return refusal("store-unavailable", "the session could not be opened; try again");
    }
  }

  /** Answers one command of an open session. Never rejects. */
  async function command(frame: unknown, frameBytes: number, session: Session, linkKey: string): Promise<Ack> {
    const from = deps.now();
    const { type, ack } = await answer(frame, frameBytes, session, linkKey);
    deps.metrics.commands.inc(type, ack.ok ? "ok" : ack.error.code);
    deps.metrics.ackSeconds.observe((deps.now() - from) / 1_000);
    return ack;
  }

  async function answer(frame: unknown, frameBytes: number, session: Session, linkKey: string): Promise<{ type: string; ack: Ack }> {
    if (frameBytes > LIMITS.frameBytes) return { type: "unread", ack: tooLarge(frameBytes) };
    const limits = deps.limits();
    const wait = limits.command(linkKey);
    if (wait > 0) return { type: "unread", ack: refusal("rate-limited", "too many commands", { retryAfterMs: wait }) };
    const decoded = decodeCommand(frame);
    if (!decoded.ok) return { type: "unread", ack: decoded };
    const { value } = decoded;
    if (value.type === "hello") return { type: value.type, ack: refusal("conflict", "this link has said hello already") };
    if (value.type === "message-send") {
      if (deps.draining())
        return { type: value.type, ack: refusal("draining", "this relay is about to stop; send it again on the next link") };
      const pause = limits.message(session.conversationId);
      if (pause > 0) return { type: value.type, ack: refusal("rate-limited", "too many messages at once", { retryAfterMs: pause }) };
    }
    return { type: value.type, ack: await deps.handle(value, session) };
  }

  return { open, command };
}
