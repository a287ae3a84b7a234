/** Runs the demo: one relay, the shop, the agent desk, the shop's order service and an expert, on one port, with nothing to set up. */
import { createConnection } from "node:net";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";
import { loadConfig, readArticles, runRelay } from "@allhours/relay";
import { createDeskServer } from "./desk/desk-server.ts";
import { createShifts } from "./desk/shifts.ts";
import { createExpertService } from "./expert.ts";
import type { HelpArticle } from "./help-html.ts";
import { createNoticeSender } from "./notices.ts";
import { createOrderService } from "./orders.ts";
import { readSecrets } from "./secrets.ts";
import { createShop } from "./shop.ts";

const here = join(dirname(fileURLToPath(import.meta.url)), "..");
const port = Number(process.env["PORT"] ?? 8787);
const dataDir = process.env["ALLHOURS_DEMO_DATA"] ?? join(here, "data");

function isTaken(candidate: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port: candidate });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

if (!Number.isInteger(port) || port < 1 || port > 65_535) {
  console.error(`PORT: expected a port from 1 to 65535, got "${process.env["PORT"]}"`);
  process.exit(78);
}
if (await isTaken(port)) {
  console.error(`Port ${port} is taken. Choose another: PORT=${port + 1} npm start`);
  process.exit(1);
}

const secrets = await readSecrets(dataDir);
const base = `http://localhost:${port}`;
/** Help pages show what the files say: read when one is asked for, at most every five seconds. */
let shelf: { readAt: number; articles: Promise<readonly HelpArticle[]> } | undefined;
function articles(): Promise<readonly HelpArticle[]> {
  const now = Date.now();
  if (shelf === undefined || now - shelf.readAt > 5_000) {
    const before = shelf?.articles;
    const fresh = readArticles(["knowledge"], { baseDir: here }).then((read) => read.articles);
    shelf = { readAt: now, articles: before === undefined ? fresh : fresh.catch(() => before) };
  }
  return shelf.articles;
}
const shop = createShop({ dir: join(here, "shop"), port, articles });
const orders = createOrderService({ secret: secrets.ORDERS_SECRET });
const notices = createNoticeSender(secrets.NOTICE_SECRET);
const expert = createExpertService({ secret: secrets.EXPERT_SECRET, relayUrl: `http://127.0.0.1:${port}` });
const configFile = process.env["ALLHOURS_CONFIG"] ?? join(here, "allhours.yaml");
const env = { ...process.env, ...secrets, PORT: String(port), ALLHOURS_DATA: dataDir };
// Hours as they are at the start: the relay reads its config again when it changes, the demo's desk does not.
const shifts = createShifts((await loadConfig(configFile, env)).config.regions);
const desk = createDeskServer({
  articles,
  shifts: (deskId) => shifts.at(deskId, Date.now()),
  relayUrl: `http://127.0.0.1:${port}`,
  dir: dataDir,
  desks: {
    lisbon: {
      teams: shifts.teams("lisbon"),
      secret: secrets.LISBON_WEBHOOK_SECRET,
      inboundSecret: secrets.LISBON_INBOUND_SECRET,
      label: "Lisbon",
      place: "Lisbon",
      timezone: "Europe/Lisbon",
      agents: [
        { id: "ines", name: "Inês Duarte" },
        { id: "tiago", name: "Tiago Reis" },
      ],
    },
    manila: {
      teams: shifts.teams("manila"),
      secret: secrets.MANILA_WEBHOOK_SECRET,
      inboundSecret: secrets.MANILA_INBOUND_SECRET,
      label: "Manila",
      place: "Manila",
      timezone: "Asia/Manila",
      agents: [
        { id: "maria", name: "Maria Santos" },
        { id: "paolo", name: "Paolo Cruz" },
      ],
    },
  },
});

const { notReady } = await runRelay(configFile, {
  env,
  fallback: async (request) =>
    (await desk.handle(request)) ??
    (await orders.handle(request)) ??
    (await expert.handle(request)) ??
    (await notices.handle(request)) ??
    (await shop.handle(request)),
});

console.log(`
  Allhours is open.

  Shop         ${base}/
  App (SPA)    ${base}/spa
  Agent desk   ${base}/desk
  Messages     ${base}/notices
  Health       ${base}/readyz

  Stop with Ctrl-C. Conversations are kept in ${dataDir === join(here, "data") ? "demo/data" : dataDir}.${notReady.length > 0 ? `\n  Not ready: ${notReady.join(", ")}` : ""}
`);
