/**
 * Connections to a PostgreSQL server: few, read-only, to checked addresses, over TLS unless the server lies in a private network. Knows nothing of
 * articles. What goes wrong is an `AdapterError` without any word of the query or of the rows; nothing is tried again here.
 */
import { Socket, isIP } from "node:net";
import type { Pool, PoolClient } from "pg";
import { isPublicAddress } from "../../addresses.ts";
import { bareHost, pinned } from "../../egress-list.ts";
import { AdapterError, isAdapterError } from "../../errors.ts";
import type { AdapterContext } from "../../spec.ts";
import { untilAborted } from "../../until-aborted.ts";

export type PoolOptions = {
  /** `postgres://user:password@host:5432/database`. */
  url: string;
  /** `off`: plain text, to addresses that are not public only. */
  tls: "verify" | "off";
  /** PEM; default the certificate authorities Node knows. */
  ca?: string | undefined;
};
export type PostgresPool = {
  /** Rows of one statement. An abort ends its connection, and the server the statement within a second. */
  rows(sql: string, values: readonly unknown[], signal: AbortSignal): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
};

const CONNECTIONS = 4;
const CONNECT_MS = 5_000;
const STATEMENT_MS = 10_000;
const IDLE_MS = 60_000;
/**
 * In force before the first statement: nothing this adapter sends may write, run on when nobody waits for it, or depend on the server's own settings.
 * `client_connection_check_interval` is known since PostgreSQL 14.
 */
const SESSION = Object.entries({
  default_transaction_read_only: "on",
  statement_timeout: STATEMENT_MS,
  client_connection_check_interval: 1_000,
  datestyle: "ISO",
  timezone: "UTC",
})
  .map(([setting, value]) => `-c ${setting}=${value}`)
  .join(" ");

/** Types by their number in the server's catalogue (pg_type.oid). */
const INT8 = 20;
const NUMERIC = 1700;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;
const DATE = 1082;
const readers = new Map<number, (text: string) => unknown>([
  [DATE, (text) => text],
  [TIMESTAMP, isoOf],
  [TIMESTAMPTZ, isoOf],
  [INT8, numberOf],
  [NUMERIC, numberOf],
]);
function isoOf(text: string): string {
  return `${text.replace(" ", "T").replace(/\+00$/, "")}Z`;
}
/** One too large to be exact stays text. */
function numberOf(text: string): number | string {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}

export function createPostgresPool(options: PoolOptions, context: Pick<AdapterContext, "resolve" | "logger" | "path">): PostgresPool {
  const url = new URL(options.url.replace(/^postgresql:/, "postgres:"));
  const host = bareHost(url);
  let opening: Promise<Pool> | undefined;

  async function open(): Promise<Pool> {
    const { default: pg } = await import("pg");
    const pool = new pg.Pool({
      host,
      port: Number(url.port || 5432),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(url.pathname.slice(1)),
      application_name: "allhours",
      options: SESSION,
      client_encoding: "UTF8",
      max: CONNECTIONS,
      connectionTimeoutMillis: CONNECT_MS,
      idleTimeoutMillis: IDLE_MS,
      allowExitOnIdle: true,
      keepAlive: true,
      ssl:
        options.tls === "off"
          ? false
          : { rejectUnauthorized: true, host, ...(isIP(host) === 0 ? { servername: host } : {}), ca: options.ca },
      stream: () => new CheckedSocket(url, options.tls, context.resolve),
      types: {
        getTypeParser: (oid, format) => readers.get(oid) ?? (pg.types.getTypeParser as (id: number, as?: string) => never)(oid, format),
      },
    });
    // A server that is stopped ends idle connections; the next query opens another.
    pool.on("error", (error) => context.logger.warn({ adapter: context.path, code: errorOf(error).code }, "an idle connection ended"));
    return pool;
  }

  return {
    async rows(sql, values, signal) {
      signal.throwIfAborted();
      const pool = await (opening ??= open());
      let client: PoolClient | undefined;
      let ended = false;
      const end = (broken: boolean): void => {
        if (client !== undefined && !ended) client.release(broken);
        ended = ended || client !== undefined;
      };
      const work = (async () => {
        client = await pool.connect();
        if (signal.aborted) return [];
        return (await client.query<Record<string, unknown>>(sql, [...values])).rows;
      })();
      try {
        const rows = await untilAborted(signal, work);
        end(false);
        return rows;
      } catch (cause) {
        // Whoever left while still in the queue gives the connection back when it comes.
        if (client === undefined)
          work.then(
            () => end(false),
            () => end(true),
          );
        else end(signal.aborted || !isServerError(cause));
        if (signal.aborted) throw signal.reason;
        throw errorOf(cause);
      }
    },
    async close() {
      const pool = await opening?.catch(() => undefined);
      opening = undefined;
      await pool?.end();
    },
  };
}

/** Goes to the addresses that the region's list gives for this origin, or nowhere. */
class CheckedSocket extends Socket {
  readonly #url: URL;
  readonly #tls: PoolOptions["tls"];
  readonly #resolve: AdapterContext["resolve"];
  constructor(url: URL, tls: PoolOptions["tls"], resolve: AdapterContext["resolve"]) {
    super();
    this.#url = url;
    this.#tls = tls;
    this.#resolve = resolve;
  }
  override connect(...args: unknown[]): this {
    const [port, host] = args;
    if (typeof port !== "number" || typeof host !== "string") return super.connect(...(args as [never]));
    this.#resolve(this.#url).then(
      (addresses) => {
        if (this.destroyed) return;
        if (this.#tls === "off" && addresses.some(({ address }) => isPublicAddress(address)))
          this.destroy(new AdapterError("refused", `tls: off is for addresses that are not public, and ${host} has a public one`));
        else super.connect({ port, host, lookup: pinned(addresses) });
      },
      (error: unknown) => this.destroy(error as Error),
    );
    return this;
  }
}

type MaybeCoded = { code?: unknown; message?: unknown };
/** SQLSTATE (PostgreSQL, appendix A) is five characters; Node's own codes are words. */
function isServerError(cause: unknown): boolean {
  return /^[0-9A-Z]{5}$/.test(String((cause as MaybeCoded | null)?.code));
}
/** Never with the server's own words: they may quote the visitor. */
export function errorOf(cause: unknown): AdapterError {
  if (isAdapterError(cause)) return cause;
  const { code, message } = (cause ?? {}) as MaybeCoded;
  const state = isServerError(cause) ? String(code) : "";
  const told = `the server answered with SQLSTATE ${state}`;
  if (state.startsWith("28")) return new AdapterError("unauthorized", `${told}: user or password`);
  // No such database, table, column or configuration; no permission. Another question fares no better.
  if (/^(3D000|42P01|42703|42704|42501|3F000)$/.test(state)) return new AdapterError("bad-request", told, { permanent: true });
  if (state === "57014") return new AdapterError("timeout", `${told}: a statement took more than ${STATEMENT_MS} ms`);
  if (state === "" || /^(08|53|57P)/.test(state)) {
    if (typeof message === "string" && message.includes("does not support SSL"))
      return new AdapterError("refused", "the server offers no TLS; tls: off is for one in a private network");
    if (typeof message === "string" && /timeout/.test(message))
      return new AdapterError("timeout", `no connection within ${CONNECT_MS} ms`, { cause });
    return new AdapterError("unreachable", state === "" ? "the server could not be reached" : told, { cause });
  }
  return new AdapterError("failed", told);
}
