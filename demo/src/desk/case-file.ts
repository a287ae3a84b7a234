/**
 * The desk's memory on disk: one JSON file, replaced as a whole. A reader finds the old file or the new one, never half of one.
 * Big desks want a database; the demo wants something one can open and read.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Case } from "./cases.ts";

/** `deliveries`: ids of the hooks taken, oldest first. */
export type Saved = { version: 1; cases: Case[]; deliveries: string[] };

export type CaseFile = {
  load(): Saved;
  /** Resolves when the state of this moment, or a later one, is on disk. Rejects when it could not be written. */
  save(): Promise<void>;
};

/** `state` is asked at the moment of writing. Throws when the folder cannot be made, or the file there is not one of ours. */
export function createCaseFile(dir: string, state: () => Saved): CaseFile {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, "desk-cases.json");
  const draft = `${path}.new`;
  let last: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;

  async function write(): Promise<void> {
    // Customers' words: for the owner's eyes only.
    const file = await open(draft, "w", 0o600);
    try {
      await file.writeFile(JSON.stringify(state()));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  }

  return {
    load: () => {
      let raw: string;
      try {
        raw = readFileSync(path, "utf8");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return { version: 1, cases: [], deliveries: [] };
        throw error;
      }
      const saved = JSON.parse(raw) as Saved;
      if (saved.version !== 1) throw new Error(`${path} was written by another version; move it away to start anew`);
      return saved;
    },
    save: () => {
      // Whoever asks while a write runs shares the one after it.
      next ??= last
        .catch(() => undefined)
        .then(async () => {
          next = undefined;
          await write();
        });
      last = next;
      return next;
    },
  };
}
