import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readConfig } from "../config/load.ts";
import { createLogger } from "../observe/logger.ts";
import { residencyOf } from "../routing/region.ts";
import { sampleAppend, sampleAt, sampleConversation, sampleSession } from "../testing/store-samples.ts";
import { groupFiles, openStore } from "./open.ts";
import { openSqliteStore } from "./sqlite.ts";
import type { Store } from "./store.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "allhours-residency-"));
});
afterEach(() => rm(folder, { recursive: true }));

function configOf(regions: Record<string, string | undefined>, groups: Record<string, { path: string }> = {}) {
  const first = Object.keys(regions)[0] ?? "";
  return readConfig(
    JSON.stringify({
      mode: "dev",
      server: { port: 0 },
      store: { kind: "sqlite", path: "all.db", groups },
      sites: { shop: { name: "Shop", origins: [], languages: ["en"], defaultLanguage: "en", defaultRegion: first } },
      regions: Object.fromEntries(Object.entries(regions).map(([id, residency]) => [id, { nlu: [], knowledge: [], residency }])),
    }),
    "test.yaml",
    {},
  );
}
async function open(config: ReturnType<typeof configOf>): Promise<Store> {
  const groupOf = (id: string): string | undefined => (config.regions[id] === undefined ? undefined : residencyOf(id, config.regions[id]));
  return openStore(config, folder, { groupOf, logger: createLogger("silent"), onDeath: () => undefined });
}
function regionsIn(file: string, table = "conversations"): string[] {
  const database = new BetterSqlite3(join(folder, file), { readonly: true });
  try {
    return (database.prepare(`select distinct region_id from ${table} order by region_id`).all() as { region_id: string }[]).map(
      (row) => row.region_id,
    );
  } finally {
    database.close();
  }
}
async function fill(store: Store, regionId: string): Promise<string> {
  const conversation = sampleConversation({ regionId });
  const { id } = conversation;
  const payload = { conversationId: id };
  await store.createConversation(conversation, sampleSession(conversation), sampleAppend(id));
  await store.append(
    sampleAppend(id, {
      inbound: { source: `desk-${regionId}`, externalId: id },
      jobs: [
        { kind: "desk", key: id, id: `a-${id}`, payload },
        { kind: "desk", key: id, id: `b-${id}`, payload },
      ],
      records: [{ kind: "question", regionId, id, at: sampleAt, body: { conversationId: id } }],
    }),
  );
  return id;
}
const isWhole = async (store: Store, regionId: string, id: string): Promise<unknown> => ({
  region: (await store.conversation(id))?.regionId,
  session: (await store.findSession(`hash-of-${id}`))?.conversationId === id,
  entries: (await store.entriesAfter(id, 0, 10)).length,
  inbound: await store.knowsInbound(`desk-${regionId}`, id),
  records: (await store.records("question", regionId, 0, 10)).map((one) => one.id).includes(id),
});
const whole = (region: string) => ({ region, session: true, entries: 2, inbound: true, records: true });

it("gives each residency group a file of its own, and regions of one group the same", async () => {
  const config = configOf({ eu: undefined, uk: "eu", apac: undefined });
  expect(groupFiles(config, folder).map(({ group, path }) => [group, path])).toEqual([
    ["eu", join(folder, "all.db")],
    ["apac", join(folder, "all.apac.db")],
  ]);
  const store = await open(config);
  const ids = { eu: await fill(store, "eu"), uk: await fill(store, "uk"), apac: await fill(store, "apac") };
  for (const [region, id] of Object.entries(ids)) expect(await isWhole(store, region, id)).toEqual(whole(region));
  const jobs = await store.claimJobs(sampleAt, 100, 60_000);
  expect(jobs).toHaveLength(3);
  for (const job of jobs) await store.finishJob(job.id);
  expect(await store.claimJobs(sampleAt, 100, 60_000)).toHaveLength(3);
  await expect(
    store.append(sampleAppend(ids.eu, { records: [{ kind: "question", regionId: "apac", id: "x", at: sampleAt, body: {} }] })),
  ).rejects.toThrow(/another residency group/);
  await store.close();
  for (const table of ["conversations", "records"]) {
    expect(regionsIn("all.db", table)).toEqual(["eu", "uk"]);
    expect(regionsIn("all.apac.db", table)).toEqual(["apac"]);
  }
});

it("moves what an older relay kept in one file to where it belongs, whole, once", async () => {
  const before = await openSqliteStore({ path: join(folder, "all.db") });
  const ids = { eu: await fill(before, "eu"), apac: await fill(before, "apac") };
  await before.close();
  const config = configOf({ eu: undefined, apac: undefined });
  for (let round = 0; round < 2; round += 1) {
    const store = await open(config);
    for (const [region, id] of Object.entries(ids)) expect(await isWhole(store, region, id)).toEqual(whole(region));
    await store.close();
    expect([regionsIn("all.db"), regionsIn("all.apac.db")]).toEqual([["eu"], ["apac"]]);
  }
  const store = await open(config);
  // The log goes on where it was, and its jobs in their order.
  expect((await store.append(sampleAppend(ids.apac))).entries[0]?.seq).toBe(3);
  const jobs = (await store.claimJobs(sampleAt, 100, 60_000)).map(({ id }) => id).sort();
  expect(jobs).toEqual([`a-${ids.eu}`, `a-${ids.apac}`].sort());
  await store.close();
});

it("takes up a move that was broken off between copying and deleting", async () => {
  const before = await openSqliteStore({ path: join(folder, "all.db") });
  const id = await fill(before, "apac");
  await before.close();
  await (await open(configOf({ eu: undefined, apac: undefined }))).close();
  // As after a crash: the rows are there, and here again.
  const database = new BetterSqlite3(join(folder, "all.db"));
  database.prepare("attach database ? as other").run(join(folder, "all.apac.db"));
  for (const table of ["conversations", "sessions", "entries", "inbound", "jobs", "records"])
    database.exec(`insert into main.${table} select * from other.${table}`);
  database.close();
  expect(regionsIn("all.db")).toEqual(["apac"]);
  const store = await open(configOf({ eu: undefined, apac: undefined }));
  expect(await isWhole(store, "apac", id)).toEqual(whole("apac"));
  await store.close();
  expect(regionsIn("all.db")).toEqual([]);
});

it("refuses the file of another group by name, and lets a lone one be renamed", async () => {
  await (await open(configOf({ eu: undefined, apac: undefined }))).close();
  await expect(open(configOf({ apac: undefined, eu: undefined }))).rejects.toThrow(/holds residency group "eu".*gives it to "apac"/);
  await (await open(configOf({ apac: undefined, eu: undefined }, { apac: { path: "all.apac.db" }, eu: { path: "all.db" } }))).close();
  await (await open(configOf({ europe: undefined }))).close();
});

it("names what is wrong with a list of files", () => {
  const eu = undefined;
  expect(() => configOf({ eu, apac: undefined }, { asia: { path: "a.db" } })).toThrow(
    /store.groups.asia: expected the residency group of a region: eu, apac/,
  );
  expect(() => configOf({ eu, apac: undefined }, { apac: { path: "all.db" } })).toThrow(
    /store.groups.apac.path: expected a file of its own; "eu" has/,
  );
});

it("serves one group while the file of another refuses", async () => {
  const config = configOf({ eu: undefined, apac: undefined });
  const store = await open(config);
  const ids = { eu: await fill(store, "eu"), apac: await fill(store, "apac") };
  const other = new BetterSqlite3(join(folder, "all.apac.db"));
  other.exec("begin immediate");
  try {
    const refused = store.append(sampleAppend(ids.apac)).catch((error: Error) => error.name);
    expect((await store.append(sampleAppend(ids.eu))).entries[0]?.known).toBe(false);
    const [jobs, health] = await Promise.all([store.claimJobs(sampleAt, 10, 60_000), store.health()]);
    expect(jobs.map(({ id }) => id)).toEqual([`a-${ids.eu}`]);
    expect(await refused).toBe("StoreError");
    expect(health).toMatchObject({ ok: false, reason: expect.stringContaining("apac") as string });
  } finally {
    other.exec("rollback");
    other.close();
    await store.close();
  }
}, 60_000);
