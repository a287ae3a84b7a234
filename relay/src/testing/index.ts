/** Contract suites for everyone's adapters and stores, and the parts they are tested with. Needs no test framework. */
export * from "./adapter-context.ts";
export * from "./contract.ts";
export * from "./fake-clock.ts";
export * from "./handoff-suite.ts";
export * from "./http-server.ts";
export * from "./knowledge-suite.ts";
export * from "./messages-in-languages.ts";
export * from "./nlu-suite.ts";
export { freePort } from "./processes.ts";
export * from "./store-suite.ts";
