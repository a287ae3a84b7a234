/** The `allhours` command: start a relay, check a config, explain which region a visitor gets, calibrate, search, index, see to the dead letters, erase. */
import { defineCommand, runMain } from "citty";
import { auditCommands } from "./cli/audit.ts";
import { coverageCommand } from "./cli/coverage.ts";
import { adminDoor, deadLettersCommand, type AdminDoor } from "./cli/dead-letters.ts";
import { eraseCommand } from "./cli/erase.ts";
import { explainCommand } from "./cli/explain.ts";
import { gapsCommand } from "./cli/gaps.ts";
import { indexCommand } from "./cli/index-articles.ts";
import { calibrateCommand, modelCommand } from "./cli/models.ts";
import { searchCommand } from "./cli/search.ts";
import { webhooksCommand } from "./cli/webhooks.ts";
import { ConfigError, loadConfig, type LoadedConfig } from "./config/load.ts";
import { runRelay } from "./main.ts";

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

const fail = (text: string): void => {
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
};
const door = async (file: string, url: string | undefined): Promise<AdminDoor> => adminDoor((await load(file)).config.server, url);
const deadLetters = deadLettersCommand(config, door, say, fail);
const gaps = gapsCommand(config, door, say, fail);
const webhooks = webhooksCommand({ config, say, fail }, door);
const audits = auditCommands({ config, say, fail }, door);
const erase = eraseCommand({ config, say, fail }, door);
const calibrate = calibrateCommand({ config, load, say, fail });
const model = modelCommand({ config, load, say, fail });
const search = searchCommand({ config, load, say, fail });
const explain = explainCommand({ config, load, say, fail });
const index = indexCommand({ config, load, say, fail });
const coverage = coverageCommand({ config, load, say, fail });

export async function runCli(argv: string[]): Promise<void> {
  await runMain(
    defineCommand({
      meta: { name: "allhours", description: "support chat that never closes" },
      subCommands: {
        start,
        check,
        explain,
        coverage,
        calibrate,
        model,
        search,
        index,
        gaps,
        webhooks,
        ...audits,
        erase,
        "dead-letters": deadLetters,
      },
    }),
    { rawArgs: argv },
  );
}
