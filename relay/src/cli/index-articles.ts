/**
 * `allhours index`: reads a region's articles as the relay will, with a progress bar, and tells what was left out. A large knowledge is then there at the
 * relay's next start. Works on the cache folder beside the database; a running relay is not touched.
 */
import { defineCommand } from "citty";
import { AdapterError } from "../adapters/errors.ts";
import { createLoader } from "../adapters/knowledge/load.ts";
import type { Progress } from "../adapters/knowledge/snapshot-worker.ts";
import { ownKnowledge, type OwnKnowledge } from "./search.ts";
import type { Tools } from "./tools.ts";

const BAR_CHARS = 30;
/** Of a bar that nobody sees drawn, a line each time so much more is done. */
const TOLD_SHARE = 0.25;

const share = ({ done, of }: Progress): number => (of === 0 ? 1 : Math.min(1, done / of));

/** As `reading  [#####-----]  50 %`; bytes are read, articles indexed. */
export function barOf(progress: Progress): string {
  const filled = Math.round(share(progress) * BAR_CHARS);
  const percent = `${Math.floor(share(progress) * 100)} %`.padStart(5);
  return `${progress.stage.padEnd(8)} [${"#".repeat(filled)}${"-".repeat(BAR_CHARS - filled)}] ${percent}`;
}

/** On a terminal one line that is drawn anew, elsewhere a line now and then. */
export function createBar(out: { isTTY?: boolean | undefined; write(text: string): unknown }): {
  show(progress: Progress): void;
  end(): void;
} {
  let told: { stage: string; at: number } | undefined;
  let drawn = false;
  return {
    show(progress) {
      const line = barOf(progress);
      if (out.isTTY === true) {
        out.write(`\r${line}`);
        drawn = true;
        return;
      }
      const isNext = told?.stage !== progress.stage || share(progress) >= told.at + TOLD_SHARE || (share(progress) === 1 && told.at < 1);
      if (!isNext) return;
      told = { stage: progress.stage, at: share(progress) };
      out.write(`${line}\n`);
    },
    end: () => void (drawn && out.write("\n")),
  };
}

const did = {
  read: "read; so few are read at every start",
  built: "read, and kept for the next start",
  loaded: "kept since before, with what has changed",
} as const;

async function indexOne({ name, options, context }: OwnKnowledge): Promise<string> {
  const bar = createBar(process.stderr);
  const started = performance.now();
  try {
    const loaded = await createLoader(options, context, { onProgress: (progress) => bar.show(progress) }).load(
      new AbortController().signal,
    );
    if (loaded === undefined) throw new AdapterError("failed", `${name}: expected at least one article`, { permanent: true });
    const { articles, changed, questions } = loaded.shelf.sizes;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    return [
      name,
      `  articles     ${articles}${changed === 0 ? "" : `, and ${changed} new or changed since`}`,
      `  questions    ${questions}`,
      `  how          ${did[loaded.how]}`,
      `  took         ${seconds} s`,
    ].join("\n");
  } finally {
    bar.end();
  }
}

export function indexCommand({ config, load, say, fail }: Tools) {
  return defineCommand({
    meta: { name: "index", description: "read the articles, say what was left out, and keep a large knowledge for the next start" },
    args: { config, region: { type: "string", description: "region id; default: every region" } },
    run: async ({ args }) => {
      const loaded = await load(args.config);
      const ids = Object.keys(loaded.config.regions).filter((id) => args.region === undefined || args.region === id);
      if (ids.length === 0) return fail(`no region "${args.region}"; known: ${Object.keys(loaded.config.regions).join(", ")}`);
      const warn = (text: string): void => void process.stderr.write(`${text}\n`);
      const own = ids.flatMap((id) => ownKnowledge(loaded, id, warn));
      if (own.length === 0) return fail("no region has an embedded knowledge");
      for (const one of own) {
        try {
          say(await indexOne(one));
        } catch (error) {
          if (!(error instanceof AdapterError)) throw error;
          fail(error.message);
        }
      }
    },
  });
}
