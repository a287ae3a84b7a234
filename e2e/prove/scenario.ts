/** What a scenario of the proof is, and what it gives back. run.ts finds them in scenarios/ and runs them; report.ts prints them. */
import { quantile } from "../eval/score.ts";
import type { LedgerReport } from "./ledger.ts";
import type { Random } from "./random.ts";

/** `short`: part of `npm test`. `full`: at the figures of the promise. */
export type Form = "short" | "full";
export type Context = {
  form: Form;
  seed: number;
  /** Chance of this scenario alone. */
  random: Random;
  /** The figure for this form. */
  pick: <Value>(short: Value, full: Value) => Value;
  /** Progress, for whoever watches. */
  note: (text: string) => void;
};
/** One figure beside what it must be. */
export type Check = { name: string; measured: string; wanted: string; ok: boolean };
export type Outcome = {
  /** Named when a scenario keeps more than one: messages and replies. */
  ledgers?: { name: string; report: LedgerReport }[] | undefined;
  /** Faults that really happened, by kind. */
  faults: Record<string, number>;
  checks: Check[];
  /** Figures that are told, not judged. */
  facts?: { name: string; value: string }[] | undefined;
  /** What it needs is not here: one line that says so. Nothing else counts then. */
  skipped?: string | undefined;
};
export type Scenario = {
  /** The promise it proves, as in docs/reliability.md: P1. Several scenarios may prove one. */
  id: string;
  /** One sentence: what is promised. */
  promise: string;
  /** One line: what is done to it, with the figures of this form. */
  proof: (form: Form) => string;
  /** `alone`: figures of time that others would disturb. Others run two at once. */
  lane?: "alone" | "shared" | undefined;
  /** Not part of the short form, unless asked for by name. */
  fullOnly?: true | undefined;
  run(context: Context): Promise<Outcome>;
};

/** A check that a number is at most what is promised. */
export function atMost(name: string, measured: number, most: number, unit: string): Check {
  return { name, measured: `${round(measured)} ${unit}`, wanted: `<= ${most} ${unit}`, ok: measured <= most };
}
/** A check that two values are the same. */
export function exactly(name: string, measured: number | string, wanted: number | string): Check {
  return { name, measured: String(measured), wanted: String(wanted), ok: measured === wanted };
}
/** A check that a fault happened often enough for the proof to mean something. */
export function atLeast(name: string, measured: number, least: number): Check {
  return { name, measured: String(round(measured)), wanted: `>= ${least}`, ok: measured >= least };
}
/** What nobody waits on an idle machine, nor on a busy one: whoever does, waits behind what was harmed. */
const STUCK_MS = 2_000;
/**
 * Times of bystanders beside harm against times without it, both in ms and sorted. The full form judges the ratio of the p99. The short form
 * has so few that one pause of a shared machine is its p99: it tells the ratio, and judges that nobody was stuck.
 */
export function bystanders(form: Form, name: string, busy: readonly number[], quiet: readonly number[], most: number): Check {
  const p99 = (list: readonly number[]): number => quantile(list, 0.99) ?? 0;
  const ratio = p99(busy) / Math.max(1, p99(quiet));
  const longest = busy.at(-1) ?? Infinity;
  return {
    name,
    measured: `${p99(busy).toFixed(1)} / ${p99(quiet).toFixed(1)} ms, ratio ${ratio.toFixed(2)}${form === "short" ? `, longest ${longest.toFixed(0)} ms` : ""}`,
    wanted: form === "short" ? `longest <= ${STUCK_MS} ms` : `<= ${most}`,
    ok: form === "short" ? longest <= STUCK_MS : ratio <= most,
  };
}

function round(value: number): number {
  return Math.abs(value) < 10 ? Math.round(value * 100) / 100 : Math.round(value);
}
