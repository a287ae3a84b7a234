/**
 * What was said, and what each witness saw of it. Every message carries its sender, its number and words whose hash the sender wrote
 * down; the checker compares lists and knows nothing of relays. Pure.
 */
import { createHash } from "node:crypto";
import type { Random } from "./random.ts";

/** One message as somebody saw it. `n` counts from 1 for each sender. */
export type Sighting = { sender: string; n: number; hash: string };
/** What one witness saw, in the order it saw it. */
export type Witness = {
  name: string;
  saw: readonly Sighting[];
  /** May see one twice by contract (at least once); repeats are counted apart. */ atLeastOnce?: boolean | undefined;
};
export type Count = {
  witness: string;
  lost: number;
  duplicated: number;
  reordered: number;
  divergent: number;
  /** Seen again by a witness that may. */ repeated: number;
};
export type LedgerReport = { sent: number; counts: Count[]; clean: boolean };

/** Text of a message for the ledger; the words are random and end in no mark that anything strips. */
export function ledgerText(sender: string, n: number, random: Random): { text: string; sighting: Sighting } {
  const words = Array.from({ length: random.int(2, 9) }, () => random.pick(WORDS)).join(" ");
  return { text: `[${sender}#${n}] ${words}`, sighting: { sender, n, hash: hashOf(words) } };
}

/** Reads a ledger message wherever it stands in a text; `undefined` when there is none. What follows the mark is what is hashed. */
export function sightingIn(text: string): Sighting | undefined {
  const found = /\[([\w.:-]+)#(\d+)\] ([\s\S]*)$/.exec(text);
  if (found === null) return undefined;
  const [, sender = "", n, words = ""] = found;
  return { sender, n: Number(n), hash: hashOf(words) };
}

/** Compares what the sender says was accepted with what each witness saw. Order is compared per sender. */
export function checkLedger(sent: readonly Sighting[], witnesses: readonly Witness[]): LedgerReport {
  const said = new Map(sent.map((one) => [keyOf(one), one.hash]));
  const counts = witnesses.map((witness) => countOf(said, witness));
  const clean = counts.every((count) => count.lost + count.duplicated + count.reordered + count.divergent === 0);
  return { sent: said.size, counts, clean };
}

function countOf(said: ReadonlyMap<string, string>, { name, saw, atLeastOnce = false }: Witness): Count {
  const count: Count = { witness: name, lost: 0, duplicated: 0, reordered: 0, divergent: 0, repeated: 0 };
  const seen = new Set<string>();
  const last = new Map<string, number>();
  for (const one of saw) {
    const key = keyOf(one);
    // Something nobody said, or said otherwise.
    if (said.get(key) !== one.hash) count.divergent += 1;
    if (seen.has(key)) {
      count[atLeastOnce ? "repeated" : "duplicated"] += 1;
      continue;
    }
    seen.add(key);
    const before = last.get(one.sender) ?? 0;
    if (one.n < before) count.reordered += 1;
    else last.set(one.sender, one.n);
  }
  for (const key of said.keys()) if (!seen.has(key)) count.lost += 1;
  return count;
}

/** All reports as one: for rounds that are counted together. */
export function joinReports(reports: readonly LedgerReport[]): LedgerReport {
  const counts = new Map<string, Count>();
  for (const { counts: list } of reports) {
    for (const one of list) {
      const sum = counts.get(one.witness) ?? { witness: one.witness, lost: 0, duplicated: 0, reordered: 0, divergent: 0, repeated: 0 };
      for (const key of ["lost", "duplicated", "reordered", "divergent", "repeated"] as const) sum[key] += one[key];
      counts.set(one.witness, sum);
    }
  }
  return {
    sent: reports.reduce((sum, report) => sum + report.sent, 0),
    counts: [...counts.values()],
    clean: reports.every((report) => report.clean),
  };
}

function keyOf({ sender, n }: { sender: string; n: number }): string {
  return `${sender}#${n}`;
}

function hashOf(words: string): string {
  return createHash("sha256").update(words).digest("hex").slice(0, 16);
}

/** Several scripts, so that a byte lost in an encoding shows. */
const WORDS = [
  "lamp",
  "parcel",
  "Größe",
  "rechnung",
  "où",
  "colis",
  "pedido",
  "灯",
  "快递到了吗",
  "返品",
  "電気",
  "مصباح",
  "طلب",
  "đèn",
  "โคมไฟ",
  "👍🏽",
  "x\u0301",
  "7 days",
  "a&b",
  "<b>",
  '"quoted"',
  "back\\slash",
];
