/** The figures of a run as Markdown, and as a line a scenario. Words around them are those of docs/reliability.md. */
import { readFile, writeFile } from "node:fs/promises";
import type { Count, LedgerReport } from "./ledger.ts";
import type { Check, Form, Outcome, Scenario } from "./scenario.ts";

export type Result = { scenario: Scenario; outcome: Outcome; seconds: number };
export type RunFacts = { date: string; form: Form; seed: number; commit: string; machine: string; minutes: number; command: string };

const BEGIN = "<!-- figures: written by npm run prove; do not edit between these lines -->";
const END = "<!-- figures end -->";

export function keptOf({ checks, ledgers = [] }: Outcome): boolean {
  return checks.every((check) => check.ok) && ledgers.every(({ report }) => report.clean);
}

/** One line for the terminal; what failed follows on lines of its own. */
export function lineOf({ scenario, outcome, seconds }: Result): string {
  const head = `${scenario.id.padEnd(9)} ${scenario.promise} (${seconds.toFixed(1)} s)`;
  if (outcome.skipped !== undefined) return `skip ${head}: ${outcome.skipped}`;
  const kept = keptOf(outcome);
  const lines = [`${kept ? "ok  " : "FAIL"} ${head}`];
  for (const { name, report } of outcome.ledgers ?? []) lines.push(`       ${report.clean ? "" : "BROKEN "}${name}: ${ledgerLine(report)}`);
  for (const check of outcome.checks) lines.push(`       ${check.ok ? "" : "BROKEN "}${checkLine(check)}`);
  for (const fact of outcome.facts ?? []) lines.push(`       ${factLine(fact)}`);
  if (Object.keys(outcome.faults).length > 0) lines.push(`       faults: ${faultsOf(outcome.faults)}`);
  return lines.join("\n");
}

function checkLine({ name, measured, wanted }: Check): string {
  return `${name}: ${measured} (${wanted})`;
}
function factLine({ name, value }: { name: string; value: string }): string {
  return `${name}: ${value}`;
}
function numbers({ lost, duplicated, reordered, divergent }: Count): string {
  return [lost, duplicated, reordered, divergent].join(" / ");
}
function ledgerLine({ sent, counts }: LedgerReport): string {
  return `${whole(sent)} sent; ${counts.map((count) => `${count.witness} ${numbers(count)}${count.repeated > 0 ? ` (${whole(count.repeated)} asked again)` : ""}`).join(", ")}`;
}
function faultsOf(faults: Record<string, number>): string {
  return Object.entries(faults)
    .map(([kind, count]) => `${whole(count)} ${kind}`)
    .join(", ");
}
function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
const row = (cells: string[]): string => `| ${cells.map(cell).join(" | ")} |`;

function rowOf({ scenario, outcome }: Result, form: Form): string {
  const head = [scenario.id, scenario.promise, scenario.proof(form)];
  if (outcome.skipped !== undefined) return row([...head, "-", "-", `not run: ${outcome.skipped}`, "-"]);
  return row([
    ...head,
    faultsOf(outcome.faults) || "-",
    (outcome.ledgers ?? []).map(({ name, report }) => `${name}: ${ledgerLine(report)}`).join("; ") || "-",
    [...outcome.checks.map(checkLine), ...(outcome.facts ?? []).map(factLine)].join("; ") || "-",
    keptOf(outcome) ? "yes" : "**no**",
  ]);
}

/**
 * Puts the rows of scenarios that were run by themselves into the page's table, in place of their old ones, and says so above it. Throws when
 * the page has no row for one.
 */
export async function mergeRows(file: string, results: readonly Result[], facts: RunFacts): Promise<void> {
  let page = await readFile(file, "utf8");
  for (const result of results) {
    const start = row([result.scenario.id, result.scenario.promise]).slice(0, -1);
    const line = page.split("\n").find((one) => one.startsWith(start));
    if (line === undefined) throw new Error(`${file} has no row that begins with ${start}`);
    page = page.replace(line, () => rowOf(result, facts.form));
  }
  const ids = [...new Set(results.map(({ scenario }) => scenario.id))].join(", ");
  const told = `- ${ids}: run again by itself, commit ${facts.commit}, seed ${facts.seed}: \`${facts.command}\``;
  await writeFile(
    file,
    page.replace("\n### Allhours\n", () => `${told}\n\n### Allhours\n`),
  );
}

/** The figures, one table and a list of what was measured beside it. */
export function figures(results: readonly Result[], facts: RunFacts): string {
  const proofs = results.filter(({ scenario }) => !isBaseline(scenario));
  const baselines = results.filter(({ scenario }) => isBaseline(scenario));
  const table = (list: readonly Result[]): string =>
    [
      row([
        "",
        "what",
        "done to it",
        "faults committed",
        "lost / duplicated / reordered / divergent",
        "measured (and what it must be)",
        "kept",
      ]),
      row(["---", "---", "---", "---", "---", "---", "---"]),
      ...list.map((result) => rowOf(result, facts.form)),
    ].join("\n");
  return `- ${facts.date}, commit ${facts.commit}, seed ${facts.seed}, ${facts.form} form, ${facts.minutes.toFixed(0)} minutes
- ${facts.machine}
- Again: \`${facts.command}\`

### Allhours

${table(proofs)}

### A stock Socket.IO server through the same harness

Its losses and repeats show that the harness sees them. These rows are not promises, so they cannot be broken.

${table(baselines)}
`;
}

function isBaseline(scenario: Scenario): boolean {
  return scenario.id.startsWith("stock");
}

/** Puts the figures between the two marks of the page. Throws when the page has none. */
export async function replaceFigures(file: string, text: string): Promise<void> {
  const page = await readFile(file, "utf8");
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error(`${file} has no place for the figures: expected the lines ${BEGIN} and ${END}`);
  await writeFile(file, `${page.slice(0, from + BEGIN.length)}\n\n${text}\n${page.slice(to)}`);
}
