import { PassThrough } from "node:stream";
import type { Socket as NetSocket } from "node:net";
import { Encoder, PacketType } from "socket.io-parser";
import { expect, it } from "vitest";
import { withSum, type Event } from "@allhours/protocol";
import { createGather, frameOf } from "./outgoing.ts";

it("writes an event as Socket.IO itself does", () => {
  const event: Event = { type: "goaway", afterMs: 10 };
  const [encoded] = new Encoder().encode({ type: PacketType.EVENT, nsp: "/", data: ["event", withSum(event)] }) as [string];
  expect(frameOf(event)).toBe(`4${encoded}`);
  expect(frameOf({ ...event, afterMs: 20 })).toContain("20");
});

it("gives a socket all of a turn's writes at once, in order", async () => {
  const gather = createGather();
  const socket = new PassThrough();
  const batches: string[][] = [];
  socket._write = (chunk: Buffer, _encoding, done) => {
    batches.push([chunk.toString()]);
    done();
  };
  socket._writev = (chunks, done) => {
    batches.push(chunks.map(({ chunk }) => (chunk as Buffer).toString()));
    done();
  };
  for (const text of ["one", "two", "three"]) {
    gather(socket as unknown as NetSocket);
    socket.write(text);
  }
  expect(batches).toEqual([]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(batches).toEqual([["one", "two", "three"]]);
  gather(socket as unknown as NetSocket);
  socket.write("four");
  await new Promise((resolve) => setImmediate(resolve));
  expect(batches[1]).toEqual(["four"]);
});
