/**
 * The Socket.IO pipe: transport only. WebSocket alone, no polling, no compression, no recovery, no retries of its own
 * (docs/decisions/0001). The origin is checked in `allowRequest`, before a session exists: CORS does not guard WebSockets.
 */
import type { Server as HttpServer } from "node:http";
import { Server, type Socket } from "socket.io";
import { refusal, LIMITS, SOCKET_PATH, withSum, type Ack, type ClientToRelay, type Event, type RelayToClient } from "@allhours/protocol";
import type { Clock } from "../observe/clock.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Session } from "../store/store.ts";
import type { Door } from "./door.ts";
import { type Limits } from "./limits.ts";
import { createBuckets } from "../routing/buckets.ts";
import { originAllowed, type Peer } from "./origin.ts";
import { createGather, frameOf } from "./outgoing.ts";

/** A reader this far behind is closed, resumably: bytes waiting in its socket. */
export const SLOW_READER_BYTES = 1024 * 1024;

/** A link that is refused for its haste more often than this is closed: so many at once, and so many a second. */
const FLOOD = { refusals: 200, perSecond: 20 } as const;

/** Hellos with a token or a ticket that nobody knows, on one link; then it ends, and the next try is a new link, which is counted. */
const MOST_UNKNOWN = 5;

type SocketData = { peer: Peer; origin: string | undefined; leaveAddress: () => void };
type OurSocket = Socket<ClientToRelay, RelayToClient, Record<string, never>, SocketData>;

/** What is used of the WebSocket below Engine.IO. */
type RawSocket = { bufferedAmount: number; send(frame: string): void };

/** Packets Engine.IO holds until its last write has returned. */
function writeBufferOf(conn: OurSocket["conn"]): number {
  return (conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length;
}

export type SocketGateway = { close(): Promise<void> };

export function attachSocketIo(
  server: HttpServer,
  deps: {
    door: Door;
    limits: () => Limits;
    peer: (address: string, header: (name: string) => string | undefined) => Peer;
    origins: () => { allowed: ReadonlySet<string>; dev: boolean };
    metrics: Metrics;
    clock: Clock;
    draining: () => boolean;
  },
): SocketGateway {
  const io = new Server<ClientToRelay, RelayToClient, Record<string, never>, SocketData>(server, {
    path: SOCKET_PATH,
    transports: ["websocket"],
    serveClient: false,
    allowEIO3: false,
    perMessageDeflate: false,
    httpCompression: false,
    pingInterval: LIMITS.pingIntervalMs,
    pingTimeout: LIMITS.pingTimeoutMs,
    maxHttpBufferSize: LIMITS.frameHardBytes,
    connectTimeout: LIMITS.helloWithinMs,
    allowRequest: (request, decide) => {
      const { allowed, dev } = deps.origins();
      const refuse = (reason: string): void => {
        deps.metrics.refused.inc({ reason });
        decide(reason, false);
      };
      if (deps.draining()) return refuse("draining");
      const { origin } = request.headers;
      if (!originAllowed(origin, allowed, dev)) return refuse("origin-refused");
      const peer = deps.peer(request.socket.remoteAddress ?? "", (name) => single(request.headers[name.toLowerCase()]));
      const leaveAddress = deps.limits().enterAddress(peer.address);
      if (leaveAddress === undefined) return refuse("too-many-links");
      // The socket's end frees the place, whether or not a Socket.IO session ever came of it.
      request.socket.once("close", leaveAddress);
      Object.assign(request, { allhours: { peer, origin, leaveAddress } satisfies SocketData });
      decide(null, true);
    },
  });

  const gather = createGather();
  io.on("connection", (socket) => serve(socket));

  function serve(socket: OurSocket): void {
    const { peer, origin } = (socket.request as unknown as { allhours: SocketData }).allhours;
    const wire = socket.request.socket;
    let session: Session | undefined;
    let leave: (() => void) | undefined;
    let opening = false;
    let unknown = 0;
    let frameBytes = 0;
    const refusals = createBuckets(FLOOD.refusals, FLOOD.perSecond, () => deps.clock.now());
    const close = (): void => {
      socket.disconnect(true);
    };
    const late = deps.clock.after(LIMITS.helloWithinMs, close);
    socket.conn.on("packet", (packet: { data?: unknown }) => {
      frameBytes = typeof packet.data === "string" ? packet.data.length : 0;
    });
    const link = {
      send(event: Event) {
        const { conn } = socket;
        const transport = conn.transport as unknown as { writable: boolean; socket?: RawSocket };
        const raw = transport.socket;
        if ((raw?.bufferedAmount ?? 0) > SLOW_READER_BYTES) return close();
        // Past Socket.IO's own queue only while that is empty: the order of frames stays.
        if (raw === undefined || !transport.writable || !socket.connected || writeBufferOf(conn) > 0) {
          socket.emit("event", withSum(event));
          return;
        }
        gather(wire);
        raw.send(frameOf(event));
      },
      close,
    };

    socket.on("command", (frame: unknown, ack: (answer: Ack) => void) => {
      if (typeof ack !== "function") return;
      const bytes = frameBytes;
      if (session !== undefined) {
        void deps.door.command(frame, bytes, session, socket.id).then((answer) => {
          // Told again and again, and goes on: each refusal costs, so the link ends.
          if (!answer.ok && answer.error.code === "rate-limited" && refusals.take("") > 0) return close();
          gather(wire);
          ack(withSum(answer));
        });
        return;
      }
      if (opening) {
        ack(withSum(refusal("hello-required", "wait for the answer to hello")));
        return;
      }
      opening = true;
      void deps.door.open(frame, bytes, { country: peer.country, origin }, link).then((opened) => {
        opening = false;
        if (!opened.ok) {
          ack(withSum(opened));
          if (opened.error.code === "session-unknown" || opened.error.code === "ticket-unknown") unknown += 1;
          if (unknown >= MOST_UNKNOWN) close();
          return;
        }
        if (!socket.connected) {
          opened.value.leave();
          return;
        }
        late();
        session = opened.value.session;
        leave = opened.value.leave;
        deps.metrics.links.inc({ pipe: "socketio" });
        const { welcome, subscription } = opened.value;
        ack(withSum({ ok: true as const, value: welcome }));
        subscription.release(welcome.events.at(-1)?.seq ?? welcome.head);
      });
    });
    // Anything else a client may emit: told so when it asked for an answer, ignored otherwise.
    (socket as unknown as Socket).onAny((name: string, ...values: unknown[]) => {
      if (name === "command") return;
      const ack = values.at(-1);
      if (typeof ack === "function")
        (ack as (answer: Ack) => void)(refusal("unknown-command", `unknown verb "${name.slice(0, 40)}"; the one verb is "command"`));
    });
    socket.on("disconnect", () => {
      late();
      if (leave === undefined) return;
      leave();
      leave = undefined;
      deps.metrics.links.dec({ pipe: "socketio" });
    });
  }

  return {
    async close() {
      io.disconnectSockets(true);
      io.engine.close();
      await new Promise<void>((resolve) => {
        void io.close(() => resolve());
      });
    },
  };
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
