/**
 * Trains the embedded NLU on one labelled set and asks it the other part, in this process and without a relay: figures that need its confidences,
 * which no visitor is told. What visitors get of it is run.ts's, over the public protocol.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { embeddedNlu, resolvedAt, type Outcome } from "@allhours/relay";
import { firstMessage, openAdapter } from "../bench/in-process.ts";
import { accuracyAtRecall, areaUnderCurve } from "./curves.ts";
import { quantile } from "./score.ts";
import type { LabelledSet } from "./sets.ts";

/** Shares are 0 to 1; `undefined` where a set has none of the questions they are about. */
export type SetFigures = {
  name: string;
  split: string;
  train: number;
  intents: number;
  inScope: number;
  outOfScope: number;
  /** Of questions in scope: the best intent is right, or the right one is among the three best. */
  top1: number;
  top3: number;
  auroc: number | undefined;
  /** Right answers in scope where that share of the others is kept out. */
  at75: number | undefined;
  at90: number | undefined;
  /** Right answers, of all in scope, with at most that share of all asked answered wrongly; `buttons`: and the right one among three. */
  resolved2: number;
  resolved5: number;
  buttons5: number;
  /** At the borders the engine found itself: right, wrong, and of those out of scope not answered. */
  right: number;
  wrong: number;
  recognised: number | undefined;
  trainSeconds: number;
  p50Ms: number;
  p99Ms: number;
};

export async function measureSet({ name, train, dev, split }: LabelledSet, target: number): Promise<SetFigures> {
  const folder = await mkdtemp(join(tmpdir(), "allhours-set-"));
  try {
    await writeFile(join(folder, "train.jsonl"), train.map(({ text, intent }) => JSON.stringify({ text, intent })).join("\n"));
    const nlu = openAdapter(embeddedNlu, { examples: "train.jsonl", target }, folder);
    const never = new AbortController().signal;
    const started = performance.now();
    await nlu.init?.(never);
    const trainSeconds = (performance.now() - started) / 1_000;
    const tag = /(?:^|[/-])([a-z]{2})(?:-[A-Z][a-z]+)?$/.exec(name)?.[1] ?? "en";
    const intents = new Set(train.flatMap(({ intent }) => intent ?? []));
    // What is loaded at the first message of its kind is not what a message costs.
    for (const { text } of train.slice(0, 200)) await nlu.understand(firstMessage(text, tag), never);
    const times: number[] = [];
    const outcomes: (Outcome & { answered: boolean })[] = [];
    for (const { text, intent } of dev) {
      const from = performance.now();
      const { intents: found, borders } = await nlu.understand(firstMessage(text, tag), never);
      times.push(performance.now() - from);
      const confidence = found[0]?.confidence ?? 0;
      outcomes.push({
        confidence,
        place: intent === undefined ? -1 : found.findIndex((one) => one.name === intent),
        beside: intent === undefined || !intents.has(intent),
        weight: 1,
        answered: confidence >= (borders?.answerAt ?? 0.5),
      });
    }
    await nlu.close?.();
    const known = outcomes.filter(({ beside }) => !beside);
    const strange = outcomes.filter(({ beside }) => beside);
    const judged = outcomes.map(({ confidence, place, beside }) => ({ confidence, right: beside ? undefined : place === 0 }));
    const share = (of: readonly (typeof outcomes)[number][], holds: (one: (typeof outcomes)[number]) => boolean): number =>
      of.length === 0 ? 0 : of.filter(holds).length / of.length;
    const five = resolvedAt(outcomes, 0.05);
    times.sort((one, other) => one - other);
    return {
      name,
      split,
      train: train.length,
      intents: intents.size,
      inScope: known.length,
      outOfScope: strange.length,
      top1: share(known, ({ place }) => place === 0),
      top3: share(known, ({ place }) => place >= 0 && place < 3),
      auroc: areaUnderCurve(judged),
      at75: accuracyAtRecall(judged, 0.75),
      at90: accuracyAtRecall(judged, 0.9),
      resolved2: resolvedAt(outcomes, 0.02).alone,
      resolved5: five.alone,
      buttons5: five.withButtons,
      right: share(known, ({ answered, place }) => answered && place === 0),
      wrong: share(known, ({ answered, place }) => answered && place !== 0),
      recognised: strange.length === 0 ? undefined : 1 - share(strange, ({ answered }) => answered),
      trainSeconds,
      p50Ms: quantile(times, 0.5) ?? 0,
      p99Ms: quantile(times, 0.99) ?? 0,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One set as lines of text. */
export function figuresAsText(one: SetFigures, target: number): string[] {
  const percent = (value: number | undefined): string => (value === undefined ? "-" : (value * 100).toFixed(1));
  const strangers = [
    `  out of scope  ${one.outOfScope}: AUROC ${one.auroc?.toFixed(3) ?? "-"}, in-scope accuracy ${percent(one.at75)} at 75 % of them kept out, ${percent(one.at90)} at 90 %`,
    `                ${percent(one.recognised)} not answered at the engine's own border (target ${percent(target)})`,
  ];
  return [
    `${one.name}  (${one.split}; ${one.train} examples, ${one.intents} intents, learnt in ${one.trainSeconds.toFixed(1)} s)`,
    `  in scope      ${one.inScope}: right ${percent(one.top1)}, among three ${percent(one.top3)}`,
    ...(one.outOfScope === 0 ? [] : strangers),
    `  own border    ${percent(one.right)} answered right, ${percent(one.wrong)} wrong`,
    `  resolved      ${percent(one.resolved2)} with at most 2 % wrong, ${percent(one.resolved5)} with 5 %, ${percent(one.buttons5)} with three buttons`,
    `  a message     p50 ${one.p50Ms.toFixed(2)} ms, p99 ${one.p99Ms.toFixed(2)} ms`,
  ];
}
