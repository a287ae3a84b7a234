/** The wire contract of Allhours: what may be said, in which shape, within which limits. No DOM, no Node. */
export * from "./ids.ts";
export * from "./limits.ts";
export * from "./version.ts";
export * from "./errors.ts";
export * from "./message.ts";
export * from "./contact.ts";
export * from "./events.ts";
export * from "./redact.ts";
export * from "./session.ts";
export * from "./commands.ts";
export * from "./decode.ts";
export * from "./pipes.ts";
export * from "./sum.ts";
