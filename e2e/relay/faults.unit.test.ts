/** What must hold when something breaks: a killed relay, a dead adapter, a changed file, a wrong config. */
import { createServer, type Server } from "node:http";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { textOf, type Event, type EventOf } from "@allhours/protocol";
import { createClient, startRelay, type Client, type StartedRelay } from "../client/index.ts";
import { articleText, embeddedRegion, ORIGIN, shopConfig, writeShop } from "./shop-config.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});
async function start(options: Parameters<typeof startRelay>[0]): Promise<StartedRelay> {
  const relay = await startRelay(options);
  undo.push(() => relay.kill());
  return relay;
}
async function begin(relay: StartedRelay, facts: Parameters<Client["hello"]>[0] = {}): Promise<Client> {
  const client = createClient({ url: relay.url, site: "linden", pipe: "socketio", headers: { origin: ORIGIN } });
  undo.push(() => client.close());
  expect((await client.hello({ languages: ["en"], ...facts })).ok).toBe(true);
  return client;
}
const isMessage = (event: Event): event is EventOf<"message-added"> => event.type === "message-added";
const answersTo = (client: Client, id: string): EventOf<"message-added">[] =>
  client.events.filter(isMessage).filter((event) => event.message.inReplyTo === id);

/** A merchant's own NLU service that can be told what to do. */
async function nluService(
  behave: (text: string) => { status: number; body: unknown } | "hang",
): Promise<{ url: string; origin: string; server: Server; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece: Buffer) => (body += piece.toString()));
    request.on("end", () => {
      const { text } = JSON.parse(body) as { text: string };
      asked.push(text);
      const answer = behave(text);
      if (answer === "hang") return;
      response.writeHead(answer.status, { "content-type": "application/json" });
      response.end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  undo.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}/nlu`, origin: `http://127.0.0.1:${port}`, server, asked };
}

describe("a killed relay", () => {
  it("has every acknowledged message, answers the one it was killed over, and answers none twice", async () => {
    const dir = await writeShop();
    const data = await mkdtemp(join(tmpdir(), "allhours-data-"));
    let hang = true;
    const service = await nluService(() =>
      hang ? "hang" : { status: 200, body: { intents: [{ name: "track-order", confidence: 0.95 }] } },
    );
    const config = shopConfig({
      dir,
      regions: {
        eu: { ...embeddedRegion(dir), egress: [service.origin], nlu: [{ use: "http", url: service.url, guard: { timeoutMs: 30_000 } }] },
      },
    });
    const first = await start({ config, dir: data });
    const client = await begin(first);
    const token = client.welcome?.token ?? "";
    const { id, acked } = client.send("where is my order");
    expect(await acked).toMatchObject({ ok: true });
    await expect.poll(() => service.asked.length, { timeout: 5_000, interval: 10 }).toBe(1);
    await first.kill();
    hang = false;
    const second = await start({ config, dir: data });
    const back = await begin(second, { token });
    await back.waitFor((event) => isMessage(event) && event.message.inReplyTo === id);
    expect(answersTo(back, id)).toHaveLength(1);
    await second.kill();
    const third = await start({ config, dir: data });
    const again = await begin(third, { token });
    expect(again.events.filter((event) => isMessage(event) && event.message.id === id)).toHaveLength(1);
    expect(answersTo(again, id)).toHaveLength(1);
    expect(service.asked).toHaveLength(2);
  }, 60_000);

  it("drains on SIGTERM: says goaway, finishes the turn, exits with 0", async () => {
    const dir = await writeShop();
    const relay = await start({ config: shopConfig({ dir }) });
    const client = await begin(relay);
    const goaway = client.waitFor((event) => event.type === "goaway");
    const stopped = relay.stop();
    expect(await goaway).toMatchObject({ type: "goaway" });
    client.close();
    expect(await stopped).toBe(0);
  }, 30_000);
});

describe("adapters that fail", () => {
  it("follows the fallback order, answers once, and opens the breaker", async () => {
    const dir = await writeShop();
    const service = await nluService(() => ({ status: 500, body: {} }));
    const region = embeddedRegion(dir);
    const relay = await start({
      config: shopConfig({
        dir,
        regions: {
          eu: {
            ...region,
            egress: [service.origin],
            nlu: [{ use: "http", url: service.url, guard: { timeoutMs: 500 } }, ...(region["nlu"] as object[])],
          },
        },
      }),
    });
    const client = await begin(relay);
    for (let round = 0; round < 8; round += 1) {
      const { id, answer } = await client.ask("how long can I return a lamp");
      expect(textOf(answer.message.parts)).toContain("30 days");
      expect(answersTo(client, id)).toHaveLength(1);
    }
    // Twice a call until the breaker opened after five failures; the later questions did not wait for it.
    expect(service.asked.length).toBeLessThan(8);
  }, 60_000);

  it("tells the visitor in words when nothing can answer, and loses nothing", async () => {
    const dir = await writeShop();
    const service = await nluService(() => "hang");
    const relay = await start({
      config: shopConfig({
        dir,
        regions: { eu: { egress: [service.origin], nlu: [{ use: "http", url: service.url, guard: { timeoutMs: 300 } }], knowledge: [] } },
      }),
    });
    const client = await begin(relay);
    const { id, answer } = await client.ask("where is my order");
    expect(textOf(answer.message.parts)).toContain("can’t look things up");
    expect(answersTo(client, id)).toHaveLength(1);
  }, 60_000);

  it("keeps a region's requests inside its list of hosts", async () => {
    const dir = await writeShop();
    const service = await nluService(() => ({ status: 200, body: { intents: [{ name: "track-order", confidence: 0.99 }] } }));
    const relay = await start({
      config: shopConfig({ dir, regions: { eu: { ...embeddedRegion(dir), egress: [], nlu: [{ use: "http", url: service.url }] } } }),
    });
    const client = await begin(relay);
    await client.ask("where is my order");
    expect(service.asked).toEqual([]);
  }, 60_000);
});

describe("files that change", () => {
  it("reloads knowledge and config without dropping a link, and keeps serving on a mistake", async () => {
    const dir = await writeShop();
    const data = await mkdtemp(join(tmpdir(), "allhours-data-"));
    const config = shopConfig({ dir });
    const relay = await start({ config, dir: data });
    const client = await begin(relay);
    const ask = async (): Promise<string> => textOf((await client.ask("how long can I return a lamp")).answer.message.parts);
    expect(await ask()).toContain("30 days");

    await writeFile(
      join(dir, "knowledge", "return-window.en.md"),
      articleText("return-window", "en", "How long do I have to return a lamp?", "You have **60 days** now."),
    );
    await expect.poll(ask, { timeout: 10_000, interval: 200 }).toContain("60 days");

    await writeFile(join(dir, "knowledge", "broken.md"), "---\ntitle: [never closed\n---\nText\n");
    await expect.poll(() => relay.log(), { timeout: 10_000 }).toMatch(/broken\.md/);
    expect(await ask()).toContain("60 days");

    await writeFile(join(data, "allhours.yaml"), config.replace("name: Linden & Co", "name: 7").replace("languages:", "langages:"));
    await expect.poll(() => relay.log(), { timeout: 10_000 }).toMatch(/reload failed/);
    expect(await ask()).toContain("60 days");

    await writeFile(join(data, "allhours.yaml"), config.replace("name: Linden & Co", "name: Linden Nord"));
    await expect.poll(() => relay.log(), { timeout: 10_000 }).toMatch(/config reloaded/);
    const fresh = await begin(relay);
    expect(fresh.welcome?.site.name).toBe("Linden Nord");
    expect(client.closed).toBeUndefined();
    expect(await ask()).toContain("60 days");
  }, 60_000);
});

describe("a config with mistakes", () => {
  it("prints every one with its path and what was expected, and does not start", async () => {
    const dir = await mkdtemp(join(tmpdir(), "allhours-bad-"));
    const file = join(dir, "allhours.yaml");
    await writeFile(
      file,
      `server: { port: 70000, hots: x }
store: { kind: oracle }
log: loud
sites:
  linden: { name: "", origins: ["https://shop.example/path"], languages: [en], defaultLanguage: fr, defaultRegion: mars }
regions:
  eu:
    nlu: [{ use: telepathy }]
    knowledge: [{ use: embedded, articles: 7 }]
    handoff: [{ use: webhook, url: "not a url", secret: "\${NOT_SET_ANYWHERE}" }]
    answerAt: 3
    egress: ["http://intranet.example"]
  apac:
    nlu: [{ use: http, url: "https://nlu.example", guard: { timeoutMs: soon, retrys: 1 } }]
    knowledge: []
    handoff: [{ use: webhook, id: eu-webhook, url: "https://desk.example", secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw }]
`,
    );
    const entry = fileURLToPath(new URL("../client/relay-process.ts", import.meta.url));
    const result = spawnSync(process.execPath, ["--conditions=@allhours/source", entry, file, "1"], { encoding: "utf8" });
    expect(result.status).toBe(78);
    const lines = result.stderr.trim().split("\n");
    for (const path of [
      "server.port",
      "server.hots",
      "store.kind",
      "log",
      "sites.linden.name",
      "sites.linden.origins.0",
      "sites.linden.defaultLanguage",
      "sites.linden.defaultRegion",
      "regions.eu.nlu.0.use",
      "regions.eu.knowledge.0.articles",
      "regions.eu.handoff.0.url",
      "regions.eu.handoff.0.secret",
      "regions.eu.answerAt",
      "regions.eu.egress.0",
      "regions.apac.nlu.0.guard.timeoutMs",
      "regions.apac.nlu.0.guard.retrys",
      "regions.apac.handoff.0.id",
    ]) {
      const line = lines.find((one) => one.includes(` ${path}: `));
      expect(line, path).toMatch(/:\d+ \S+: .*expected/);
    }
    expect(lines.find((line) => line.includes("nlu.0.use"))).toMatch(/embedded, http/);
    expect(lines.at(-1)).toMatch(/mistakes in .*; the relay was not started/);
    expect(await readFile(file, "utf8")).toContain("telepathy");
  });
});
