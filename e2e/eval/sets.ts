/**
 * Labelled sets in a folder, whatever their files are called: which file is for training and which for asking is read from its name. A set that comes
 * in one piece has a tenth held out, the same one every time. Looks and reads; decides nothing about figures.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative } from "node:path";
import { isUtteranceFile, readSplits, type Splits, type Utterance } from "./read-utterances.ts";

export type LabelledSet = {
  /** Its place below the folder, as `banking77` or `xsid/zh`. */
  name: string;
  train: Utterance[];
  dev: Utterance[];
  /** How they were divided, for the report. */
  split: string;
  skipped: number;
};

const DEPTH = 4;
/** Asking: the first of these there is. What is called a test is not tuned on, so it comes last. */
const DEV_ROLES = ["dev", "val", "heldout", "test"] as const;
type Role = "train" | "oos" | (typeof DEV_ROLES)[number];
const WORDS: Record<string, Role> = {
  train: "train",
  training: "train",
  examples: "train",
  dev: "dev",
  valid: "val",
  validation: "val",
  val: "val",
  heldout: "heldout",
  "held-out": "heldout",
  test: "test",
  oos: "oos",
};

/** The role in a file's name, and what is left of the name without it. */
export function roleOf(file: string): { role: Role | undefined; rest: string } {
  const stem = file.slice(0, file.length - extname(file).length);
  const pieces = stem.split(/[._-]+/);
  const at = pieces.findIndex((piece) => Object.hasOwn(WORDS, piece.toLowerCase()));
  const role = at < 0 ? undefined : WORDS[(pieces[at] ?? "").toLowerCase()];
  return { role, rest: pieces.filter((_, index) => index !== at).join("-") };
}

/** A tenth, by the hash of its words: the same whatever the order of the file is. */
export function isHeldOut({ text }: Pick<Utterance, "text">): boolean {
  return (createHash("sha256").update(text).digest()[0] ?? 0) % 10 === 0;
}

/** Sets below the folder, by name. Empty when the folder is not there. */
export async function findSets(folder: string): Promise<LabelledSet[]> {
  const groups = new Map<string, Map<Role | "whole", Splits[]>>();
  for (const file of await filesBelow(folder, DEPTH)) {
    const { role, rest } = roleOf(file.name);
    const below = relative(folder, file.dir);
    // `set/shared/train.jsonl` is called `set`.
    const parts = [...below.split(/[\\/]/).filter((part) => part !== "" && part !== "shared"), rest].filter((part) => part !== "");
    const key = parts.filter((part, index) => part !== parts[index - 1]).join("/") || ".";
    const group = groups.get(key) ?? new Map<Role | "whole", Splits[]>();
    groups.set(key, group);
    const as = role ?? "whole";
    group.set(as, [...(group.get(as) ?? []), readSplits(file.name, await readFile(join(file.dir, file.name), "utf8"))]);
  }
  return [...groups].flatMap(([name, group]) => setOf(name, group) ?? []).sort((one, other) => one.name.localeCompare(other.name));
}

function setOf(name: string, group: Map<Role | "whole", Splits[]>): LabelledSet | undefined {
  const all = [...group.values()].flat();
  const skipped = all.reduce((sum, read) => sum + read.skipped.length, 0);
  const of = (role: Role | "whole", split: "train" | "dev" | "all"): Utterance[] => (group.get(role) ?? []).flatMap((read) => read[split]);
  const strangers = of("oos", "all").map((one) => ({ ...one, intent: undefined }));
  const inside = [...of("whole", "train"), ...of("whole", "dev")];
  const train = [...of("train", "all"), ...of("whole", "train")];
  const asked = DEV_ROLES.find((role) => group.has(role));
  if (asked !== undefined && train.length > 0)
    return { name, train: known(train), dev: [...of(asked, "all"), ...strangers], split: `train and ${asked} file`, skipped };
  if (of("whole", "dev").length > 0)
    return { name, train: known(train), dev: [...of("whole", "dev"), ...strangers], split: "one file with its own split", skipped };
  const whole = train.length > 0 ? train : inside.length > 0 ? inside : DEV_ROLES.flatMap((role) => of(role, "all"));
  const intents = new Set(whole.flatMap(({ intent }) => intent ?? []));
  if (intents.size < 2 || whole.length < 40) return undefined;
  const dev = [...whole.filter((one) => isHeldOut(one)), ...strangers];
  return { name, train: known(whole.filter((one) => !isHeldOut(one))), dev, split: "a tenth held out, by hash", skipped };
}

/** What is about none of the intents is not learnt. */
function known(utterances: readonly Utterance[]): Utterance[] {
  return utterances.filter(({ intent }) => intent !== undefined);
}

async function filesBelow(dir: string, depth: number): Promise<{ dir: string; name: string }[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  const found: { dir: string; name: string }[] = [];
  for (const entry of entries.sort((one, other) => one.name.localeCompare(other.name))) {
    if (entry.isDirectory() && depth > 0) found.push(...(await filesBelow(join(dir, entry.name), depth - 1)));
    else if (entry.isFile() && isUtteranceFile(entry.name)) found.push({ dir, name: entry.name });
  }
  return found;
}
