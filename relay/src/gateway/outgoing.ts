/**
 * How events leave on a Socket.IO link: written as one frame each, encoded once for all links, and given to the kernel together with
 * everything else the same link has to say in this turn of the event loop. A write is a system call, and three a message were a third
 * of the relay's work.
 */
import type { Socket as NetSocket } from "node:net";
import { textWithSum, type Event } from "@allhours/protocol";

/** Holds back what is written to a socket until the current turn of the event loop ends. Further calls within the turn do nothing. */
export type Gather = (socket: NetSocket) => void;

export function createGather(): Gather {
  let held = new Set<NetSocket>();
  const release = (): void => {
    const sockets = held;
    held = new Set();
    for (const socket of sockets) socket.uncork();
  };
  return (socket) => {
    if (held.has(socket)) return;
    if (held.size === 0) setImmediate(release);
    held.add(socket);
    socket.cork();
  };
}

let last: { event: Event | undefined; text: string } = { event: undefined, text: "" };

/** The event as JSON with its `sum`: worked out once for all links. */
export function textOfEvent(event: Event): string {
  if (last.event !== event) last = { event, text: textWithSum(event) };
  return last.text;
}

/** Engine.IO message (4) of a Socket.IO event (2) in the main namespace, as socket.io-parser 4 writes it. */
export function frameOf(event: Event): string {
  return `42["event",${textOfEvent(event)}]`;
}
