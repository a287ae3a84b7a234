/**
 * A stock Socket.IO server for comparison, as its documentation has it: writes what it is told into a file (argument 1), echoes an ack and
 * sends a reply. With `recovery` as argument 3 connection state recovery is on. Listens on the port of argument 2. Holds no other promise.
 */
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";
import { Server } from "socket.io";
import { replyTo } from "../rig/nlu-stub.ts";

const [file = "", port = "0", recovery] = process.argv.slice(2);
const http = createServer();
const io = new Server(http, {
  transports: ["websocket"],
  serveClient: false,
  ...(recovery === "recovery" ? { connectionStateRecovery: {} } : {}),
});
io.on("connection", (socket) => {
  socket.on("message", (text: string, ack?: () => void) => {
    appendFileSync(file, `${JSON.stringify(text)}\n`);
    ack?.();
    // An answer takes a moment; it goes to where the question came from.
    setTimeout(() => io.to(socket.id).emit("reply", replyTo(text)), 5);
  });
});
http.listen(Number(port), "127.0.0.1", () => process.stdout.write("ready\n"));
