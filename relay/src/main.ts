/** Runs one relay as a process: starts it, prints config mistakes one a line, stops it gracefully on a signal. */
import { ConfigError, loadConfig } from "./config/load.ts";
import { StoreError } from "./store/store.ts";
import { createRelay, type Relay, type RelayOptions } from "./relay.ts";

/** Exit code for a config with mistakes (EX_CONFIG of sysexits.h). */
const EX_CONFIG = 78;
/** Exit code when the store died while serving (EX_SOFTWARE). Nothing acknowledged is lost: the next start goes on. */
const EX_SOFTWARE = 70;

export type RunningRelay = { relay: Relay; host: string; port: number; notReady: string[] };

/** Loads, creates, listens, and installs SIGTERM/SIGINT (drain), SIGHUP (reload). Exits the process on config mistakes. */
export async function runRelay(file: string, options: Omit<RelayOptions, "loaded"> = {}): Promise<RunningRelay> {
  try {
    const loaded = await loadConfig(file, options.env ?? process.env);
    const relay = await createRelay({
      onFatal: (error) => {
        process.stderr.write(`${error.message}; the relay ends so that it can be started again.\n`);
        process.exit(EX_SOFTWARE);
      },
      ...options,
      loaded,
    });
    const address = await relay.listen();
    let stopping = false;
    const stop = (): void => {
      if (stopping) process.exit(130);
      stopping = true;
      relay.close().then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`the relay did not stop cleanly: ${String(error)}\n`);
          process.exit(1);
        },
      );
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
    process.on("SIGHUP", () => {
      relay
        .reload()
        .catch((error: unknown) =>
          process.stderr.write(`reload refused, the old config serves on:\n${error instanceof Error ? error.message : String(error)}\n`),
        );
    });
    return { relay, ...address };
  } catch (error) {
    if (error instanceof ConfigError) {
      process.stderr.write(
        `${error.message}\n${error.issues.length} ${error.issues.length === 1 ? "mistake" : "mistakes"} in ${file}; the relay was not started.\n`,
      );
      process.exit(EX_CONFIG);
    }
    if (error instanceof StoreError) {
      process.stderr.write(`${error.message}\n`);
      process.exit(1);
    }
    throw error;
  }
}
