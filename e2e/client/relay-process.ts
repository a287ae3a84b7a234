/**
 * One relay as a process of its own: `node --conditions=@allhours/source relay-process.ts CONFIG [READY_FD]`. Says where it listens as one
 * JSON line on file descriptor READY_FD (default 1); its log goes to standard output. Signals are `runRelay`'s.
 */
import { writeSync } from "node:fs";
import { runRelay } from "@allhours/relay";

const [file, readyFd = "1"] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write("expected the path of a config file\n");
  process.exit(64);
}
const { host, port, notReady } = await runRelay(file);
writeSync(Number(readyFd), `${JSON.stringify({ host, port, notReady })}\n`);
