/**
 * Fuzz: a hundred thousand wrong frames at each door. Whatever comes, it is answered by a code or the link is closed; the relay lives, stores
 * nothing that was not valid, and a visitor beside it notices nothing.
 */
import { connect, type Socket } from "node:net";
import { Agent, request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import {
  COMMAND_PATH,
  decodeAck,
  decodeCommand,
  decodeEvent,
  decodeHistory,
  decodeWelcome,
  isWireErrorCode,
  newId,
  SOCKET_PATH,
  STREAM_PATH,
} from "@allhours/protocol";
import { textFrame } from "../../bench/frames.ts";
import { createClient, rssBytesOf } from "../../client/index.ts";
import { quantile } from "../../eval/score.ts";
import { commandSeeds, eventSeeds, helloSeeds, inboundSeeds } from "../fuzz/seeds.ts";
import { mutate, mutateBytes } from "../fuzz/mutate.ts";
import { checkLedger } from "../ledger.ts";
import type { Random } from "../random.ts";
import { ackTimes } from "../rig/ack-times.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { createDesk } from "../rig/desk.ts";
import { createNluStub } from "../rig/nlu-stub.ts";
import { createRelayRig, SITE } from "../rig/relay.ts";
import { sightingsOf, storedMessages } from "../rig/store-witness.ts";
import { createVisitor } from "../rig/visitor.ts";
import { until } from "../rig/waiting.ts";
import { exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";

const framesOf = (form: string): number => (form === "short" ? 1_500 : 100_000);

/** Reads wrong frames in this process: nothing throws, nothing pollutes, what is read reads as itself again. */
function decoders(count: number, random: Random): { frames: number; wrong: string[] } {
  const commands = commandSeeds();
  const events = eventSeeds();
  const wrong: string[] = [];
  const anything = (value: unknown): { ok: true; value: unknown } => ({ ok: true, value });
  for (let n = 0; n < count; n += 1) {
    const text = mutate(random.pick(n % 2 === 0 ? commands : events), random);
    let frame: unknown = text;
    try {
      frame = JSON.parse(text);
    } catch {
      // Not JSON: the decoders get the text itself.
    }
    try {
      const command = decodeCommand(frame);
      if (command.ok && !decodeCommand(JSON.parse(JSON.stringify(command.value))).ok)
        wrong.push(`a command reads once only: ${text.slice(0, 200)}`);
      if (!command.ok && !isWireErrorCode(command.error.code)) wrong.push(`a code nobody knows: ${String(command.error.code)}`);
      const event = decodeEvent(frame);
      if (
        event.ok &&
        event.value !== undefined &&
        event.value.type !== "unknown" &&
        !decodeEvent(JSON.parse(JSON.stringify(event.value))).ok
      )
        wrong.push(`an event reads once only: ${text.slice(0, 200)}`);
      decodeWelcome(frame);
      decodeHistory(frame);
      decodeAck(frame, anything);
    } catch (error) {
      wrong.push(`${String(error)}: ${text.slice(0, 200)}`);
    }
    if (({} as { polluted?: unknown }).polluted !== undefined) {
      wrong.push(`polluted by ${text.slice(0, 200)}`);
      break;
    }
  }
  return { frames: count, wrong };
}

type Answers = { sent: number; byStatus: Record<string, number>; wrong: string[] };
const tally = (): Answers => ({ sent: 0, byStatus: {}, wrong: [] });

/** POSTs bodies, many at once. Judged: a status below 500 (503 with a code is an answer too) and, below 500, a coded body. */
async function posts(
  port: number,
  count: number,
  next: (n: number) => { path: string; headers: Record<string, string>; body: Buffer | string },
): Promise<Answers> {
  const agent = new Agent({ keepAlive: true, maxSockets: 24 });
  const answers = tally();
  const one = async (n: number): Promise<void> => {
    const { path, headers, body } = next(n);
    answers.sent += 1;
    await new Promise<void>((resolve) => {
      const call = request(
        {
          host: "127.0.0.1",
          port,
          path,
          method: "POST",
          agent,
          headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body), ...headers },
        },
        (response) => {
          const status = String(response.statusCode);
          answers.byStatus[status] = (answers.byStatus[status] ?? 0) + 1;
          // A hello that was good after all opens a stream: one look, then it is closed.
          if (response.headers["content-type"]?.startsWith("text/event-stream") === true) {
            response.destroy();
            return resolve();
          }
          let text = "";
          response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
          response.on("end", () => {
            const code = /"code":"([a-z-]+)"/.exec(text)?.[1];
            if (Number(status) >= 500 && code !== "store-unavailable" && code !== "draining")
              answers.wrong.push(`${status} ${text.slice(0, 120)}`);
            else if (Number(status) >= 400 && code === undefined) answers.wrong.push(`${status} without a code: ${text.slice(0, 120)}`);
            resolve();
          });
          response.on("error", () => resolve());
        },
      );
      call.on("error", () => {
        answers.byStatus["closed"] = (answers.byStatus["closed"] ?? 0) + 1;
        resolve();
      });
      call.end(body);
    });
  };
  let n = 0;
  await Promise.all(
    Array.from({ length: 24 }, async () => {
      while (n < count) await one((n += 1));
    }),
  );
  agent.destroy();
  return answers;
}

/** Frames on raw WebSockets: wrong Socket.IO packets and wrong bytes. A link that is closed is opened again. */
async function sockets(port: number, count: number, random: Random, conversationId: string, token: string): Promise<Answers> {
  const answers = tally();
  const seeds = commandSeeds(conversationId);
  const open = async (): Promise<Socket | undefined> => {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    socket.on("error", () => {});
    let heard = "";
    socket.on("data", (piece: Buffer) => (heard = (heard + piece.toString("latin1")).slice(-4_000)));
    socket.write(
      `GET ${SOCKET_PATH}/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    );
    if (!(await until(() => heard.includes('0{"sid"'), 5_000, 2))) return undefined;
    socket.write(textFrame("40"));
    if (!(await until(() => heard.includes('40{"sid"'), 5_000, 2))) return undefined;
    socket.write(textFrame(`421["command",${JSON.stringify({ type: "hello", version: 1, site: SITE, token })}]`));
    await until(() => heard.includes("431["), 5_000, 2);
    return socket;
  };
  const worker = async (chance: Random): Promise<void> => {
    let socket: Socket | undefined;
    while (answers.sent < count) {
      if (socket === undefined || socket.destroyed || !socket.writable) {
        socket = await open();
        answers.byStatus["links"] = (answers.byStatus["links"] ?? 0) + 1;
        if (socket === undefined) {
          answers.wrong.push("no link could be opened");
          return;
        }
      }
      answers.sent += 1;
      const text = mutate(chance.pick(seeds), chance);
      const packet = chance.pick([
        `42${chance.int(0, 9_999)}["command",${text}]`,
        `42["command",${text}]`,
        text,
        `4${text}`,
        `45${chance.int(0, 9)}-["command",${text}]`,
      ]);
      const frame = textFrame(packet);
      socket.write(chance.chance(0.3) ? mutateBytes(frame, chance) : frame);
      if (answers.sent % 50 === 0) await wait(1);
    }
    socket?.destroy();
  };
  await Promise.all(Array.from({ length: 8 }, async (_, index) => worker(random.fork(`worker${index}`))));
  return answers;
}

async function run({ form, random, note }: Context): Promise<Outcome> {
  const count = framesOf(form);
  return withCleanup(async ({ keep }) => {
    const stub = keep(await createNluStub(), (one) => one.close());
    const desk = keep(await createDesk(), (one) => one.close());
    const relay = keep(await createRelayRig({ nluUrl: stub.url, region: desk.region }), (one) => one.close());
    const { pid, port } = relay;
    const visitor = keep(createVisitor({ name: "beside", relays: [relay.url], random: random.fork("beside") }), (one) => one.chat.close());
    if (!(await until(() => visitor.chat.getState().connection.status === "online", 20_000))) throw new Error("no link");
    const client = keep(createClient({ url: relay.url, site: SITE, pipe: "socketio" }), (one) => one.close());
    const welcome = await client.hello();
    if (!welcome.ok) throw new Error("hello was refused");
    const { token, conversationId } = welcome.value;
    await client.command({ type: "handoff-request", id: newId(), conversationId });
    if (!(await until(() => desk.taken.length > 0, 10_000))) throw new Error("the case was not offered");
    const caseId = desk.taken[0]?.data.caseId ?? "";
    const quiet = await ackTimes([visitor], 60);

    const inProcess = decoders(count, random.fork("decoders"));
    note(`decoders: ${inProcess.wrong.length} wrong`);
    const load = { on: true };
    const busy: number[] = [];
    const beside = (async () => {
      while (load.on) {
        busy.push(...(await ackTimes([visitor], 1)));
        await wait(200);
      }
    })();
    const rssBefore = (await rssBytesOf(pid)) ?? 0;
    const commands = commandSeeds(conversationId);
    const chance = random.fork("posts");
    const command = await posts(port, count, () => ({
      path: COMMAND_PATH,
      headers: { authorization: `Bearer ${chance.chance(0.9) ? token : "x".repeat(30)}` },
      body: chance.chance(0.2) ? mutateBytes(Buffer.from(chance.pick(commands)), chance) : mutate(chance.pick(commands), chance),
    }));
    note(`POST: ${JSON.stringify(command.byStatus)}`);
    const hellos = helloSeeds(SITE);
    const stream = await posts(port, count, () => ({ path: STREAM_PATH, headers: {}, body: mutate(chance.pick(hellos), chance) }));
    note(`SSE: ${JSON.stringify(stream.byStatus)}`);
    const inbounds = inboundSeeds(caseId, conversationId);
    const inbound = await posts(port, count, () => {
      const body = mutate(chance.pick(inbounds), chance);
      const headers = chance.chance(0.85)
        ? desk.sign(body)
        : { "webhook-id": mutate("id", chance).replaceAll(/[^ -~]/g, "") || "x", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA" };
      return { path: "/v1/inbound/desk", headers, body };
    });
    note(`inbound: ${JSON.stringify(inbound.byStatus)}`);
    const raw = await sockets(port, count, random.fork("sockets"), conversationId, token);
    note(`sockets: ${JSON.stringify(raw.byStatus)}`);
    load.on = false;
    await beside;
    await until(() => visitor.waiting() === 0 && visitor.answered() >= visitor.sent.length, 20_000);
    const rss = ((await rssBytesOf(pid)) ?? 0) - rssBefore;
    const wrong = [...inProcess.wrong, ...command.wrong, ...stream.wrong, ...inbound.wrong, ...raw.wrong];
    for (const text of wrong.slice(0, 10)) process.stderr.write(`${text}\n`);
    const stored = storedMessages(relay.databaseFile);
    const p99 = (list: number[]): number =>
      quantile(
        [...list].sort((one, other) => one - other),
        0.99,
      ) ?? 0;
    const ready = (await fetch(`${relay.url}/readyz`)).status;
    const frames = inProcess.frames + command.sent + stream.sent + inbound.sent + raw.sent;
    return {
      faults: { "wrong frames": frames },
      ledgers: [
        {
          name: "a visitor beside it",
          report: checkLedger(visitor.sent, [
            { name: "store", saw: sightingsOf(stored, "visitor") },
            { name: "adapter", saw: stub.asked.filter(({ sender }) => sender === "beside") },
            { name: "page", saw: visitor.shown("visitor") },
          ]),
        },
      ],
      checks: [
        exactly("answers that were no answer, throws, pollution", wrong.length, 0),
        exactly("the same relay process, and ready", relay.pid === pid && ready === 200 ? "yes" : "no", "yes"),
        exactly(
          "stored messages that nobody could have sent",
          stored.filter(({ author }) => !["visitor", "bot", "agent"].includes(author)).length,
          0,
        ),
        { name: "memory grown by", measured: `${(rss / 1_048_576).toFixed(0)} MB`, wanted: "<= 250 MB", ok: rss <= 250 * 1_048_576 },
      ],
      facts: [
        {
          name: "ack p99 of the visitor beside it",
          value: `${p99(busy).toFixed(1)} ms, ${p99(quiet).toFixed(1)} ms before; both cores are busy with fuzzing`,
        },
      ],
    };
  });
}

export const scenarios: Scenario[] = [
  {
    id: "P12 fuzz",
    promise: "Wrong frames are answered or end their own link",
    proof: (form) =>
      `${framesOf(form).toLocaleString("en")} mutated frames each: decoders, POST, SSE, a desk's signed webhooks, raw WebSockets`,
    lane: "alone",
    run,
  },
];
