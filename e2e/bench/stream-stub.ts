/** A service that streams answers, as a process of its own: every piece says when it was written, Unix milliseconds with fractions. */
import { createServer } from "node:http";

export const PIECES = 150;
/** As fast as a model writes. */
const PACE_MS = 20;

createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    let piece = 0;
    const timer = setInterval(() => {
      piece += 1;
      if (response.destroyed) return clearInterval(timer);
      response.write(`${JSON.stringify({ type: "delta", text: `${(performance.timeOrigin + performance.now()).toFixed(2)} ` })}\n`);
      if (piece < PIECES) return;
      clearInterval(timer);
      response.end(`${JSON.stringify({ type: "done" })}\n`);
    }, PACE_MS);
  });
}).listen(0, "127.0.0.1", function ready(this: { address(): unknown }) {
  process.stdout.write(`${JSON.stringify(this.address())}\n`);
});
