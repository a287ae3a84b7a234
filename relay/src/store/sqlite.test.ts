import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { newId } from "@allhours/protocol";
import BetterSqlite3 from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFakeClock } from "../testing/fake-clock.ts";
import { sampleAppend, sampleEntry, storedConversation } from "../testing/store-samples.ts";
import { openSqliteStore } from "./sqlite.ts";
import { StoreError } from "./store.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "allhours-sqlite-"));
  path = join(folder, "deeper", "log.db");
});
afterEach(() => rm(folder, { recursive: true }));

test("many appends at once share a few commits", async () => {
  const store = await openSqliteStore({ path });
  const conversationId = await storedConversation(store);
  const before = (await store.health()).commits;
  await Promise.all(Array.from({ length: 1_000 }, () => store.append(sampleAppend(conversationId))));
  // 512 rows a batch, and the probe rides along or follows.
  expect((await store.health()).commits - before).toBeLessThanOrEqual(4);
  await store.close();
});

test("reads alone commit nothing", async () => {
  const store = await openSqliteStore({ path });
  const conversationId = await storedConversation(store);
  const before = (await store.health()).commits;
  await Promise.all([
    store.conversation(conversationId),
    store.entriesAfter(conversationId, 0, 10),
    store.openTurns(10),
    store.nextJobAt(),
  ]);
  expect((await store.health()).commits - before).toBe(1);
  await store.close();
});

test("two writers of one file do not give one place twice", async () => {
  const [left, right] = [await openSqliteStore({ path, exclusive: false }), await openSqliteStore({ path, exclusive: false })];
  const conversationId = await storedConversation(left);
  const seqs: (number | undefined)[] = [];
  for (let round = 0; round < 10; round += 1) {
    const appends = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? left : right).append(sampleAppend(conversationId)));
    seqs.push(...(await Promise.all(appends)).map((appended) => appended.entries[0]?.seq));
  }
  expect(seqs.toSorted((a, b) => a! - b!)).toEqual(Array.from({ length: 400 }, (_, index) => index + 1));
  await Promise.all([left.close(), right.close()]);
});

test("a database of a newer relay is refused by name", async () => {
  await (await openSqliteStore({ path })).close();
  const database = new BetterSqlite3(path);
  database.prepare("insert into kysely_migration (name, timestamp) values ('9999-later', '2030-01-01')").run();
  database.close();
  await expect(openSqliteStore({ path })).rejects.toThrow(/newer relay.*9999-later/);
});

test("a file that is no database is refused", async () => {
  await expect(openSqliteStore({ path: folder })).rejects.toThrow(StoreError);
});

test("health says why the store cannot be written, writes are refused, reads go on, and it recovers by itself", async () => {
  const store = await openSqliteStore({ path, busyTimeoutMs: 20 });
  const conversationId = await storedConversation(store);
  const other = new BetterSqlite3(path);
  other.exec("begin immediate");
  const [health, append, read] = await Promise.allSettled([
    store.health(),
    store.append(sampleAppend(conversationId)),
    store.conversation(conversationId),
  ]);
  expect(health).toMatchObject({
    status: "fulfilled",
    value: { ok: false, reason: expect.stringContaining("database is locked") as string },
  });
  expect(append).toMatchObject({ status: "rejected", reason: { name: "StoreError", cause: { code: "SQLITE_BUSY" } } });
  expect(read).toMatchObject({ status: "fulfilled", value: { headSeq: 0 } });
  other.exec("rollback");
  other.close();
  expect((await store.health()).ok).toBe(true);
  expect((await store.append(sampleAppend(conversationId))).entries[0]?.seq).toBe(1);
  await store.close();
});

test("what was erased is overwritten in the file and gone from its write-ahead log, in a small row or a long one", async () => {
  const store = await openSqliteStore({ path });
  const [gone, kept] = [await storedConversation(store), await storedConversation(store)];
  // The long ones have pages of their own, which an erasure lets go of whole.
  for (const [id, word] of [
    [gone, "goneword"],
    [kept, "keptword"],
  ] as const)
    for (const size of [40, 400, 40_000])
      await store.append(sampleAppend(id, { entries: [sampleEntry(newId(), `${word} `.repeat(Math.ceil(size / 9)))] }));
  const holds = async (word: string): Promise<boolean> =>
    (await Promise.all([path, `${path}-wal`].map(async (file) => readFile(file)))).some((bytes) => bytes.includes(word));
  expect(await holds("goneword")).toBe(true);
  expect(await store.eraseConversation(gone)).toBe(true);
  expect(await holds("goneword")).toBe(false);
  expect(await holds("keptword")).toBe(true);
  await store.close();
});

test("too many waiting operations are refused", async () => {
  const store = await openSqliteStore({ path, maxQueued: 5 });
  const conversationId = await storedConversation(store);
  const settled = await Promise.allSettled(Array.from({ length: 9 }, () => store.append(sampleAppend(conversationId))));
  expect(settled.map((one) => one.status)).toEqual([
    ...Array.from({ length: 5 }, () => "fulfilled"),
    ...Array.from({ length: 4 }, () => "rejected"),
  ]);
  await store.close();
});

// Eight conversations append without end; each id is printed only after its append resolved.
const appendForEver = (storeUrl: string, samplesUrl: string, protocolUrl: string) => `
  import { writeSync } from "node:fs";
  const { openSqliteStore } = await import(${JSON.stringify(storeUrl)});
  const { sampleAppend, sampleEntry, storedConversation } = await import(${JSON.stringify(samplesUrl)});
  const { newId } = await import(${JSON.stringify(protocolUrl)});
  const store = await openSqliteStore({ path: process.argv[2] });
  await Promise.all(Array.from({ length: 8 }, async () => {
    const conversationId = await storedConversation(store);
    for (;;) {
      const id = newId();
      const { entries } = await store.append(sampleAppend(conversationId, { entries: [sampleEntry(id)], openTurn: id }));
      writeSync(1, conversationId + " " + id + " " + entries[0].seq + "\\n");
    }
  }));
`;

test("what was acknowledged survives a kill at any moment", { timeout: 60_000 }, async () => {
  const script = appendForEver(
    new URL("./sqlite.ts", import.meta.url).href,
    new URL("../testing/store-samples.ts", import.meta.url).href,
    new URL("../../../protocol/src/index.ts", import.meta.url).href,
  );
  const program = join(folder, "append-for-ever.mjs");
  await writeFile(program, script);
  const chance = createFakeClock(0, 20_261_101);
  const acked: [conversationId: string, id: string, seq: number][] = [];
  for (let round = 0; round < 5; round += 1) {
    const before = acked.length;
    const killAfter = 20 + Math.floor(chance.random() * 400);
    const child = spawn(process.execPath, ["--conditions=@allhours/source", program, path], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise((resolve) => child.once("close", resolve));
    for await (const line of createInterface({ input: child.stdout })) {
      const [conversationId, id, seq] = line.split(" ");
      // The last line may be half a line.
      if (conversationId === undefined || id === undefined || seq === undefined) continue;
      acked.push([conversationId, id, Number(seq)]);
      if (acked.length - before === killAfter) child.kill("SIGKILL");
    }
    await ended;
    expect(acked.length - before).toBeGreaterThanOrEqual(killAfter);

    const store = await openSqliteStore({ path });
    const places = new Map<string, number>();
    for (const conversationId of new Set(acked.map(([conversation]) => conversation))) {
      const entries = await store.entriesAfter(conversationId, 0, 100_000);
      for (const { event, seq } of entries) if (event.type === "message-added") places.set(event.message.id, seq);
      expect(entries.map((entry) => entry.seq)).toEqual(entries.map((_, index) => index + 1));
    }
    expect(acked.filter(([, id, seq]) => places.get(id) !== seq)).toEqual([]);
    const open = new Set((await store.openTurns(1_000_000)).map((turn) => turn.entryId));
    expect(acked.filter(([, id]) => !open.has(id))).toEqual([]);
    // And the log goes on where it was.
    const [conversationId, , seq] = acked.at(-1)!;
    expect((await store.append(sampleAppend(conversationId, { entries: [sampleEntry(newId())] }))).entries[0]?.seq).toBeGreaterThan(seq);
    await store.close();
  }
});
