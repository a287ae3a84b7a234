/**
 * A TCP proxy that does harm on request: to whole connections (cut, stall, black hole), to WebSocket frames (drop, duplicate, swap,
 * truncate, flip, split), chosen by a rule of the scenario. Counts every fault it commits. Loopback only; knows no Socket.IO.
 */
import { once } from "node:events";
import { createServer, connect, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import type { Random } from "../random.ts";
import { createFrameSplitter, type Piece } from "./frames.ts";

export type Direction = "up" | "down";
/**
 * `drop`: the frame is lost. `duplicate`: it comes twice. `swap`: it changes places with the next one of its direction. `truncate`: half of it
 * comes, then the connection is cut. `flip`: one bit of it is changed. `split`: it comes byte by byte. `cut`: the connection is reset in its place.
 */
export type FrameFault = "drop" | "duplicate" | "swap" | "truncate" | "flip" | "split" | "cut";
export type FrameView = {
  direction: Direction;
  opcode: number;
  readonly text: string;
  /** Of this direction of this connection, from 1. */ index: number;
  connection: number;
};
/** Asked for each frame; `undefined` lets it pass. */
export type Rule = (frame: FrameView) => FrameFault | undefined;

export interface ChaosProxy {
  /** As http://127.0.0.1:40123. */
  readonly url: string;
  readonly port: number;
  /** Where new connections lead. */
  target(port: number): void;
  /** `undefined`: frames pass untouched. */
  rule(rule: Rule | undefined): void;
  /** Resets (RST) every connection, or those for which `which` says so; gives how many. */
  cut(which?: (connection: number) => boolean): number;
  /** Nothing passes for `ms`, then everything that came meanwhile. */
  stall(ms: number): void;
  /**
   * From now on nothing passes and nothing is read; the connections stay up. `existing`: those open now. `all`: new ones are
   * taken and left silent too, until `open`.
   */
  blackHole(which: "existing" | "all"): void;
  /** Ends a black hole for new connections; the old ones stay silent. */
  open(): void;
  /** Refuses (resets) new connections while true. */
  refuse(on: boolean): void;
  /** By kind, since the start. */
  readonly faults: Readonly<Record<string, number>>;
  readonly connections: number;
  /** Connections taken since the start. */
  readonly made: number;
  /** Resets the connections a black hole left silent. */
  endSilent(): void;
  close(): Promise<void>;
}

type Lane = { client: Socket; relay: Socket; number: number; silent: boolean; stalled: boolean };

/**
 * Listens on a free port of 127.0.0.1. `port`: where it leads at first. With `frames: false` (HTTP, SSE) bytes are not taken apart, and
 * rules do not apply.
 */
export async function createChaosProxy(options: { port: number; random: Random; frames?: boolean | undefined }): Promise<ChaosProxy> {
  const { random, frames = true } = options;
  const lanes = new Set<Lane>();
  const faults: Record<string, number> = {};
  let target = options.port;
  let rule: Rule | undefined;
  let silent = false;
  let refusing = false;
  let made = 0;
  const count = (kind: string): void => void (faults[kind] = (faults[kind] ?? 0) + 1);

  const server = createServer({ pauseOnConnect: true, noDelay: true }, (client) => {
    client.on("error", () => {});
    if (refusing) {
      count("refuse");
      client.resetAndDestroy();
      return;
    }
    if (silent) {
      count("black hole");
      // Taken, never read: what a dead network looks like from outside.
      const lane: Lane = { client, relay: client, number: (made += 1), silent: true, stalled: false };
      lanes.add(lane);
      client.once("close", () => lanes.delete(lane));
      return;
    }
    const relay = connect({ port: target, host: "127.0.0.1", noDelay: true });
    const lane: Lane = { client, relay, number: (made += 1), silent: false, stalled: false };
    lanes.add(lane);
    relay.on("error", () => {});
    relay.once("connect", () => {
      pump(lane, "up");
      pump(lane, "down");
    });
    for (const [one, other] of [
      [client, relay],
      [relay, client],
    ] as const) {
      one.once("close", () => {
        lanes.delete(lane);
        // A silent lane tells neither end that the other is gone.
        if (!lane.silent) other.destroy();
      });
      one.once("end", () => {
        if (!lane.silent) other.end();
      });
    }
  });

  function pump(lane: Lane, direction: Direction): void {
    const [from, to] = direction === "up" ? [lane.client, lane.relay] : [lane.relay, lane.client];
    const split = createFrameSplitter();
    let held: Buffer | undefined;
    let index = 0;
    const write = (bytes: Buffer): void => {
      if (to.writable && !to.write(bytes)) {
        from.pause();
        to.once("drain", () => {
          if (!lane.stalled && !lane.silent) from.resume();
        });
      }
    };
    const harm = (piece: Extract<Piece, { kind: "frame" }>): void => {
      const view: FrameView = {
        direction,
        opcode: piece.opcode,
        get text() {
          return piece.text();
        },
        index: (index += 1),
        connection: lane.number,
      };
      const fault = rule?.(view);
      let { bytes } = piece;
      if (fault !== undefined) count(fault);
      switch (fault) {
        case "drop":
          return;
        case "swap":
          if (held === undefined) {
            held = bytes;
            return;
          }
          break;
        case "duplicate":
          bytes = Buffer.concat([bytes, bytes]);
          break;
        case "truncate":
          write(bytes.subarray(0, Math.ceil(bytes.length / 2)));
          setImmediate(() => reset(lane));
          return;
        case "cut":
          reset(lane);
          return;
        case "flip": {
          bytes = Buffer.from(bytes);
          const bit = random.int(0, bytes.length * 8 - 1);
          bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
          break;
        }
        case "split":
          for (let at = 0; at < bytes.length; at += 1) write(bytes.subarray(at, at + 1));
          bytes = Buffer.alloc(0);
          break;
        case undefined:
      }
      if (bytes.length > 0) write(bytes);
      if (held !== undefined) {
        write(held);
        held = undefined;
      }
    };
    from.on("data", (chunk: Buffer) => {
      if (lane.silent) return;
      if (!frames) return write(chunk);
      for (const piece of split(chunk)) {
        if (piece.kind === "http") write(piece.bytes);
        else harm(piece);
      }
    });
    if (!lane.stalled && !lane.silent) from.resume();
  }

  function reset(lane: Lane): void {
    lanes.delete(lane);
    lane.silent = false;
    lane.client.resetAndDestroy();
    lane.relay.resetAndDestroy();
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    target(next) {
      target = next;
    },
    rule(next) {
      rule = next;
    },
    cut(which = () => true) {
      const hit = [...lanes].filter((lane) => which(lane.number));
      for (const lane of hit) {
        count("cut");
        reset(lane);
      }
      return hit.length;
    },
    stall(ms) {
      count("stall");
      const held = [...lanes].filter((lane) => !lane.silent);
      for (const lane of held) {
        lane.stalled = true;
        lane.client.pause();
        lane.relay.pause();
      }
      setTimeout(() => {
        for (const lane of held) {
          lane.stalled = false;
          if (lane.silent) continue;
          lane.client.resume();
          lane.relay.resume();
        }
      }, ms);
    },
    blackHole(which) {
      for (const lane of lanes) {
        if (lane.silent) continue;
        count("black hole");
        lane.silent = true;
        lane.client.pause();
        lane.relay.pause();
      }
      silent = which === "all";
    },
    open() {
      silent = false;
    },
    refuse(on) {
      refusing = on;
    },
    faults,
    get connections() {
      return [...lanes].filter((lane) => !lane.silent).length;
    },
    get made() {
      return made;
    },
    endSilent() {
      for (const lane of lanes) if (lane.silent) reset(lane);
    },
    async close() {
      for (const lane of lanes) reset(lane);
      server.close();
      await once(server, "close");
    },
  };
}
