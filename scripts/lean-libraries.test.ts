/** What stands in the place of a library's own module answers as that module does, for all the widget sends and asks. */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { webSocketOnly } from "./lean-libraries.ts";

const modules = new URL("../node_modules/", import.meta.url);

/** The library's module and our replacement of it. */
async function both(path: string): Promise<[theirs: never, ours: never]> {
  const file = new URL(path, modules);
  const load = webSocketOnly().load as (id: string) => string | null;
  const source = load(fileURLToPath(file)) ?? "";
  const complete = source.replaceAll(/from "\.\//g, `from "${new URL(".", file).href}`);
  return Promise.all([import(file.href), import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(complete)}`)]) as Promise<
    [never, never]
  >;
}

describe("addresses", () => {
  it.each([
    "https://relay.example",
    "http://localhost:8787",
    "https://relay.example:8443/eu",
    "wss://[2001:db8::1]:9000/",
    "https://relay.example/?region=eu&tier=1",
  ])("reads %s", async (address) => {
    type Parser = { parse(address: string): Record<string, unknown> };
    const [theirs, ours] = (await both("engine.io-client/build/esm/contrib/parseuri.js")) as [Parser, Parser];
    const { protocol, host, port, path, query, queryKey, source } = theirs.parse(address);
    expect(ours.parse(address)).toEqual({ protocol, host, port, path: path === "" ? "/" : path, query, queryKey, source });
  });
});

describe("frames", () => {
  it.each(["open", "close", "ping", "pong", "message"])("writes and reads %s", async (type) => {
    type Writer = { encodePacket(packet: object, binary: boolean, done: (frame: string) => void): void };
    type Reader = { decodePacket(frame: unknown, binaryType: string): object };
    const write = (writer: Writer, packet: object): string => {
      let written = "";
      writer.encodePacket(packet, true, (frame) => (written = frame));
      return written;
    };
    const [theirWriter, ourWriter] = (await both("engine.io-parser/build/esm/encodePacket.js")) as [Writer, Writer];
    const [theirReader, ourReader] = (await both("engine.io-parser/build/esm/decodePacket.js")) as [Reader, Reader];
    const packet = { type, data: '2["event",{"text":"¿Sí? 🙂"}]' };
    const frame = write(ourWriter, packet);
    expect(frame).toBe(write(theirWriter, packet));
    expect(ourReader.decodePacket(frame, "arraybuffer")).toEqual(theirReader.decodePacket(frame, "arraybuffer"));
    expect(write(ourWriter, { type })).toBe(write(theirWriter, { type }));
    expect(ourReader.decodePacket("", "arraybuffer")).toEqual({ type: "error", data: "parser error" });
    expect(ourReader.decodePacket(new ArrayBuffer(4), "arraybuffer")).toEqual({ type: "error", data: "parser error" });
  });
});
