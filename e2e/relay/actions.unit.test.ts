/** Something done for a visitor through a real relay: a model proposes it over its public protocol, the relay is killed between the yes and the deed. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CONFIRM, newId, textOf, type Event, type EventOf } from "@allhours/protocol";
import { json, startTestServer, type Behaviour, type TestServer } from "@allhours/relay/testing";
import { createClient, startRelay, type Client, type StartedRelay } from "../client/index.ts";
import { embeddedRegion, ORIGIN, SECRET, shopConfig, writeShop } from "./shop-config.ts";

const clients: Client[] = [];
let model: TestServer;
let service: TestServer;
let relay: StartedRelay;
let config: string;
let data: string;

const call = { id: "c1", type: "function", function: { name: "cancel-order", arguments: '{"order":"10482"}' } };
const proposes: Behaviour = {
  kind: "answer",
  headers: json,
  body: JSON.stringify({
    choices: [{ index: 0, message: { role: "assistant", content: null, tool_calls: [call] }, finish_reason: "tool_calls" }],
  }),
};
const says = (body: object): Behaviour => ({ kind: "answer", headers: json, body: JSON.stringify(body) });

beforeAll(async () => {
  const dir = await writeShop();
  model = await startTestServer(proposes);
  service = await startTestServer({ kind: "hang" }, says({ status: "done", message: "Order 10482 is cancelled." }));
  config = shopConfig({
    dir,
    regions: {
      eu: embeddedRegion(dir, {
        egress: [model.origin, service.origin],
        nlu: [{ use: "openai", baseUrl: `${model.origin}/v1`, model: "small" }],
        actions: [
          {
            use: "http",
            id: "cancel-order",
            title: "Cancel an order",
            description: "Cancels an order that was not sent yet.",
            url: `${service.origin}/cancel`,
            secret: SECRET,
            fields: { order: { label: "Order number", pattern: "\\d{5}" } },
          },
        ],
      }),
    },
  });
  data = await mkdtemp(join(tmpdir(), "allhours-actions-"));
  relay = await startRelay({ config, dir: data });
}, 60_000);
afterAll(async () => {
  for (const client of clients) client.close();
  await relay?.stop();
  await Promise.all([model?.close(), service?.close()]);
  await rm(data, { recursive: true, force: true });
});

const isMessage = (event: Event): event is EventOf<"message-added"> => event.type === "message-added";
async function visit(pipe: "socketio" | "sse", token?: string): Promise<Client> {
  const client = createClient({ url: relay.url, site: "linden", pipe, headers: { origin: ORIGIN } });
  clients.push(client);
  await client.hello({ languages: ["en"], ...(token === undefined ? {} : { token }) });
  return client;
}
async function write(
  client: Client,
  part: { type: "text"; text: string } | { type: "choice"; messageId: string; optionId: string; text: string },
) {
  await client.command({ type: "message-send", id: newId(), conversationId: client.welcome?.conversationId ?? "", parts: [part] });
}
const askedIn = async (client: Client): Promise<EventOf<"message-added">> => {
  const event = await client.waitFor((one) => isMessage(one) && one.message.parts.some(({ type }) => type === "confirm"));
  if (!isMessage(event)) throw new Error("expected a message");
  return event;
};

it("is done once for a yes, with one id over a kill of the relay, and audited; what others wrote proposes nothing", async () => {
  const client = await visit("socketio");
  // The model says 10482 whatever it is asked: a number the visitor never wrote is asked for, not taken.
  await write(client, { type: "text", text: "cancel my order" });
  await client.waitFor((event) => isMessage(event) && textOf(event.message.parts).includes("what I need for it: Order number"));
  await write(client, { type: "text", text: "it is 10482" });
  const { message } = await askedIn(client);
  expect(message.parts.at(-1)).toMatchObject({ title: "Cancel an order", fields: [{ label: "Order number", value: "10482" }] });
  expect(service.requests).toEqual([]);
  // A button of another message is no yes.
  await write(client, { type: "choice", messageId: newId(), optionId: CONFIRM.yes, text: "Yes" });
  await write(client, { type: "choice", messageId: message.id, optionId: CONFIRM.yes, text: "Yes, do it" });
  await expect.poll(() => service.requests.length, { timeout: 10_000 }).toBe(1);

  await relay.kill();
  relay = await startRelay({ config, dir: data });
  const back = await visit("sse", client.welcome?.token ?? "");
  await back.waitFor((event) => isMessage(event) && textOf(event.message.parts) === "Order 10482 is cancelled.", 60_000);
  expect(service.requests).toHaveLength(2);
  const asked = service.requests.map(
    ({ body, headers }) => new Webhook(SECRET).verify(body, Object.fromEntries(headers)) as { data: { id: string } },
  );
  expect(asked[0]?.data).toMatchObject({ action: "cancel-order", values: { order: "10482" }, siteId: "linden" });
  expect(new Set(asked.map((one) => one.data.id)).size).toBe(1);
  // Pressed again, by an impatient finger: nothing.
  await write(back, { type: "choice", messageId: message.id, optionId: CONFIRM.yes, text: "Yes, do it" });
  const audit = (await (await fetch(`${relay.url}/v1/admin/actions?region=eu`)).json()) as { value: { actions: object[] } };
  expect(audit.value.actions).toMatchObject([
    { id: asked[0]?.data.id, state: "done", actionId: "cancel-order", values: { order: "10482" } },
  ]);
  expect(service.requests).toHaveLength(2);
  expect(await relay.log()).not.toContain("10482");
}, 120_000);
