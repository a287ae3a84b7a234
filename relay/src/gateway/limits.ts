/**
 * Every limit of the edge, in memory: links per address and visitor, new links per time, messages per conversation. Checked before
 * a session exists where possible. Sync token buckets of our own: a promise and a timer a message (what the usual library
 * costs) would be a tenth of the relay's whole budget; see docs/decisions/0003.
 */
import { createBuckets } from "../routing/buckets.ts";

export type LimitConfig = {
  linksPerAddress: number;
  linksPerVisitor: number;
  newLinksPerAddressPer10s: number;
  messageBurst: number;
  /** Sustained, per conversation. */
  messagesPerSecond: number;
};

export type Limits = ReturnType<typeof createLimits>;

/** Commands other than messages: a link may send this many at once and per second. */
const COMMAND_BURST = 60;
const COMMANDS_PER_SECOND = 20;

export function createLimits(config: LimitConfig, now: () => number) {
  const perAddress = new Map<string, number>();
  const perVisitor = new Map<string, number>();
  const newLinks = createBuckets(config.newLinksPerAddressPer10s, config.newLinksPerAddressPer10s / 10, now);
  const messages = createBuckets(config.messageBurst, config.messagesPerSecond, now);
  const commandRate = Math.max(COMMANDS_PER_SECOND, config.messagesPerSecond * 2);
  const commands = createBuckets(Math.max(COMMAND_BURST, config.messageBurst * 2), commandRate, now);
  const enter = (counts: Map<string, number>, key: string, most: number): (() => void) | undefined => {
    const count = counts.get(key) ?? 0;
    if (count >= most) return undefined;
    counts.set(key, count + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const rest = (counts.get(key) ?? 1) - 1;
      if (rest <= 0) counts.delete(key);
      else counts.set(key, rest);
    };
  };
  return {
    /** A new link of an address: `undefined` when it may not, else a function to call when it is gone. */
    enterAddress(address: string): (() => void) | undefined {
      return newLinks.take(address) > 0 ? undefined : enter(perAddress, address, config.linksPerAddress);
    },
    enterVisitor(visitorId: string): (() => void) | undefined {
      return enter(perVisitor, visitorId, config.linksPerVisitor);
    },
    /** 0, or how long to wait, milliseconds. */
    message(conversationId: string): number {
      return messages.take(conversationId);
    },
    command(linkKey: string): number {
      return commands.take(linkKey);
    },
    sweep(): void {
      newLinks.sweep();
      messages.sweep();
      commands.sweep();
    },
  };
}
