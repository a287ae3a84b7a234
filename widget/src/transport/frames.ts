/** What every transport does with bytes from a relay: read them without throwing, and keep events behind the welcome. */
import { decodeAck, decodeEvent, decodeWelcome, withoutSum, type Ack, type Welcome } from "@allhours/protocol";
import { LinkFailed, LinkRefused, type LinkHandlers } from "../core/ports.ts";

/** The ack of a command, its value unread; `undefined` when it is damaged, which says nothing about the command. */
export function readAck(raw: unknown): Ack | undefined {
  if (typeof (raw as { ok?: unknown } | null | undefined)?.ok !== "boolean" || withoutSum(raw as object) === undefined) return undefined;
  return decodeAck(raw, (value) => ({ ok: true, value }));
}

/** The answer to a hello. Throws `LinkRefused` with the relay's code, `LinkFailed` when it cannot be read. */
export function readWelcome(raw: unknown): Welcome {
  const answer = readAck(raw);
  if (answer === undefined) throw new LinkFailed("the hello was not answered by an ack");
  if (!answer.ok) throw new LinkRefused(answer.error.code, answer.error.message, answer.error);
  const welcome = decodeWelcome(answer.value);
  if (!welcome.ok) throw new LinkFailed(`unreadable welcome: ${welcome.error.message}`);
  return welcome.value;
}

/**
 * A gate for events: held until `release`, then handed over in order. Call `release` right after resolving `open`: its
 * microtask comes after the one that hands the link to whoever awaited it. A damaged event is dropped, and told: it may have been
 * the last one for long.
 */
export function createGate(handlers: Pick<LinkHandlers, "event" | "damaged">): { event(raw: unknown): void; release(): void } {
  let held: unknown[] | undefined = [];
  function pass(raw: unknown): void {
    const event = decodeEvent(raw);
    if (!event.ok) handlers.damaged();
    else if (event.value !== undefined) handlers.event(event.value);
  }
  return {
    event(raw) {
      if (held === undefined) pass(raw);
      else held.push(raw);
    },
    release() {
      queueMicrotask(() => {
        const waiting = held ?? [];
        held = undefined;
        for (const raw of waiting) pass(raw);
      });
    },
  };
}
