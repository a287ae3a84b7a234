/** P18: if no person can be reached, the visitor is told, with a time. The desk is dead, and the relay is killed in between. */
import { setTimeout as wait } from "node:timers/promises";
import { newId, textOf, type Event, type EventOf } from "@allhours/protocol";
import { createClient } from "../../client/index.ts";
import { withCleanup } from "../rig/cleanup.ts";
import { createDesk } from "../rig/desk.ts";
import { createRelayRig, SITE } from "../rig/relay.ts";
import { until } from "../rig/waiting.ts";
import { atMost, exactly, type Context, type Outcome, type Scenario } from "../scenario.ts";

const VISITORS: { language: string; timezone: string | undefined }[] = [
  { language: "en", timezone: "Europe/Paris" },
  { language: "fr", timezone: "America/Lima" },
  { language: "en", timezone: undefined },
];
const isNotice = (event: Event): event is EventOf<"message-added"> =>
  event.type === "message-added" && /\d{1,2}[:.h]\s?\d{2}/.test(textOf(event.message.parts));

async function run({ pick }: Context): Promise<Outcome> {
  // The relay starts again on the wall clock: a second it takes is eight on its own, of the fifteen between the time-out and the minute.
  const rate = pick(8, 1);
  return withCleanup(async ({ keep }) => {
    const desk = keep(await createDesk(), (one) => one.close());
    desk.behave = () => "reset";
    const relay = keep(
      await createRelayRig({
        region: desk.region,
        entry: new URL("../rig/clocked-relay.ts", import.meta.url).pathname,
        env: { ALLHOURS_CLOCK_RATE: String(rate), ALLHOURS_CLOCK_SINCE_MS: String(Date.now()) },
      }),
      (one) => one.close(),
    );
    const people = await Promise.all(
      VISITORS.map(async ({ language, timezone }) => {
        const client = keep(createClient({ url: relay.url, site: SITE, pipe: "socketio" }), (one) => one.close());
        const welcome = await client.hello({ languages: [language], ...(timezone === undefined ? {} : { timezone }) });
        if (!welcome.ok) throw new Error(`hello was refused: ${welcome.error.code}`);
        const { token, conversationId } = welcome.value;
        await client.command({ type: "handoff-request", id: newId(), conversationId });
        return { token };
      }),
    );
    await until(() => desk.seen > 0, 10_000);
    await wait(20_000 / rate);
    await relay.kill();
    await relay.start();
    const told: { ms: number; text: string }[] = [];
    for (const { token } of people) {
      const client = keep(createClient({ url: relay.url, site: SITE, pipe: "socketio" }), (one) => one.close());
      await client.hello({ token });
      const notice = await client.waitFor(isNotice, 60_000).catch(() => undefined);
      const asked = client.events.find((event) => event.type === "mode-changed");
      if (notice !== undefined && asked?.type === "mode-changed")
        told.push({ ms: notice.at - asked.at, text: textOf(notice.message.parts) });
    }
    return {
      faults: { "deliveries the dead desk reset": desk.seen, SIGKILL: 1 },
      checks: [
        exactly("visitors told, with a time", told.length, VISITORS.length),
        atMost("after", Math.max(...told.map(({ ms }) => ms)) / 1_000, 60, "s"),
      ],
      facts: [{ name: "said", value: told.map(({ text }) => `"${text.split(/(?<=[.!。])\s/).at(1) ?? text}"`).join(", ") }],
    };
  });
}

export const scenarios: Scenario[] = [
  {
    id: "P18",
    promise: "If no person can be reached the visitor is told within a minute, with a time",
    proof: (form) => `a desk that is dead, the relay killed after 20 s${form === "short" ? ", on a clock that runs 8 times as fast" : ""}`,
    run,
  },
];
