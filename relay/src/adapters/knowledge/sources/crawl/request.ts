/**
 * One request of the crawl: follows redirects as far as the egress list and robots.txt let it, reads at most so many bytes, and says in one word
 * what came of it. Does not try again; the next crawl does.
 */
import { isAdapterError } from "../../../errors.ts";
import { discardBody } from "../../../http-status.ts";
import type { ProblemCode } from "../../article.ts";
import { ROBOTS_AGENT } from "./robots.ts";

/** `keeps`: nothing was said about the page itself (the site is down), so what was read before stays good. */
export type Failure = { kind: "failed"; code: ProblemCode; problem: string; status?: number | undefined; keeps: boolean };
export type Fetched =
  | { kind: "body"; url: URL; bytes: Uint8Array; headers: Headers }
  /** It has not changed since (RFC 9110 15.4.5). */
  | { kind: "unchanged" }
  | Failure;
export type RequestOptions = {
  fetch: typeof fetch;
  signal: AbortSignal;
  accept: string;
  maxBytes: number | ((headers: Headers) => number);
  /** What the last answer was known by. */
  etag?: string | undefined;
  lastModified?: string | undefined;
  /** Asked for every address before it is fetched, redirects too; default yes. */
  mayFetch?: (url: URL) => Promise<Failure | undefined>;
};

const MAX_REDIRECTS = 5;
/** Longest a page may take; the region's fetch has its own, shorter limits between two pieces. */
const REQUEST_MS = 60_000;
const USER_AGENT = `${ROBOTS_AGENT}/0.1 (knowledge crawler)`;

export function failed(code: ProblemCode, problem: string, keeps: boolean, status?: number): Failure {
  return { kind: "failed", code, problem, keeps, status };
}

/** Never rejects, except with the signal's reason. */
export async function request(address: string, options: RequestOptions): Promise<Fetched> {
  let url = new URL(address);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const refused = await options.mayFetch?.(url);
    if (refused !== undefined) return hop === 0 ? refused : afterRedirect(url, refused);
    const answer = await once(url, options);
    if (!("target" in answer)) return hop > 0 && answer.kind === "failed" ? afterRedirect(url, answer) : answer;
    url = answer.target;
  }
  return failed("redirect-refused", `redirects more than ${MAX_REDIRECTS} times`, false);
}

/** What became of a page that leads elsewhere. A host that is not ours to ask is no reason to serve what the page said before. */
function afterRedirect(url: URL, failure: Failure): Failure {
  const code = failure.code === "host-refused" ? "redirect-refused" : failure.code;
  return { ...failure, code, problem: `redirected to ${url.origin}${url.pathname}: ${failure.problem}` };
}

async function once(url: URL, options: RequestOptions): Promise<Fetched | { target: URL }> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(REQUEST_MS)]);
  const headers: Record<string, string> = { "user-agent": USER_AGENT, accept: options.accept };
  if (options.etag !== undefined) headers["if-none-match"] = options.etag;
  if (options.lastModified !== undefined) headers["if-modified-since"] = options.lastModified;
  try {
    const response = await options.fetch(url, { headers, signal, redirect: "manual" });
    const { status } = response;
    if (status >= 200 && status < 300)
      return { kind: "body", url, headers: response.headers, bytes: await bytesOf(response, mostBytes(options, response)) };
    await discardBody(response);
    if (status === 304) return { kind: "unchanged" };
    const location = response.headers.get("location") ?? "";
    if ([301, 302, 303, 307, 308].includes(status))
      return URL.canParse(location, url.href) && /^https?:$/.test(new URL(location, url).protocol)
        ? { target: new URL(location, url) }
        : failed("redirect-refused", "redirects to no web address", false);
    return failed("http-status", `answered ${status}`, status >= 500 || status === 429, status);
  } catch (cause) {
    options.signal.throwIfAborted();
    if (cause instanceof TooLarge) return failed("too-large", cause.message, false);
    if (!isAdapterError(cause))
      return failed("not-reached", signal.aborted ? `did not end within ${REQUEST_MS} ms` : "could not be reached", true);
    if (cause.code === "refused") return failed("host-refused", cause.message, false);
    return cause.code === "bad-response" && cause.permanent
      ? failed("too-large", cause.message, false)
      : failed("not-reached", cause.message, true);
  }
}

function mostBytes({ maxBytes }: RequestOptions, { headers }: Response): number {
  return typeof maxBytes === "number" ? maxBytes : maxBytes(headers);
}

class TooLarge extends Error {}

async function bytesOf(response: Response, most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = Number(response.headers.get("content-length") ?? 0);
  if (size <= most) {
    size = 0;
    for await (const piece of response.body ?? []) {
      size += (piece as Uint8Array).byteLength;
      if (size > most) break;
      pieces.push(piece as Uint8Array);
    }
  }
  if (size <= most) return Buffer.concat(pieces);
  await discardBody(response);
  throw new TooLarge(`expected at most ${most} bytes`);
}
