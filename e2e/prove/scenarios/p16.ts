/** P16: an agent's reply is posted once, also when it is sent again under another request id, at the same time, or a day later. */
import { newId } from "@allhours/protocol";
import { createClient } from "../../client/index.ts";
import { checkLedger, ledgerText, type Sighting } from "../ledger.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { AGENT, createDesk } from "../rig/desk.ts";
import { createRelayRig, SITE } from "../rig/relay.ts";
import { sightingsOf, storedMessages } from "../rig/store-witness.ts";
import { until } from "../rig/waiting.ts";
import { exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";

const figuresOf = (form: string): { cases: number; each: number } => (form === "short" ? { cases: 5, each: 20 } : { cases: 50, each: 100 });
const DAY_MS = 24 * 3_600_000;

async function run({ form, random }: Context): Promise<Outcome> {
  const { cases, each } = figuresOf(form);
  return withCleanup(async ({ keep }) => {
    const desk = keep(await createDesk(), (one) => one.close());
    const env = { ALLHOURS_CLOCK_AHEAD_MS: "0" };
    const relay = keep(
      await createRelayRig({ region: desk.region, entry: new URL("../rig/clocked-relay.ts", import.meta.url).pathname, env }),
      (one) => one.close(),
    );
    const sent: Sighting[] = [];
    const wrong: string[] = [];
    let copies = 0;
    const replies: { data: object; messageId: string | undefined }[] = [];
    await Promise.all(
      Array.from({ length: cases }, async (_, index) => {
        const client = keep(createClient({ url: relay.url, site: SITE, pipe: "socketio" }), (one) => one.close());
        await client.hello();
        const conversationId = client.welcome?.conversationId ?? "";
        await client.command({ type: "handoff-request", id: newId(), conversationId });
        const caseId = (): string | undefined => desk.taken.find((event) => event.data.conversationId === conversationId)?.data.caseId;
        if (!(await until(() => caseId() !== undefined, 20_000))) throw new Error("the case was not offered");
        for (let n = 1; n <= each; n += 1) {
          const { text, sighting } = ledgerText(`agent${index}`, n, random);
          sent.push(sighting);
          const data = { caseId: caseId(), conversationId, agent: AGENT, text, id: `reply-${index}-${n}` };
          const times = random.int(1, 5);
          copies += times;
          // Each under a request id of its own, all at once.
          const answers = await Promise.all(Array.from({ length: times }, async () => desk.say(relay.url, "message.created", data)));
          const ids = new Set(answers.map(({ body }) => body.value?.messageId));
          if (answers.some(({ status }) => status !== 200) || ids.size !== 1) wrong.push(`${index}.${n}`);
          replies.push({ data, messageId: answers[0]?.body.value?.messageId });
        }
      }),
    );
    await relay.stop();
    env.ALLHOURS_CLOCK_AHEAD_MS = String(DAY_MS);
    desk.aheadMs = DAY_MS;
    await relay.start();
    for (let from = 0; from < replies.length; from += 50) {
      await Promise.all(
        replies.slice(from, from + 50).map(async ({ data, messageId }) => {
          copies += 1;
          const { status, body } = await desk.say(relay.url, "message.created", data);
          if (status !== 200 || body.value?.duplicate !== true || body.value.messageId !== messageId)
            wrong.push(`a day later: ${JSON.stringify(body)}`);
        }),
      );
    }
    const stored = storedMessages(relay.databaseFile);
    return {
      faults: { "copies of replies": copies - replies.length, "a day": 1, restart: 1 },
      ledgers: [{ name: "replies of agents", report: checkLedger(sent, [{ name: "store", saw: sightingsOf(stored, "agent") }]) }],
      checks: [exactly("answers that differ from the first", wrong.length, 0)],
    };
  });
}

export const scenarios: Scenario[] = [
  {
    id: "P16",
    promise: "An agent's reply is posted once, whatever request it comes in",
    proof: (form) =>
      `${(figuresOf(form).cases * figuresOf(form).each).toLocaleString("en")} replies, each sent 1 to 5 times at once under other request ids, and again 24 h later`,
    run,
  },
];
