/**
 * JSON logs: fields and a static message. Never message text, audio, tokens or names, at any level; what might slip in with an
 * error is cut by the paths below.
 */
import { pino, type Logger as PinoLogger } from "pino";

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export function createLogger(level: string): Logger {
  const logger: PinoLogger = pino({
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    redact: { paths: ["*.token", "token", "*.text", "text", "*.authorization", "err.request", "err.response"], censor: "[cut]" },
  });
  return logger;
}

/** The first three bytes of an IPv4 address, the first six of an IPv6 one. */
export function truncateAddress(address: string): string {
  if (address.includes(".")) return address.replace(/^.*:(?=\d+\.)/, "").replace(/\.\d+$/, ".0");
  return `${address.split(":").slice(0, 3).join(":")}::`;
}
