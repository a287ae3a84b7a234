/** The public door of the relay: run one, build one into a process, write an adapter for it. */
export { createRelay, type Relay, type RelayOptions } from "./relay.ts";
export { runRelay, type RunningRelay } from "./main.ts";
export { ConfigError, loadConfig, readConfig, type ConfigIssue, type LoadedConfig } from "./config/load.ts";
export { defineConfig } from "./config/define.ts";
export type { Config, ConfigInput } from "./config/schema.ts";
export { decideLanguage, type LanguageChoice, type LanguageFacts } from "./pipeline/language.ts";
export { createRota, type Rota, type Team } from "./routing/rota.ts";
export { clusterQuestions, type Cluster, type ClusterOptions } from "./learning/cluster.ts";
export { chooseTeam, verdictsOf, type Asked, type Choice, type Verdict } from "./routing/tiers.ts";
export { chooseRegion, type RegionChoice, type VisitorFacts } from "./routing/region.ts";
export { AdapterError, isAdapterError, type AdapterErrorCode } from "./adapters/errors.ts";
export type * from "./adapters/spec.ts";
export { createLogger, type Logger } from "./observe/logger.ts";
export type { FallbackHandler } from "./gateway/http.ts";
export { embeddedKnowledge } from "./adapters/knowledge/embedded.ts";
export { embeddedNlu } from "./adapters/nlu/embedded.ts";
export { resolvedAt, type Outcome, type Resolved } from "./adapters/nlu/resolved.ts";
export { readArticles, type Article, type ReadArticles } from "./adapters/knowledge/articles.ts";
