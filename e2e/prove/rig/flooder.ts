/**
 * A flood, as a process of its own: `node flooder.ts PORT MS SITE NET`. Connects 2,000 times a second from loopback addresses of its own, holds handshakes that
 * never end, and sends 10,000 messages a second on links of its own. NET is the third
 * part of its loopback addresses: ports that a flood before has used up do not slow the next. Bounded in time and count; prints what it managed as JSON. PORT may be
 * a sink that is no relay: then it costs the machine the same and nobody else.
 */
import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { newId, PROTOCOL_VERSION, SOCKET_PATH } from "@allhours/protocol";
import { createFrameReader, textFrame } from "../../bench/frames.ts";

const [port = "0", ms = "5000", site = "", net = "0"] = process.argv.slice(2);
const until = performance.now() + Number(ms);
/** Two addresses: one that connects and dawdles, one that has links and talks. */
const [DIALLER, TALKER] = [`127.0.${net}.2`, `127.0.${net}.3`];
const CONNECTS_PER_SECOND = 2_000;
const MESSAGES_PER_SECOND = 10_000;
const SLOW = 200;
const done = { connects: 0, refused: 0, slow: 0, messages: 0, links: 0, linksClosed: 0 };
const open = new Set<Socket>();

function dial(from: string, onOpen: (socket: Socket) => void): void {
  const socket = connect({ host: "127.0.0.1", port: Number(port), localAddress: from, noDelay: true });
  open.add(socket);
  socket.on("error", () => (done.refused += 1));
  socket.on("close", () => open.delete(socket));
  socket.once("connect", () => onOpen(socket));
}

async function connects(): Promise<void> {
  const from = performance.now();
  for (let n = 0; performance.now() < until;) {
    const due = ((performance.now() - from) / 1_000) * CONNECTS_PER_SECOND;
    for (; n < due; n += 1) {
      done.connects += 1;
      dial(DIALLER, (socket) => {
        socket.write(`GET ${SOCKET_PATH}/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n`);
        // Reset, so that its port is free again at once.
        setTimeout(() => socket.resetAndDestroy(), 200);
      });
    }
    await wait(2);
  }
}

async function slowHandshakes(): Promise<void> {
  while (performance.now() < until) {
    while (done.slow < SLOW) {
      done.slow += 1;
      dial(DIALLER, (socket) => {
        socket.write("GET / HTTP/1.1\r\nX-Slow: ");
        const drip = setInterval(() => (socket.destroyed ? clearInterval(drip) : socket.write("x")), 500);
      });
    }
    await wait(100);
  }
}

/** A link as a visitor has one, opened again whenever it is closed. */
async function messages(): Promise<void> {
  let live: { socket: Socket; conversationId: string } | undefined;
  let opening = false;
  const begin = (): void => {
    opening = true;
    dial(TALKER, (socket) => {
      let upgraded = false;
      const read = createFrameReader(
        (text) => {
          if (text.startsWith("0{")) socket.write(textFrame("40"));
          else if (text.startsWith("40"))
            socket.write(textFrame(`421["command",${JSON.stringify({ type: "hello", version: PROTOCOL_VERSION, site })}]`));
          else if (text.startsWith("431[")) {
            const conversationId = /"conversationId":"([0-9a-f-]{36})"/.exec(text)?.[1];
            if (conversationId !== undefined) live = { socket, conversationId };
            done.links += 1;
          } else if (text === "2") socket.write(textFrame("3"));
        },
        () => socket.destroy(),
      );
      socket.on("close", () => {
        opening = false;
        if (live?.socket === socket) {
          live = undefined;
          done.linksClosed += 1;
        }
      });
      socket.on("data", (chunk: Buffer) => {
        if (upgraded) return read(chunk);
        const end = chunk.indexOf("\r\n\r\n");
        if (end < 0) return;
        upgraded = true;
        if (chunk.length > end + 4) read(chunk.subarray(end + 4));
      });
      socket.write(
        `GET ${SOCKET_PATH}/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
      );
    });
  };
  const from = performance.now();
  for (let n = 0; performance.now() < until;) {
    if (live === undefined && !opening) begin();
    const due = ((performance.now() - from) / 1_000) * MESSAGES_PER_SECOND;
    for (; n < due; n += 1) {
      const frame = `42${n + 10}["command",{"type":"message-send","id":"${newId()}","conversationId":"${live?.conversationId ?? newId()}","parts":[{"type":"text","text":"flood"}]}]`;
      // Without a link it is made all the same: the generator's own cost stays what it is.
      const bytes = textFrame(frame);
      if (live !== undefined && live.socket.writable) {
        live.socket.write(bytes);
        done.messages += 1;
      }
    }
    await wait(2);
  }
}

await Promise.all([connects(), slowHandshakes(), messages()]);
for (const socket of open) socket.resetAndDestroy();
process.stdout.write(`${JSON.stringify(done)}\n`);
process.exit(0);
