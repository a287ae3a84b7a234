/** An NLU stub as a process of its own, so that it can be stopped or killed: `node stub-process.ts PORT [stream]`. Says "ready" once it listens. */
import { createServer } from "node:http";
import { replyTo } from "./nlu-stub.ts";

const [port = "0", mode] = process.argv.slice(2);
/** Pieces of a streamed answer, and the time between them, milliseconds. */
const PIECES = 30;
const PACE_MS = 15;

createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (piece: string) => (body += piece));
  request.on("end", () => {
    const reply = replyTo((JSON.parse(body) as { text: string }).text);
    if (mode !== "stream") {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ intents: [], answer: { text: reply } }));
      return;
    }
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    // Long enough that a kill or a cut falls into it; the words at the end are the ledger's.
    const text = `${Array.from({ length: PIECES }, (_, index) => `part ${index} größer 灯 👍🏽`).join("\n")}\n${reply}`;
    const size = Math.ceil(text.length / PIECES);
    let at = 0;
    const timer = setInterval(() => {
      if (response.destroyed) return clearInterval(timer);
      if (at >= text.length) {
        clearInterval(timer);
        response.end(`${JSON.stringify({ type: "done" })}\n`);
        return;
      }
      response.write(`${JSON.stringify({ type: "delta", text: text.slice(at, at + size) })}\n`);
      at += size;
    }, PACE_MS);
  });
}).listen(Number(port), "127.0.0.1", () => process.stdout.write("ready\n"));
