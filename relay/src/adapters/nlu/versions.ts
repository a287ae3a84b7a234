/**
 * The versions of an intent model in the cache folder: each is a file that never changes, named by what it was made from. Owns which one
 * serves, which were refused, and the operator's own choice; training is train-worker.ts.
 */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { decodeModel, encodeModel } from "./model-file.ts";
import type { IntentModel } from "./intent-model.ts";

/** Right ones of a regression set. */
export type RegressionScore = { right: number; of: number };
/** `state`: `refused` never served, because it did worse on the regression set than what served before it. */
export type Version = {
  version: string;
  /** ISO 8601, when it was made. */
  at: string;
  examples: number;
  intents: number;
  state: "accepted" | "refused";
  regression?: RegressionScore | undefined;
};
export type Versions = { active: string | undefined; list: Version[] };

/** Older versions than these are removed, but for the one that serves. */
const KEPT = 10;

const score = v.object({ right: v.number(), of: v.number() });
const versionsSchema = v.object({
  active: v.optional(v.string()),
  list: v.array(
    v.object({
      version: v.string(),
      at: v.string(),
      examples: v.number(),
      intents: v.number(),
      state: v.picklist(["accepted", "refused"]),
      regression: v.optional(score),
    }),
  ),
});
const choiceSchema = v.object({ version: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)) });

const modelFile = (folder: string, version: string): string => join(folder, `intents-${version}.bin`);
/** Written by the operator's command only. Its change asks the adapter to get ready again. */
export const choiceFile = (folder: string): string => join(folder, "use-version.json");
const listFile = (folder: string): string => join(folder, "versions.json");

async function readJson<Schema extends v.GenericSchema>(path: string, schema: Schema): Promise<v.InferOutput<Schema> | undefined> {
  const source = await readFile(path, "utf8").catch(() => undefined);
  if (source === undefined) return undefined;
  try {
    const parsed = v.safeParse(schema, JSON.parse(source));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** Written beside and renamed, so that a reader never sees half a file. */
export async function writeWhole(folder: string, path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true });
  const draft = `${path}.${process.pid}-${Date.now()}.part`;
  await writeFile(draft, content);
  await rename(draft, path);
}

/** A damaged or missing list is an empty one: everything in the folder can be made again. */
export async function readVersions(folder: string): Promise<Versions> {
  const found = await readJson(listFile(folder), versionsSchema);
  return { active: found?.active, list: found?.list ?? [] };
}

/** Keeps the list and removes the files of versions that fell out of it. */
export async function writeVersions(folder: string, versions: Versions): Promise<void> {
  const kept = versions.list.filter(({ version }, index) => index >= versions.list.length - KEPT || version === versions.active);
  await writeWhole(folder, listFile(folder), `${JSON.stringify({ ...versions, list: kept }, null, 1)}\n`);
  for (const { version } of versions.list)
    if (!kept.some((one) => one.version === version)) await rm(modelFile(folder, version), { force: true });
}

export async function readModel(folder: string, version: string): Promise<IntentModel | undefined> {
  return readFile(modelFile(folder, version)).then(decodeModel, () => undefined);
}
export async function writeModel(folder: string, version: string, model: IntentModel): Promise<void> {
  await writeWhole(folder, modelFile(folder, version), encodeModel(model));
}

/** The operator's choice, `undefined` for the newest accepted one. */
export async function chosenVersion(folder: string): Promise<string | undefined> {
  return (await readJson(choiceFile(folder), choiceSchema))?.version;
}
/** Serves `version` from now on, whatever the examples say; `undefined` follows them again. */
export async function chooseVersion(folder: string, version: string | undefined): Promise<void> {
  if (version === undefined) await rm(choiceFile(folder), { force: true });
  else await writeWhole(folder, choiceFile(folder), `${JSON.stringify({ version })}\n`);
}
