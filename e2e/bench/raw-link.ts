/** One Socket.IO link over a plain TCP socket: handshake, namespace, heartbeat. What the load generator is made of. */
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { createFrameReader, textFrame } from "./frames.ts";

export type RawLink = {
  /** Emits `command` with an ack of this number; `json` is the frame. */
  command(number: number, json: string): void;
  close(): void;
};
export type RawLinkOptions = {
  port: number;
  path: string;
  /** Payload of an ack: the JSON array of its values, Latin-1. */
  onAck: (number: number, json: string) => void;
  /** Payload of an event: the JSON array of name and values, Latin-1. */
  onEvent: (json: string) => void;
  onClose: () => void;
};

/** Resolves when the namespace is connected; rejects when the link ends before. */
export async function openRawLink(options: RawLinkOptions): Promise<RawLink> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port: options.port, noDelay: true });
    let connected = false;
    let upgraded = false;
    const link: RawLink = {
      command: (number, json) => socket.write(textFrame(`42${number}["command",${json}]`)),
      close: () => socket.destroy(),
    };
    const read = createFrameReader(onText, () => socket.destroy());

    // Engine.IO: 0 open, 2 ping, 3 pong, 4 message. Socket.IO inside 4: 0 connect, 2 event, 3 ack.
    function onText(text: string): void {
      const engine = text.charCodeAt(0);
      if (engine === 0x34) onPacket(text);
      else if (engine === 0x30) socket.write(textFrame("40"));
      else if (engine === 0x32) socket.write(textFrame("3"));
    }
    function onPacket(text: string): void {
      const type = text.charCodeAt(1);
      if (type === 0x32) options.onEvent(text.slice(2));
      else if (type === 0x33) {
        const from = text.indexOf("[");
        options.onAck(Number(text.slice(2, from)), text.slice(from));
      } else if (type === 0x30) {
        connected = true;
        resolve(link);
      }
    }

    socket.once("connect", () => {
      socket.write(
        `GET ${options.path}/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${options.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
          `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
      );
    });
    let head = "";
    socket.on("data", (chunk: Buffer) => {
      if (upgraded) {
        read(chunk);
        return;
      }
      head += chunk.toString("latin1");
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      if (!head.startsWith("HTTP/1.1 101")) {
        reject(new Error(`no upgrade: ${head.slice(0, head.indexOf("\r\n"))}`));
        socket.destroy();
        return;
      }
      upgraded = true;
      const rest = Buffer.from(head.slice(end + 4), "latin1");
      if (rest.length > 0) read(rest);
    });
    socket.on("error", reject);
    socket.on("close", () => {
      if (connected) options.onClose();
      else reject(new Error("the link ended before it was connected"));
    });
  });
}
