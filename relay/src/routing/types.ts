/** What routing hands to a turn: a site, and exactly one region with its adapters. */
import type {
  ActionAdapter,
  ExpertAdapter,
  HandoffAdapter,
  NoticeAdapter,
  NotifyAdapter,
  KnowledgeAdapter,
  NluAdapter,
} from "../adapters/spec.ts";
import type { Buckets } from "./buckets.ts";
import type { Rota } from "./rota.ts";
import type { ActionConfig } from "../config/actions.ts";
import type { ExpertConfig } from "../config/experts.ts";
import type { RegionConfig, SiteConfig } from "../config/schema.ts";

export type Site = SiteConfig & { id: string };

/** A call through the guard: time-out, retry, breaker, and the next adapter when one fails or its answer is turned down. Rejects with `AdapterError`. */
export interface Guarded<Adapter> {
  call<Value>(
    run: (adapter: Adapter, signal: AbortSignal) => Promise<Value>,
    signal?: AbortSignal,
    accept?: (value: Value) => boolean,
  ): Promise<{ value: Value; adapter: string }>;
  states(): { name: string; state: string }[];
}

/** What a service of the shop can do for a visitor who agrees; `id` is unique in the region. */
export type Action = { id: string; config: ActionConfig; adapter: ActionAdapter };
export type Expert = { id: string; config: ExpertConfig; adapter: ExpertAdapter };

/** A region's adapters, limits and list of hosts. A turn is given one and cannot reach another. */
export type Region = {
  id: string;
  config: RegionConfig;
  nlu: Guarded<NluAdapter>;
  knowledge: Guarded<KnowledgeAdapter>;
  /** Desks in order; `id` is unique in the whole config and names the inbound route. */
  desks: readonly { id: string; adapter: HandoffAdapter }[];
  /** Reaches the region's listed hosts only; for what desks and receivers are told. */
  fetch: typeof fetch;
  /** By conversation; absent where the relay's own limit is enough. */
  rate?: Buckets | undefined;
  /** Who answers at the desks, and when. Without teams every desk is always open. */
  rota: Rota;
  /** Asked in this order where no team can be; `id` is unique in the whole config and names the inbound route. */
  experts: readonly Expert[];
  actions: readonly Action[];
  /** All are told of a critical message; `id` is unique in the region. */
  pagers: readonly { id: string; adapter: NotifyAdapter }[];
  /** Write to visitors who left, one a channel, best first. */
  notices: readonly { id: string; adapter: NoticeAdapter }[];
};
