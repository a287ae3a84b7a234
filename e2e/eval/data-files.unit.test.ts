import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findDataFiles } from "./data-files.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "allhours-eval-"));
});
afterEach(async () => rm(dir, { recursive: true }));

describe("findDataFiles", () => {
  it("takes another train file of the same folder when the usual one is missing", async () => {
    await writeFile(join(dir, "dev.jsonl"), "");
    await writeFile(join(dir, "train-b.jsonl"), "");
    await writeFile(join(dir, "train-a.jsonl"), "");
    expect(await findDataFiles({ dev: join(dir, "dev.jsonl") })).toEqual({
      train: join(dir, "train-a.jsonl"),
      dev: join(dir, "dev.jsonl"),
    });
  });

  it("names what is missing", async () => {
    expect(await findDataFiles({ dev: join(dir, "dev.jsonl") })).toEqual({ missing: join(dir, "dev.jsonl") });
    await writeFile(join(dir, "dev.jsonl"), "");
    expect(await findDataFiles({ dev: join(dir, "dev.jsonl") })).toEqual({ missing: join(dir, "train.jsonl") });
  });
});
