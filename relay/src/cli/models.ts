/**
 * `allhours calibrate` and `allhours model list|use`: what the embedded NLU of each region makes of its examples, and which version of it
 * serves. Works on the cache folder of the config, beside a running relay: that watches the operator's choice and takes it within a second.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { defineCommand } from "citty";
import { embeddedNlu, runTraining, trainRequestOf, type EmbeddedNluOptions } from "../adapters/nlu/embedded.ts";
import { EXAMPLE_EXTENSIONS, readExampleFile } from "../adapters/nlu/examples.ts";
import type { IntentModel } from "../adapters/nlu/intent-model.ts";
import { reportOn, type SetReport } from "../adapters/nlu/resolved.ts";
import type { TrainReport } from "../adapters/nlu/train-worker.ts";
import { forgetObserved, observedFile, writeObserved } from "../adapters/nlu/observed.ts";
import { chooseVersion, chosenVersion, readVersions, type Versions } from "../adapters/nlu/versions.ts";
import { cacheOf, type LoadedConfig } from "../config/load.ts";
import { askLearned, askObserved } from "./ask-relay.ts";
import type { Tools } from "./tools.ts";

/** An embedded NLU of a config: its name for people, its options, its folders. */
export type OwnNlu = { name: string; region: string; options: EmbeddedNluOptions; baseDir: string; cacheDir: string };

/** Every embedded NLU, as the relay makes it. */
export function ownNlus(loaded: LoadedConfig, region: string | undefined): OwnNlu[] {
  const { config, baseDir } = loaded;
  return Object.entries(config.regions).flatMap(([regionId, { nlu }]) =>
    region !== undefined && region !== regionId
      ? []
      : nlu.flatMap((entry, index) => {
          const { use, id: _id, guard: _guard, ...given } = entry;
          const parsed = use === embeddedNlu.name ? embeddedNlu.parseOptions(given) : undefined;
          if (parsed?.ok !== true) return [];
          const cacheDir = join(cacheOf(loaded), regionId, "nlu", String(index));
          return [
            {
              name: `regions.${regionId}.nlu.${index}`,
              region: regionId,
              options: parsed.options as EmbeddedNluOptions,
              baseDir,
              cacheDir,
            },
          ];
        }),
  );
}

/** Bad lines that are named. */
const LISTED = 10;
/** The share of wrong answers that a shop bears, as the field reports it. */
const MOST_WRONG = 0.05;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** What one training found, a fact a line. */
export function calibrationAsText(name: string, target: number, report: TrainReport): string {
  const lines = [name, `  examples     ${report.exampleCount} in ${report.fileCount} files`];
  for (const { file, line, problem } of report.problems.slice(0, LISTED)) lines.push(`  skipped      ${file}:${line} ${problem}`);
  const { model } = report;
  if (model === undefined) return [...lines, "  expected examples of at least two intents"].join("\n");
  lines.push(`  intents      ${model.labels.length}`, `  version      ${report.version} (${report.how})`);
  if (report.regression !== undefined) lines.push(`  regression   ${report.regression.now.right} of ${report.regression.now.of} right`);
  const { calibration } = model;
  if (calibration === undefined)
    return [...lines, "  borders      too few intents or examples to find them: 0.5 and 0.25 are used"].join("\n");
  const { report: folds } = calibration;
  const { observed } = folds;
  return [
    ...lines,
    `  answer at    ${calibration.answerAt.toFixed(3)}`,
    `  ask back at  ${calibration.askAt.toFixed(3)}`,
    `  known        ${percent(folds.right)} answered right, ${percent(folds.wrong)} wrong, ${percent(folds.askedBack)} asked back, ${percent(folds.passedOn)} passed on`,
    `  beside them  ${percent(folds.recognised)} not answered (target ${percent(target)}), of these ${percent(folds.askedBackBeside)} asked back`,
    `  from         ${folds.folds} folds, each without a part of the intents; before knowledge and buttons`,
    ...(observed === undefined
      ? []
      : [
          `  observed     ${observed.right + observed.wrong + observed.beside} left to others: best intent of ${observed.right} right, of ${observed.wrong} wrong, ${observed.beside} beside them`,
          `               now ${observed.answered} of these answered, ${observed.answeredWrong} of them wrongly, ${observed.askedBack} asked back`,
        ]),
  ].join("\n");
}

/** What the model makes of one file of questions with their right intents. */
export function setAsText(file: string, target: number, report: SetReport): string {
  const { known, beside, right, wrong, askedBack, recognised, resolved } = report;
  return [
    `  ${file}`,
    `    known        ${known}: ${percent(right)} answered right, ${percent(wrong)} wrong, ${percent(askedBack)} asked back`,
    ...(beside === 0 ? [] : [`    beside them  ${beside}: ${percent(recognised)} not answered (target ${percent(target)})`]),
    `    resolved     ${percent(resolved.alone)} if at most ${percent(MOST_WRONG)} of all may be wrong, ${percent(resolved.withButtons)} with three buttons`,
  ].join("\n");
}

async function saySet(file: string, target: number, model: IntentModel, say: (text: string) => void): Promise<void> {
  const { examples, problems } = await readExampleFile(file);
  for (const { line, problem } of problems.slice(0, LISTED)) say(`  skipped      ${file}:${line} ${problem}`);
  say(setAsText(file, target, reportOn(model, examples, model.calibration ?? { answerAt: 0.5, askAt: 0.25 }, MOST_WRONG)));
}

export function versionsAsText(name: string, versions: Versions, chosen: string | undefined): string {
  if (versions.list.length === 0) return `${name}\n  no version yet; the relay makes one at its start, and allhours calibrate does`;
  return [
    name,
    ...versions.list.map(({ version, at, examples, intents, state, regression }) => {
      const mark = version === chosen ? "chosen" : version === versions.active && chosen === undefined ? "serves" : state;
      const score = regression === undefined ? "" : `  regression ${regression.right}/${regression.of}`;
      return `  ${version}  ${at}  ${mark.padEnd(8)}  ${examples} examples, ${intents} intents${score}`;
    }),
  ].join("\n");
}

const regionArg = { type: "string", description: "only this region" } as const;

async function ofConfig({ load, fail }: Tools, file: string, region: string | undefined): Promise<OwnNlu[]> {
  const found = ownNlus(await load(file), region);
  if (found.length === 0) fail(region === undefined ? "no region has an embedded NLU" : `region ${region} has no embedded NLU`);
  return found;
}

export function calibrateCommand(tools: Tools) {
  const { config, say, fail } = tools;
  return defineCommand({
    meta: { name: "calibrate", description: "find from the examples when to answer and when to ask back, and say what comes of it" },
    args: {
      config,
      region: regionArg,
      observed: {
        type: "boolean",
        description: "redraw from the questions that were handed over or asked back since; asks the running relay",
      },
      forget: { type: "boolean", description: "draw from the examples alone again" },
      url: { type: "string", description: "origin of the relay; default: as the config says it listens" },
      questions: { type: "string", description: "a file of questions with their right intents: say what comes of these too" },
      target: { type: "string", description: "share of questions beside all intents that is not answered; default: the config's" },
    },
    run: async ({ args }) => {
      const target = args.target === undefined ? undefined : Number(args.target);
      if (target !== undefined && !(target >= 0.5 && target <= 0.99))
        return fail(`--target ${args.target}: expected a number from 0.5 to 0.99`);
      const { questions } = args;
      if (questions !== undefined && !(EXAMPLE_EXTENSIONS.some((end) => questions.endsWith(end)) && existsSync(questions)))
        return fail(`--questions ${questions}: expected a file that exists, ${EXAMPLE_EXTENSIONS.join(" or ")}`);
      if (args.observed && args.forget) return fail("expected --observed or --forget, not both");
      const { config: read } = await tools.load(args.config);
      const warn = (text: string): void => void process.stderr.write(`${text}\n`);
      for (const { name, region, options, baseDir, cacheDir } of await ofConfig(tools, args.config, args.region)) {
        if (args.forget) await forgetObserved(cacheDir);
        if (args.observed) {
          try {
            const questions = await askObserved(read, region, args.url);
            await writeObserved(cacheDir, questions);
            say(`${name}: ${questions.length} observed questions`);
          } catch (error) {
            return fail(`${name}: no observed questions: ${(error as Error).message}`);
          }
        }
        const learned = await askLearned(read, region, args.url, warn);
        const asked = target === undefined ? options : { ...options, target };
        // A target that is only tried leaves the versions that serve alone.
        const folder = target === undefined || target === options.target ? cacheDir : join(cacheDir, "tried");
        const report = await runTraining(
          {
            ...trainRequestOf(asked, { baseDir, cacheDir: folder, learned: learned === undefined ? undefined : () => learned }),
            observedFile: observedFile(cacheDir),
          },
          new AbortController().signal,
          (progress) => {
            if (process.stderr.isTTY) process.stderr.write(`\r${progress.stage} ${progress.done}/${progress.of} `);
          },
        );
        if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
        say(calibrationAsText(name, asked.target, report));
        if (args.questions !== undefined && report.model !== undefined) await saySet(args.questions, asked.target, report.model, say);
        if (report.model === undefined) fail(`${name}: nothing to calibrate`);
      }
    },
  });
}

export function modelCommand(tools: Tools) {
  const { config, say, fail } = tools;
  const list = defineCommand({
    meta: { name: "list", description: "the versions of every embedded NLU, oldest first" },
    args: { config, region: regionArg },
    run: async ({ args }) => {
      for (const { name, cacheDir } of await ofConfig(tools, args.config, args.region))
        say(versionsAsText(name, await readVersions(cacheDir), await chosenVersion(cacheDir)));
    },
  });
  const use = defineCommand({
    meta: { name: "use", description: "serve one version from now on, or `newest`: what the examples make" },
    args: { version: { type: "positional", description: "as model list names it, or newest", required: true }, config, region: regionArg },
    run: async ({ args }) => {
      const found = await ofConfig(tools, args.config, args.region);
      if (args.version === "newest") {
        for (const { name, cacheDir } of found) {
          await chooseVersion(cacheDir, undefined);
          say(`${name} follows its examples`);
        }
        return;
      }
      let count = 0;
      for (const { name, cacheDir } of found) {
        const known = (await readVersions(cacheDir)).list.filter(({ version }) => version.startsWith(args.version));
        const [one] = known;
        if (one === undefined) continue;
        if (known.length > 1) return fail(`${args.version} begins ${known.length} versions of ${name}; say more of it`);
        await chooseVersion(cacheDir, one.version);
        say(`${name} serves ${one.version}`);
        count += 1;
      }
      if (count === 0 && found.length > 0) fail(`no version begins with ${args.version}; allhours model list names them`);
    },
  });
  return defineCommand({ meta: { name: "model", description: "the versions of the embedded NLU" }, subCommands: { list, use } });
}
