/** One config, two relays: each serves the regions that name it, and sends the visitors of the other on before anything of theirs is written. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, it } from "vitest";
import { textOf } from "@allhours/protocol";
import { freePort } from "@allhours/relay/testing";
import { createClient, startRelay, type Client, type StartedRelay } from "../client/index.ts";
import { embeddedRegion, ORIGIN, SECRET, shopConfig, writeShop } from "./shop-config.ts";

const clients: Client[] = [];
const relays: Record<string, StartedRelay> = {};
const dirs: Record<string, string> = {};
const origins: Record<string, string> = {};
const told: { type: string; data: Record<string, unknown> }[] = [];
const receiver = createServer((request, response) => {
  let body = "";
  request.on("data", (piece: Buffer) => (body += piece.toString()));
  request.on("end", () => {
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    told.push(new Webhook(SECRET).verify(body, headers) as (typeof told)[number]);
    response.writeHead(204).end();
  });
});

beforeAll(async () => {
  const dir = await writeShop();
  await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
  const hook = `http://127.0.0.1:${(receiver.address() as { port: number }).port}`;
  for (const region of ["eu", "apac"]) {
    origins[region] = `http://127.0.0.1:${await freePort()}`;
    dirs[region] = await mkdtemp(join(tmpdir(), "allhours-endpoints-"));
  }
  const { eu, apac } = origins as { eu: string; apac: string };
  const text = shopConfig({
    dir,
    server: { port: "${PORT}", origin: "${RELAY_ORIGIN}" },
    regions: {
      eu: embeddedRegion(dir, { match: { timezones: ["Europe/*"] }, endpoints: [eu] }),
      apac: embeddedRegion(dir, {
        match: { timezones: ["Asia/*"] },
        endpoints: ["http://127.0.0.1:9", apac],
        egress: [hook],
        webhooks: [{ id: "ops", url: `${hook}/ops`, secret: SECRET, events: ["region.failover"] }],
      }),
    },
  });
  for (const region of ["eu", "apac"])
    relays[region] = await startRelay({
      config: text,
      dir: dirs[region],
      env: { PORT: new URL(origins[region] ?? "").port, RELAY_ORIGIN: origins[region] ?? "" },
    });
}, 90_000);
afterAll(async () => {
  for (const client of clients) client.close();
  for (const relay of Object.values(relays)) await relay.stop();
  receiver.close();
  for (const dir of Object.values(dirs)) await rm(dir, { recursive: true, force: true });
});

function clientOf(region: string): Client {
  const client = createClient({ url: origins[region] ?? "", site: "linden", pipe: "socketio", headers: { origin: ORIGIN } });
  clients.push(client);
  return client;
}
async function filesWith(region: string, word: string): Promise<string[]> {
  const files = await readdir(dirs[region] ?? "", { recursive: true, withFileTypes: true });
  const found = await Promise.all(
    files
      .filter((file) => file.isFile())
      .map(async (file) => ((await readFile(join(file.parentPath, file.name))).includes(word) ? [file.name] : [])),
  );
  return found.flat();
}

it("sends a visitor on to the relays of their region, and writes nothing of them", async () => {
  const visitor = { languages: ["en"], timezone: "Asia/Manila", page: { url: "https://shop.example/canary-plover" } };
  const refused = await clientOf("eu").hello(visitor);
  expect(refused).toMatchObject({ ok: false, error: { code: "elsewhere", endpoints: ["http://127.0.0.1:9", origins["apac"]] } });
  const there = clientOf("apac");
  expect((await there.hello(visitor)).ok).toBe(true);
  expect(there.welcome).toMatchObject({ region: "apac", endpoints: ["http://127.0.0.1:9", origins["apac"]] });
  const { answer } = await there.ask("how long can I return a lamp");
  expect(textOf(answer.message.parts)).toContain("30 days");
  expect(await filesWith("eu", "canary-plover")).toEqual([]);
  expect((await filesWith("apac", "canary-plover")).length).toBeGreaterThan(0);
  // Of a region it does not serve it has no file, and trains no engine.
  expect(await readdir(join(dirs["eu"] ?? "", "cache"))).toEqual(["eu"]);

  const token = there.welcome?.token ?? "";
  expect(await clientOf("eu").hello({ ...visitor, token, region: "apac" })).toMatchObject({ ok: false, error: { code: "elsewhere" } });
  expect(await clientOf("eu").hello({ ...visitor, token })).toMatchObject({ ok: false, error: { code: "session-unknown" } });
  expect((await clientOf("apac").hello({ ...visitor, token, region: "apac" })).ok).toBe(true);
});

it("sends who comes by the link of a notice on to the relays of its region, and looks for its ticket nowhere else", async () => {
  const join = { ticket: "apac.Vb3kQ9sZr1nXw7TfJm5Yc2a", token: "t".repeat(43) };
  const endpoints = ["http://127.0.0.1:9", origins["apac"]];
  expect(await clientOf("eu").hello({ join })).toMatchObject({ ok: false, error: { code: "elsewhere", endpoints } });
  expect(await clientOf("apac").hello({ join })).toMatchObject({ ok: false, error: { code: "ticket-unknown", path: "join.ticket" } });
  const nowhere = { ...join, ticket: join.ticket.replace("apac", "mars") };
  expect(await clientOf("eu").hello({ join: nowhere })).toMatchObject({ ok: false, error: { code: "ticket-unknown" } });
});

it("tells of an endpoint that visitors had to leave once, and believes no other word", async () => {
  const [one, two] = [clientOf("apac"), clientOf("apac")];
  const visitor = { languages: ["en"], timezone: "Asia/Manila" };
  await one.hello(visitor);
  for (const left of ["https://nobody.example", origins["apac"] ?? ""]) await one.command({ type: "probe", left });
  await one.command({ type: "probe", left: "http://127.0.0.1:9" });
  await two.hello(visitor);
  const again = clientOf("apac");
  await again.hello({ ...visitor, token: two.welcome?.token ?? "", left: "http://127.0.0.1:9" });
  await expect.poll(() => told.length, { timeout: 10_000 }).toBe(1);
  expect(told).toMatchObject([{ type: "region.failover", data: { regionId: "apac", left: "http://127.0.0.1:9", to: origins["apac"] } }]);
  const metrics = await (await fetch(`${origins["apac"]}/metrics`)).text();
  expect(metrics).toContain('allhours_failovers_total{region="apac",endpoint="http://127.0.0.1:9"} 2');
  expect(told).toHaveLength(1);
});
