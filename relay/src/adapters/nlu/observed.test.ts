import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runTraining, trainRequestOf, embeddedNlu, type EmbeddedNluOptions } from "./embedded.ts";
import { forgetObserved, observedFile, readObserved, writeObserved } from "./observed.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "allhours-observed-"));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

describe("observed questions", () => {
  it("are kept and read, and are none when the file is missing, damaged or of another form", async () => {
    const file = observedFile(folder);
    expect(await readObserved(file)).toEqual([]);
    await writeObserved(folder, [{ text: "where is it", intent: "track-order" }, { text: "do you engrave" }]);
    expect(await readObserved(file)).toEqual([{ text: "where is it", intent: "track-order" }, { text: "do you engrave" }]);
    for (const damaged of ["", "{", "[]", '{"questions":[{"text":7}]}']) {
      await writeFile(file, damaged);
      expect(await readObserved(file), damaged).toEqual([]);
    }
    await writeObserved(
      folder,
      Array.from({ length: 3_100 }, (_, index) => ({ text: `question ${index}` })),
    );
    const kept = await readObserved(file);
    expect([kept.length, kept.at(-1)?.text]).toEqual([3_000, "question 3099"]);
    await forgetObserved(folder);
    expect(await readObserved(file)).toEqual([]);
  });

  it("make another version, the same one each time, and the first again when forgotten", async () => {
    const words = ["return window", "track parcel", "pay card", "wash shade", "gift wrap", "change bulb"];
    const lines = words.flatMap((two, topic) =>
      Array.from(
        { length: 15 },
        (_, index) => `can you ${two} please number${index % 5} ${two.split(" ")[index % 2] ?? ""},topic-${topic}`,
      ),
    );
    await writeFile(join(folder, "examples.csv"), ["text,intent", ...lines, ""].join("\n"));
    const parsed = embeddedNlu.parseOptions({ examples: "examples.csv" });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
    const train = async () =>
      runTraining(
        trainRequestOf(parsed.options as EmbeddedNluOptions, { baseDir: folder, cacheDir: join(folder, "cache"), learned: undefined }),
        new AbortController().signal,
      );
    const first = await train();
    expect(first.model?.calibration?.report.observed).toBeUndefined();
    const questions = Array.from({ length: 30 }, (_, index) => ({ text: `do you engrave ${index} names on the window` }));
    // One that is an example by now says nothing.
    await writeObserved(join(folder, "cache"), [...questions, { text: lines[0]?.split(",")[0] ?? "", intent: "topic-0" }]);
    const redrawn = await train();
    expect(redrawn.version).not.toBe(first.version);
    expect(redrawn.model?.calibration?.report.observed).toMatchObject({ right: 0, wrong: 0, beside: 30 });
    expect(await train()).toMatchObject({ version: redrawn.version, how: "cached" });
    await forgetObserved(join(folder, "cache"));
    expect((await train()).version).toBe(first.version);
  });
});
