/**
 * Every adapter interface. An adapter is made by a factory `(options, context) => adapter`; it holds no policy: time-out, retry,
 * breaker and fallback order are the guard's (guard.ts), limits are the gateway's. Each call gets an `AbortSignal` and must
 * stop soon after it fires. Failures are `AdapterError` (errors.ts); anything else thrown counts as `failed`.
 */
import type { AdapterContext } from "./spec/base.ts";
import type { HandoffAdapter } from "./spec/handoff.ts";
import type { KnowledgeAdapter } from "./spec/knowledge.ts";
import type { NluAdapter } from "./spec/nlu.ts";
import type { NoticeAdapter, NotifyAdapter } from "./spec/notify.ts";
import type { ActionAdapter, ExpertAdapter } from "./spec/services.ts";

export type * from "./spec/base.ts";
export type * from "./spec/handoff.ts";
export type * from "./spec/knowledge.ts";
export * from "./spec/nlu.ts";
export type * from "./spec/notify.ts";
export type * from "./spec/services.ts";

export type AdapterKinds = {
  nlu: NluAdapter;
  knowledge: KnowledgeAdapter;
  handoff: HandoffAdapter;
  notify: NotifyAdapter;
  notice: NoticeAdapter;
  expert: ExpertAdapter;
  action: ActionAdapter;
};
export type AdapterKind = keyof AdapterKinds;

/** A problem in options, told with its path below the adapter's own: `examples.0`. */
export type OptionIssue = { path: string; expected: string };
/** What the registry knows of an adapter: `use: <name>` in the config. Options are read strictly; issues are all listed. */
export type AdapterDefinition<Kind extends AdapterKind = AdapterKind> = {
  kind: Kind;
  name: string;
  parseOptions(input: unknown): { ok: true; options: unknown } | { ok: false; issues: OptionIssue[] };
  create(options: never, context: AdapterContext): AdapterKinds[Kind];
  /** Largest answer `context.fetch` lets through; default 1 MiB. */
  maxAnswerBytes?: number | undefined;
};
