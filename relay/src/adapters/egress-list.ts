/**
 * Which servers a region may connect to, and by which addresses: exact origins, each name resolved and checked before anybody connects. Owns the
 * list, no connection: HTTP goes by egress.ts, a database's own protocol by the adapter that speaks it.
 */
import { lookup as systemLookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { AdapterError } from "./errors.ts";
import { isPublicAddress } from "./addresses.ts";

export type ResolvedAddress = { address: string; family: number };
/** All addresses of a name. */
export type Lookup = (host: string) => Promise<ResolvedAddress[]>;
/**
 * The addresses a connection to this origin may go to, never none. Rejects with `AdapterError`: `refused` (not listed, or a private address),
 * `unreachable` (a name without an address).
 */
export type ResolveListed = (url: URL) => Promise<ResolvedAddress[]>;

/** Protocols that are no HTTP: who speaks one asks for a checked address, and connects by itself. With their usual ports. */
const OTHER_PORTS: Readonly<Record<string, string>> = {
  "postgres:": "5432",
  "smtp:": "587",
  "smtps:": "465",
  "imap:": "143",
  "imaps:": "993",
};

/** The origin of an address, also where the URL standard knows none: `postgres://db.example:5432`. Drops user, path and parameters. */
export function originOf(url: URL): string {
  const port = OTHER_PORTS[url.protocol];
  return port === undefined ? url.origin : `${url.protocol}//${url.hostname.toLowerCase()}:${url.port || port}`;
}

export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

/** Reads one entry of the list: its origin, or what was expected. `trusted`: its name may lead to addresses that are not public. */
export function readEgressHost(entry: string): { ok: true; origin: string; trusted: boolean } | { ok: false; expected: string } {
  if (!URL.canParse(entry)) return { ok: false, expected: "expected an origin, as https://api.example.com" };
  const url = new URL(entry);
  const origin = originOf(url);
  const given = entry.replace(/\/$/, "").toLowerCase();
  if (given !== origin && `${given}:${OTHER_PORTS[url.protocol]}` !== origin)
    return { ok: false, expected: "expected an exact origin without path, user or wildcard, as https://api.example.com" };
  const explicit = isIP(bareHost(url)) !== 0 || url.hostname === "localhost";
  const other = url.protocol in OTHER_PORTS;
  if (!(url.protocol === "https:" || other || (url.protocol === "http:" && explicit)))
    return { ok: false, expected: "expected https, http with an IP address or localhost, postgres, smtp(s) or imap(s)" };
  // Databases and mail servers lie in private networks more often than not, and speak no protocol that a page could be made to speak.
  return { ok: true, origin, trusted: explicit || other };
}

/** Throws `TypeError` for a wrong list. `lookup`: default the system's resolver. */
export function createEgressList(hosts: readonly string[], lookup: Lookup = lookupAll): ResolveListed {
  const allowed = new Map<string, { trusted: boolean }>();
  for (const entry of hosts) {
    const read = readEgressHost(entry);
    if (!read.ok) throw new TypeError(`egress host "${entry}": ${read.expected}`);
    allowed.set(read.origin, read);
  }
  const listed = [...allowed.keys()].join(", ") || "(none)";
  return async (url) => {
    const origin = originOf(url);
    const entry = allowed.get(origin);
    if (entry === undefined) throw new AdapterError("refused", `${origin} is not in this region's egress list: ${listed}`);
    return resolveChecked(bareHost(url), entry.trusted, lookup);
  };
}

async function lookupAll(host: string): Promise<ResolvedAddress[]> {
  return systemLookup(host, { all: true });
}

/** One private address among several refuses the name: a public one beside it may be bait. */
async function resolveChecked(host: string, trusted: boolean, lookup: Lookup): Promise<ResolvedAddress[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  let addresses: ResolvedAddress[];
  try {
    addresses = await lookup(host);
  } catch (cause) {
    throw new AdapterError("unreachable", `${host} has no address`, { cause });
  }
  if (addresses.length === 0) throw new AdapterError("unreachable", `${host} has no address`);
  if (!trusted && !addresses.every(({ address }) => isPublicAddress(address))) {
    throw new AdapterError(
      "refused",
      `${host} resolves to an address that is not public; list the address itself as an origin if that is meant`,
    );
  }
  return addresses;
}

/** For a connection that must go to addresses that were checked, whatever the name means by now. */
export function pinned(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_host, options, done) => {
    const first = addresses[0]!;
    if (options.all === true) done(null, [...addresses]);
    else done(null, first.address, first.family);
  };
}
