/**
 * Keeps a large knowledge: a snapshot made in a thread, and beside it what has changed since. A start and a change go the same way: take the snapshot,
 * read the files that are not as they were, and make another snapshot only when too much has changed. Files are told apart by size and time.
 */
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { AdapterError } from "../errors.ts";
import { runThread, threadFile } from "../thread.ts";
import { idTaken, type Article, type ArticleProblem, type ReadOptions } from "./article.ts";
import { openSnapshot } from "./snapshot-file.ts";
import { keyOf, unpackSnapshot, type Packed, type Snapshot } from "./snapshot.ts";
import type { FileState, Progress, WorkRequest, WorkResults } from "./snapshot-worker.ts";

/** `fresh`: articles that are not in the snapshot, or not as they are there; `replaced`: places in it that are gone or stand anew. */
export type Kept = { snapshot: Snapshot; fresh: Article[]; replaced: Set<number>; problems: ArticleProblem[]; how: "built" | "loaded" };
export type LargeOptions = {
  reading: Omit<ReadOptions, "signal"> & { crawlFile?: string | undefined };
  cacheDir: string;
  onProgress: (progress: Progress) => void;
  onCacheError: (code: string) => void;
};
export interface Large {
  /** Rejects with the signal's reason; a call waits for the one before it. */
  load(files: readonly FileState[], signal: AbortSignal): Promise<Kept>;
}

/** More changed articles than this are a new snapshot: indexing so many takes the relay's own thread about half a second. */
const MOST_FRESH = 2_000;
/** So is a snapshot of which more than this share is gone. */
const MOST_REPLACED = 0.2;

async function inMemory({ buffer, records }: Packed, signal: AbortSignal): Promise<Snapshot | undefined> {
  return unpackSnapshot(buffer, (from, to) => records.subarray(from, to), signal);
}

export function createLarge({ reading, cacheDir, onProgress, onCacheError }: LargeOptions): Large {
  const made = createHash("sha256").update(JSON.stringify(reading)).digest("hex").slice(0, 16);
  const snapshotFile = join(cacheDir, "knowledge.bin");
  let current: Snapshot | undefined;
  let before: Promise<unknown> = Promise.resolve();
  async function work<What extends WorkRequest["work"]>(
    files: readonly FileState[],
    what: What,
    signal: AbortSignal,
  ): Promise<WorkResults[What["kind"]]> {
    const request: WorkRequest = { files, reading, work: what };
    try {
      return await runThread(threadFile("./snapshot-worker", import.meta.url), request, { signal, onProgress });
    } catch (cause) {
      signal.throwIfAborted();
      throw new AdapterError("failed", "the articles could not be read", { cause });
    }
  }

  async function build(files: readonly FileState[], signal: AbortSignal): Promise<Snapshot> {
    await mkdir(cacheDir, { recursive: true }).catch(() => undefined);
    const { unwritten } = await work(files, { kind: "build", made, snapshotFile }, signal);
    if (unwritten !== undefined) onCacheError(unwritten.code);
    const snapshot = await (unwritten === undefined ? openSnapshot(snapshotFile, signal) : inMemory(unwritten.packed, signal));
    if (snapshot === undefined) throw new AdapterError("failed", "expected a whole snapshot of the articles");
    return snapshot;
  }

  async function differences(snapshot: Snapshot, files: readonly FileState[], signal: AbortSignal): Promise<Kept> {
    const known = new Map(snapshot.sources.map((source) => [source.file, source]));
    const now = new Set(files.map(({ file }) => file));
    const changed = files.filter(({ file, size, mtimeMs }) => {
      const source = known.get(file);
      return source === undefined || source.size !== size || source.mtimeMs !== mtimeMs;
    });
    const touched = new Set(changed.map(({ file }) => file));
    const old = snapshot.sources.filter(({ file }) => touched.has(file) || !now.has(file));
    const places = Uint32Array.from(old.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => from + index)));
    const kept: Kept = { snapshot, fresh: [], replaced: new Set(places), problems: [], how: "loaded" };
    kept.problems.push(...snapshot.problems.filter(({ file }) => now.has(file) && !touched.has(file)));
    if (changed.length === 0) return kept;
    const contents = Float64Array.from(places, (place) => snapshot.contents[place]!);
    const result = await work(changed, { kind: "compare", contents }, signal);
    for (const [index, place] of places.entries()) if (result.kept[index] === 1) kept.replaced.delete(place);
    const elsewhere = new Set<number>();
    if (result.fresh.length > 0) for (const [place, key] of snapshot.keys.entries()) if (!kept.replaced.has(place)) elsewhere.add(key);
    for (const { article, file, line } of result.fresh)
      if (elsewhere.has(keyOf(article))) kept.problems.push(idTaken(article, file, line));
      else kept.fresh.push(article);
    kept.problems.push(...result.problems);
    return kept;
  }

  async function loadNow(files: readonly FileState[], signal: AbortSignal): Promise<Kept> {
    signal.throwIfAborted();
    const snapshot = current ?? (await openSnapshot(snapshotFile, signal));
    if (snapshot?.made === made) {
      const kept = await differences(snapshot, files, signal);
      if (kept.fresh.length <= MOST_FRESH && kept.replaced.size <= snapshot.keys.length * MOST_REPLACED) {
        current = snapshot;
        return kept;
      }
    }
    current = await build(files, signal);
    return { snapshot: current, fresh: [], replaced: new Set(), problems: [...current.problems], how: "built" };
  }

  return {
    load(files, signal) {
      const mine = before.then(() => loadNow(files, signal));
      before = mine.catch(() => undefined);
      return mine;
    },
  };
}
