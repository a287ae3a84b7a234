/**
 * JSON logs: fields and a static message. Never message text, audio, tokens or names, at any level; what might slip in with an
 * error is cut by the paths below.
 */
import { destination, pino, type Logger as PinoLogger, type LoggerOptions } from "pino";

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Lines are gathered to this many bytes, or for this long: a line a turn would be a system call a turn. */
const GATHER_BYTES = 4_096;
const GATHER_MS = 200;
/** What waits while the log cannot be written; lines beyond it are dropped. */
const MOST_BYTES = 1024 * 1024;
let standardOutput: ReturnType<typeof destination> | undefined;

/** Standard output, one for the process. What is still gathered is written when the process ends in any way but SIGKILL. */
function output(): ReturnType<typeof destination> {
  if (standardOutput !== undefined) return standardOutput;
  const opened = destination({ dest: 1, sync: false, minLength: GATHER_BYTES, periodicFlush: GATHER_MS, maxLength: MOST_BYTES });
  // A log that cannot be written (a full disk, a closed pipe) loses its lines and nothing else: without a listener the first failure would end
  // the relay, and the last flush would try for ever.
  let failing = false;
  opened.on("error", () => (failing = true));
  opened.on("write", () => (failing = false));
  const flush = opened.flushSync.bind(opened);
  // Called by pino too, when the process ends.
  opened.flushSync = () => {
    if (!failing) flush();
  };
  process.on("exit", () => opened.flushSync());
  standardOutput = opened;
  return opened;
}

export function createLogger(level: string): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    redact: { paths: ["*.token", "token", "*.text", "text", "*.authorization", "err.request", "err.response"], censor: "[cut]" },
  };
  const logger: PinoLogger = pino(options, output());
  return logger;
}

/** The first three bytes of an IPv4 address, the first six of an IPv6 one. */
export function truncateAddress(address: string): string {
  if (address.includes(".")) return address.replace(/^.*:(?=\d+\.)/, "").replace(/\.\d+$/, ".0");
  return `${address.split(":").slice(0, 3).join(":")}::`;
}
