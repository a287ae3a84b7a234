/** The `allhours` command: start a relay, check a config, explain which region a visitor gets, calibrate, search, index, see to the dead letters. */
import { defineCommand, runMain } from "citty";
import { coverageCommand } from "./cli/coverage.ts";
import { adminDoor, deadLettersCommand } from "./cli/dead-letters.ts";
import { gapsCommand } from "./cli/gaps.ts";
import { indexCommand } from "./cli/index-articles.ts";
import { calibrateCommand, modelCommand } from "./cli/models.ts";
import { searchCommand } from "./cli/search.ts";
import { ConfigError, loadConfig, type LoadedConfig } from "./config/load.ts";
import { runRelay } from "./main.ts";
import { chooseRegion } from "./routing/region.ts";

const config = { type: "string", description: "path of the config file", default: "allhours.yaml" } as const;
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

async function load(file: string): Promise<LoadedConfig> {
  try {
    return await loadConfig(file, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n${error.issues.length} ${error.issues.length === 1 ? "mistake" : "mistakes"}.\n`);
    process.exit(78);
  }
}

const start = defineCommand({
  meta: { name: "start", description: "start a relay" },
  args: { config },
  run: async ({ args }) => {
    await runRelay(args.config);
  },
});

const check = defineCommand({
  meta: { name: "check", description: "read a config and list every mistake in it" },
  args: { config },
  run: async ({ args }) => {
    const loaded = await load(args.config);
    say(
      `${args.config}: ${Object.keys(loaded.config.sites).length} sites, ${Object.keys(loaded.config.regions).length} regions, no mistakes`,
    );
  },
});

const explain = defineCommand({
  meta: { name: "explain", description: "say which region a visitor gets, and why" },
  args: {
    config,
    site: { type: "string", description: "site id", required: true },
    country: { type: "string", description: "ISO 3166-1 alpha-2, as FR" },
    timezone: { type: "string", description: "IANA zone, as Asia/Manila" },
    language: { type: "string", description: "BCP 47, as fr-FR" },
  },
  run: async ({ args }) => {
    const loaded = await load(args.config);
    const site = loaded.config.sites[args.site];
    if (site === undefined) {
      process.stderr.write(`no site "${args.site}"; known: ${Object.keys(loaded.config.sites).join(", ")}\n`);
      process.exit(1);
    }
    const choice = chooseRegion(site, loaded.config.regions, {
      country: args.country,
      timezone: args.timezone,
      languages: args.language === undefined ? [] : [args.language],
    });
    const region = loaded.config.regions[choice.regionId];
    const uses = (list: readonly { use: string }[] | undefined): string => list?.map((entry) => entry.use).join(" -> ") || "none";
    say(
      `region     ${choice.regionId}\nbecause    ${choice.reason} (${choice.detail})\nnlu        ${uses(region?.nlu)}\nknowledge  ${uses(region?.knowledge)}\nhandoff    ${uses(region?.handoff)}`,
    );
  },
});

const fail = (text: string): void => {
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
};
const deadLetters = deadLettersCommand(config, async (file, url) => adminDoor((await load(file)).config.server, url), say, fail);
const gaps = gapsCommand(config, async (file, url) => adminDoor((await load(file)).config.server, url), say, fail);
const calibrate = calibrateCommand({ config, load, say, fail });
const model = modelCommand({ config, load, say, fail });
const search = searchCommand({ config, load, say, fail });
const index = indexCommand({ config, load, say, fail });
const coverage = coverageCommand({ config, load, say, fail });

export async function runCli(argv: string[]): Promise<void> {
  await runMain(
    defineCommand({
      meta: { name: "allhours", description: "support chat that never closes" },
      subCommands: { start, check, explain, coverage, calibrate, model, search, index, gaps, "dead-letters": deadLetters },
    }),
    { rawArgs: argv },
  );
}
