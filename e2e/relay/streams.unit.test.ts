/** Streamed answers as a visitor sees them grow. */
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { textOf } from "@allhours/protocol";
import { createClient } from "../client/index.ts";
import { createNluStub, type NluStub } from "../prove/rig/nlu-stub.ts";
import { createRelayRig, SITE, type RelayRig } from "../prove/rig/relay.ts";

let stub: NluStub;
let relay: RelayRig;
/** Lets the service go on after its second piece. */
let go: () => void = () => undefined;
beforeAll(async () => {
  const goes = new Promise<void>((resolve) => (go = resolve));
  stub = await createNluStub((_text, response) => {
    const line = (value: object): boolean => response.write(`${JSON.stringify(value)}\n`);
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    void (async () => {
      line({ type: "delta", text: "One. " });
      await wait(3);
      line({ type: "delta", text: "Two. " });
      await goes;
      line({ type: "delta", text: "Three." });
      response.end(`${JSON.stringify({ type: "done" })}\n`);
    })();
    return true;
  });
  relay = await createRelayRig({ nluUrl: stub.url });
}, 60_000);
afterAll(async () => {
  await relay?.close();
  await stub?.close();
});

it("shows a piece that came right after another without waiting for the next", async () => {
  const client = createClient({ url: relay.url, site: SITE, pipe: "socketio" });
  expect((await client.hello()).ok).toBe(true);
  const asked = client.ask("tell me");
  const shown = (): string => client.events.map((event) => (event.type === "message-delta" ? event.text : "")).join("");
  await expect.poll(shown, { timeout: 5_000, interval: 10 }).toBe("One. Two. ");
  go();
  const { answer } = await asked;
  expect(textOf(answer.message.parts)).toBe("One. Two. Three.");
  client.close();
}, 20_000);
