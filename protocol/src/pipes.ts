/**
 * How the two verbs lie on the two pipes. Socket.IO: `command` with an ack, `event` without. SSE + POST: the stream is
 * opened by POSTing `hello`; its first message is the ack of that hello, each later one an event.
 */
import type { Ack } from "./decode.ts";
import type { Event } from "./events.ts";

/** Socket.IO maps: `Server<ClientToRelay, RelayToClient>`. */
export type ClientToRelay = { command: (frame: unknown, ack: (answer: Ack) => void) => void };
export type RelayToClient = { event: (frame: Event) => void };

/** Socket.IO path. A path of our own keeps another Socket.IO server on the same host out of the way. */
export const SOCKET_PATH = "/v1/socket";
/** POST `hello` here; the answer is `text/event-stream`. */
export const STREAM_PATH = "/v1/stream";
/** POST any other command here with `Authorization: Bearer <token>`; the answer is an ack as JSON. */
export const COMMAND_PATH = "/v1/command";

/** SSE `event:` of the first message; its data is `Ack<Welcome>`. */
export const SSE_WELCOME = "welcome";
/** SSE `event:` of every later message; its data is an event, and a durable one has `id: <epoch>.<seq>`. */
export const SSE_EVENT = "event";

export function sseIdOf(epoch: string, event: Event): string | undefined {
  return "seq" in event ? `${epoch}.${event.seq}` : undefined;
}
