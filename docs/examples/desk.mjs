// A desk with one agent who takes every case and answers every message: docs/quick-start.md. Run: DESK_SECRET=... node desk.mjs
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.DESK_SECRET);
const agent = { id: "ana", name: "Ana", place: "Porto", timezone: "Europe/Lisbon" };

async function tell(type, { caseId, conversationId }, more = {}) {
  const id = randomUUID(); // keep it when you send again: the relay takes one id once
  const now = new Date();
  const body = JSON.stringify({ type, timestamp: now.toISOString(), data: { caseId, conversationId, agent, ...more } });
  const signed = { "webhook-id": id, "webhook-timestamp": `${Math.floor(now / 1000)}`, "webhook-signature": webhook.sign(id, now, body) };
  const headers = { "content-type": "application/json", ...signed };
  const answer = await fetch("http://127.0.0.1:8790/v1/inbound/desk", { method: "POST", headers, body });
  process.stdout.write(`out ${type} ${answer.status}\n`);
}

async function take(request, response) {
  let body = "";
  for await (const piece of request.setEncoding("utf8")) body += piece;
  try {
    const { type, data } = webhook.verify(body, request.headers); // throws when the signature or the time is wrong
    response.writeHead(204).end(); // answer first, work later
    process.stdout.write(`in  ${type}\n`);
    if (type === "handoff.offered") await tell("handoff.accepted", data);
    if (type === "message.created") await tell("message.created", data, { text: `You wrote: ${data.message.text}` });
  } catch {
    if (!response.headersSent) response.writeHead(401).end();
  }
}

createServer((request, response) => void take(request, response)).listen(8791, "127.0.0.1");
