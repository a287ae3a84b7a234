/** The floor: a bare Socket.IO server that gives every command back in its ack. Prints its port as one JSON line; ends on SIGTERM. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { SOCKET_PATH } from "@allhours/protocol";

const http = createServer();
const io = new Server(http, {
  path: SOCKET_PATH,
  transports: ["websocket"],
  serveClient: false,
  perMessageDeflate: false,
  httpCompression: false,
});
io.on("connection", (socket) => {
  socket.on("command", (frame: unknown, ack: (answer: unknown) => void) => ack(frame));
});
http.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${JSON.stringify({ port: (http.address() as AddressInfo).port })}\n`);
});
process.on("SIGTERM", () => process.exit(0));
