/** What every adapter is made with, and how it lives: spec.ts. */

/** What an adapter is given by its region. It must not reach the network by any other way. */
export type AdapterContext = {
  regionId: string;
  /** The adapter's place in the config, for messages: `regions.eu.nlu.0`. */
  path: string;
  /** Folder that relative paths in options are resolved against: the config file's. */
  baseDir: string;
  /** Folder this adapter may keep rebuildable files in (trained models, snapshots). */
  cacheDir: string;
  /** The region's fetch: listed hosts only (egress.ts). */
  fetch: typeof fetch;
  /**
   * For servers that speak no HTTP: the addresses a connection to a listed origin may go to, as `postgres://db.example:5432`. Rejects with
   * `AdapterError`: `refused` when it is not listed, `unreachable` when the name has no address.
   */
  resolve: (url: URL) => Promise<readonly { address: string; family: number }[]>;
  logger: AdapterLogger;
  /** Of this adapter alone; absent for kinds that keep nothing. */
  memory?: Memory | undefined;
  /** What the region has learnt from its visitors so far, approved by somebody. Asked at each `init`; absent where nothing learns. */
  learned?: (() => Learned) | undefined;
};
/**
 * A way to ask for an article, and whose it is: its author's, of a cluster of visitors' questions, or of an agent who attached one. `at`: the date
 * it was added, as 2026-10-12.
 */
export type Phrasing = { text: string; origin: "author" | "cluster" | "agent"; at?: string | undefined };
/** Articles of the region's own making, and more ways to ask for articles that exist. `updatedAt` is a date, as 2026-10-12. */
export type Learned = {
  articles: readonly { id: string; title: string; text: string; language: string; phrasings: readonly Phrasing[]; updatedAt: string }[];
  phrasings: readonly ({ articleId: string; language: string } & Phrasing)[];
};
export interface AdapterLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Called once before first use and again after a reload; may take seconds (training). */
export interface Lifecycle {
  init?(signal: AbortSignal): Promise<void>;
  close?(): Promise<void>;
  /** Files and folders (absolute) whose change asks for another `init`. */
  readonly watchPaths?: readonly string[] | undefined;
  /**
   * True when a call is answered from memory in this thread, without waiting for anything. The guard then sets no timer and makes no signal
   * of its own: the caller's is handed on. Retry, breaker and fallback stay. A `timeoutMs` in the config wins over this.
   */
  readonly inProcess?: true | undefined;
  /** True when `init` reads `AdapterContext.learned`: a change of it asks for another. */
  readonly learns?: true | undefined;
}

/** Small facts an adapter must find again, as which thread of a desk is which case. Survives a restart; `key` and value are texts up to 1,000. */
export type Memory = {
  get(key: string): Promise<string | undefined>;
  put(key: string, value: string): Promise<void>;
};
