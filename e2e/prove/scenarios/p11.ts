/** P11: a streamed answer ends whole, or is told to be broken. The service is killed in the middle of answers, and the page is cut off from them. */
import { setTimeout as wait } from "node:timers/promises";
import { textOf } from "@allhours/protocol";
import { freePort } from "@allhours/relay/testing";
import { createChaosProxy } from "../chaos/proxy.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { startProcess } from "../rig/processes.ts";
import { createRelayRig } from "../rig/relay.ts";
import { storedMessages } from "../rig/store-witness.ts";
import { createVisitor, type Visitor } from "../rig/visitor.ts";
import { until } from "../rig/waiting.ts";
import { atLeast, exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";

const figuresOf = (form: string): { kills: number; cuts: number; visitors: number } =>
  form === "short" ? { kills: 5, cuts: 5, visitors: 4 } : { kills: 200, cuts: 200, visitors: 8 };

/** The visitor's page has a streamed answer that is still growing. */
const isStreaming = (visitor: Visitor): boolean =>
  visitor.chat.getState().timeline.some((item) => item.kind === "message" && item.streaming === true);

async function run({ form, random, note }: Context): Promise<Outcome> {
  const { kills, cuts, visitors: count } = figuresOf(form);
  return withCleanup(async ({ keep }) => {
    const port = await freePort();
    const stub = keep(await startProcess("stub-process.ts", [String(port), "stream"]), (one) => one.kill());
    const relay = keep(await createRelayRig({ nluUrl: `http://127.0.0.1:${port}/nlu`, region: { giveUpsBeforeHandoff: 10 } }), (one) =>
      one.close(),
    );
    const road = keep(await createChaosProxy({ port: relay.port, random: random.fork("road") }), (one) => one.close());
    let deltas = 0;
    road.rule(({ direction, text }) => void (direction === "down" && text.includes('"message-delta"') && (deltas += 1)));
    const visitors = Array.from({ length: count }, (_, index) =>
      keep(createVisitor({ name: `p${index}`, relays: [road.url], random: random.fork(`p${index}`) }), (one) => one.chat.close()),
    );
    const done = { kill: 0, cut: 0 };
    /** Texts a page showed as a finished answer although the log has no such entry. */
    const ghosts: string[] = [];
    for (let round = 0; done.kill < kills || done.cut < cuts; round += 1) {
      await Promise.all(visitors.map(async (visitor) => visitor.say()));
      if (!(await until(() => visitors.some(isStreaming), 20_000, 5))) continue;
      await wait(random.int(0, 350));
      const streaming = visitors.filter(isStreaming).length;
      if (streaming > 0 && done.kill <= done.cut && done.kill < kills) {
        await stub.kill();
        done.kill += streaming;
        await stub.start();
      } else if (streaming > 0) {
        road.cut();
        done.cut += streaming;
      }
      const answered = await until(
        () => visitors.every((visitor) => visitor.waiting() === 0 && visitor.answered() >= visitor.sent.length && !isStreaming(visitor)),
        60_000,
        20,
      );
      if (!answered) throw new Error(`round ${round}: not every question was answered`);
      if (round % 20 === 19) note(`${done.kill} answers killed, ${done.cut} cut`);
    }
    const stored = new Map(storedMessages(relay.databaseFile).map((message) => [message.id, message.text]));
    let whole = 0;
    let broken = 0;
    for (const visitor of visitors) {
      for (const item of visitor.chat.getState().timeline) {
        if (item.kind !== "message" || item.author.kind !== "bot" || item.inReplyTo === undefined) continue;
        const text = textOf(item.parts);
        if (item.seq === 0 || stored.get(item.id) !== text) ghosts.push(`${item.id}: ${text.slice(0, 60)}`);
        else if (/#\d+\]/.test(text)) whole += 1;
        else broken += 1;
      }
    }
    const questions = visitors.reduce((sum, visitor) => sum + visitor.sent.length, 0);
    return {
      faults: { "answers whose service was killed": done.kill, "answers whose page was cut off": done.cut },
      checks: [
        exactly("answers that differ from the store, byte for byte", ghosts.length, 0),
        exactly("answers shown, whole or told to be broken", whole + broken, questions),
        atLeast("pieces streamed", deltas, 20),
        atLeast("answers that were whole in the end", whole, 1),
        atLeast("answers told to be broken", broken, 1),
      ],
      facts: [{ name: "of all answers", value: `${whole} whole, ${broken} told to be broken` }],
    };
  });
}

export const scenarios: Scenario[] = [
  {
    id: "P11",
    promise: "A streamed answer ends whole, or is told to be broken",
    proof: (form) => `the service killed under ${figuresOf(form).kills} growing answers, the page cut off from ${figuresOf(form).cuts}`,
    run,
  },
];
