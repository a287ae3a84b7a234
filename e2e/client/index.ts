/** The door of the protocol client for Node: a visitor without a browser, and a real relay to talk to. */
export { createClient, type AskResult, type Client, type ClientOptions, type HelloFacts } from "./client.ts";
export { startRelay, type StartedRelay, type StartRelayOptions } from "./start-relay.ts";
export { cpuSecondsOf, rssBytesOf, cpuSecondsIn, rssBytesIn } from "./process-stat.ts";
