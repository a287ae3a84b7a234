/**
 * `npm run prove -- [--form short|full] [--seed N] [--only P1,P9] [--merge] [--out FILE] [--json FILE]`: runs the scenarios of the proof against real
 * relays and browsers, prints a line a scenario, and writes the figures into docs/reliability.md (a whole full run only, or to `--out`).
 * Exit code 1 when a promise was not kept. Where the time goes is printed; what harm is done is in scenarios/.
 */
import { execFile } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs, promisify } from "node:util";
import { createRandom } from "./random.ts";
import { figures, lineOf, mergeRows, replaceFigures, type Result, type RunFacts } from "./report.ts";
import type { Context, Form, Outcome, Scenario } from "./scenario.ts";

const { values: given } = parseArgs({
  options: {
    form: { type: "string", default: "full" },
    seed: { type: "string", default: "20261127" },
    only: { type: "string" },
    out: { type: "string" },
    json: { type: "string" },
    /** With --only and the full form: puts these rows into docs/reliability.md, in place of those of an earlier whole run. */
    merge: { type: "boolean", default: false },
  },
});
if (given.form !== "short" && given.form !== "full") fail(`--form: expected short or full, got "${given.form}"`);
if (!/^\d{1,10}$/.test(given.seed)) fail(`--seed: expected a whole number, got "${given.seed}"`);
const form: Form = given.form;
const seed = Number(given.seed);
/** A scenario that takes longer than this has failed. */
const LONGEST_MS = form === "short" ? 150_000 : 45 * 60_000;
const root = fileURLToPath(new URL("../..", import.meta.url));
const doc = join(root, "docs/reliability.md");

function fail(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(64);
}

async function findScenarios(): Promise<Scenario[]> {
  const folder = fileURLToPath(new URL("scenarios/", import.meta.url));
  const files = (await readdir(folder)).filter((name) => name.endsWith(".ts") && !name.endsWith(".unit.test.ts")).sort();
  const found: Scenario[] = [];
  for (const name of files) {
    const { scenarios } = (await import(pathToFileURL(join(folder, name)).href)) as { scenarios: Scenario[] };
    found.push(...scenarios);
  }
  return found.sort((one, other) => Number(/\d+/.exec(one.id)?.[0] ?? 99) - Number(/\d+/.exec(other.id)?.[0] ?? 99));
}

async function runOne(scenario: Scenario, index: number): Promise<Result> {
  const from = performance.now();
  const context: Context = {
    form,
    seed,
    random: createRandom(seed).fork(`${scenario.id}.${scenario.promise}.${index}`),
    pick: (short, full) => (form === "short" ? short : full),
    note: (text) => process.stderr.write(`   ${scenario.id}: ${text}\n`),
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${LONGEST_MS / 1_000} s`)), LONGEST_MS);
  });
  let outcome: Outcome;
  try {
    outcome = await Promise.race([scenario.run(context), late]);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    outcome = { faults: {}, checks: [{ name: "ran to its end", measured: String(error).slice(0, 200), wanted: "yes", ok: false }] };
  } finally {
    clearTimeout(timer);
  }
  const result = { scenario, outcome, seconds: (performance.now() - from) / 1_000 };
  process.stdout.write(`${lineOf(result)}\n`);
  return result;
}

const wanted = given.only?.split(",").map((id) => id.trim());
const all = await findScenarios();
const unknown = (wanted ?? []).filter((id) => !all.some((scenario) => scenario.id === id));
if (unknown.length > 0) fail(`--only: no scenario ${unknown.join(", ")}; known: ${[...new Set(all.map((one) => one.id))].join(", ")}`);
const chosen = all.filter((scenario) =>
  wanted === undefined ? form === "full" || scenario.fullOnly !== true : wanted.includes(scenario.id),
);

const whole = wanted === undefined && form === "full";
const commit = await promisify(execFile)("git", ["rev-parse", "--short", "HEAD"], { cwd: root }).then(
  ({ stdout }) => stdout.trim(),
  () => "none",
);
const facts = (): RunFacts => ({
  date: new Date().toISOString().slice(0, 10),
  form,
  seed,
  commit,
  machine: `${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"}), Node ${process.versions.node}, load average ${loadBefore.toFixed(2)} before, ${(loadavg()[0] ?? 0).toFixed(2)} after`,
  minutes: (performance.now() - began) / 60_000,
  command: ["npm run prove", ...(process.argv.length > 2 ? ["--", ...process.argv.slice(2)] : [])].join(" "),
});
/** What is known so far, after each scenario: a run that is broken off leaves what it has, and says what it has not. */
async function write(): Promise<void> {
  if (given.out === undefined && !whole) return;
  const known = chosen.map(
    (scenario, index): Result =>
      results[index] ?? { scenario, outcome: { faults: {}, checks: [], skipped: "the run was broken off before it" }, seconds: 0 },
  );
  const text = figures(known, facts());
  if (given.out === undefined) await replaceFigures(doc, text);
  else await writeFile(given.out, text);
}

const loadBefore = loadavg()[0] ?? 0;
const began = performance.now();
const results: (Result | undefined)[] = chosen.map(() => undefined);
const run = async (index: number): Promise<void> => {
  const scenario = chosen.at(index);
  if (scenario === undefined) return;
  results[index] = await runOne(scenario, index);
  await write();
};
// Those that mostly wait first, two at once; then those whose times others would disturb.
const shared = chosen.flatMap((scenario, index) => (scenario.lane === "alone" ? [] : [index]));
await Promise.all(
  [0, 1].map(async () => {
    for (let index = shared.shift(); index !== undefined; index = shared.shift()) await run(index);
  }),
);
for (const index of chosen.keys()) if (chosen.at(index)?.lane === "alone") await run(index);

const done = results.flatMap((result) => result ?? []);
const checks = done.flatMap(({ outcome }) => (outcome.skipped === undefined ? outcome.checks : []));
const ledgers = done.flatMap(({ outcome }) => (outcome.skipped === undefined ? (outcome.ledgers ?? []) : []));
const failed = checks.filter((check) => !check.ok).length + ledgers.filter(({ report }) => !report.clean).length;
const passed = checks.length + ledgers.length - failed;
const skipped = done.filter(({ outcome }) => outcome.skipped !== undefined).length;
const minutes = (performance.now() - began) / 60_000;
process.stdout.write(`${passed} kept, ${failed} broken, ${skipped} skipped; ${minutes.toFixed(1)} min, seed ${seed}\n`);
if (given.json !== undefined) await writeFile(given.json, JSON.stringify({ passed, failed, skipped }));

if (given.merge && wanted !== undefined && form === "full") await mergeRows(doc, done, facts());
process.exit(failed > 0 ? 1 : 0);
