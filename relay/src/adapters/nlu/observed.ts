/**
 * Questions the assistant left to others, as the calibration reads them: their words, and what turned out to answer them. Kept in the cache folder,
 * because a version of the intent model is made from them and must come out the same at the next start.
 */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { writeWhole } from "./versions.ts";

/** `intent`: the article that answers it, as somebody said; absent when nothing the shop has does. */
export type ObservedQuestion = { text: string; intent?: string | undefined };

const MOST = 3_000;
const fileSchema = v.object({
  questions: v.pipe(v.array(v.object({ text: v.string(), intent: v.optional(v.string()) })), v.maxLength(MOST)),
});

/** Written by `allhours calibrate --observed` only. Its change asks the adapter to get ready again. */
export const observedFile = (folder: string): string => join(folder, "observed.json");

/** None when there is no file, or one that does not fit. */
export async function readObserved(file: string): Promise<ObservedQuestion[]> {
  const source = await readFile(file, "utf8").catch(() => undefined);
  if (source === undefined) return [];
  try {
    const parsed = v.safeParse(fileSchema, JSON.parse(source));
    return parsed.success ? parsed.output.questions : [];
  } catch {
    return [];
  }
}

/** The newest 3,000 of them, in place of those before. */
export async function writeObserved(folder: string, questions: readonly ObservedQuestion[]): Promise<void> {
  await writeWhole(folder, observedFile(folder), `${JSON.stringify({ questions: questions.slice(-MOST) }, null, 1)}\n`);
}
export async function forgetObserved(folder: string): Promise<void> {
  await rm(observedFile(folder), { force: true });
}
