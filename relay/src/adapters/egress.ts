/**
 * A region's `fetch`: the only way an adapter reaches the network. Listed origins only, the name resolved once and the connection pinned to
 * what was checked, redirects not followed, bounded in time and size. Here lies the line between regions: another region's hosts are not listed.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import { AdapterError, isAdapterError } from "./errors.ts";
import { createEgressList, pinned, type Lookup, type ResolvedAddress } from "./egress-list.ts";
import { untilAborted } from "./until-aborted.ts";

export type EgressOptions = {
  /** Exact origins, as `https://api.example.com`. `http:` and private addresses only as an IP address or localhost: `http://127.0.0.1:8787`. */
  hosts: readonly string[];
  /** Replaces the built-in transport, after the checks; pinning the address is then its own duty. */
  fetch?: typeof fetch | undefined;
  /** All addresses of a name; default the system's resolver. */
  lookup?: Lookup | undefined;
  /** Longest wait for the head of the answer, and between two pieces of its body; default 10,000 ms. */
  timeoutMs?: number | undefined;
  /** Longest whole exchange, streamed answers too; default six times `timeoutMs`. */
  totalMs?: number | undefined;
  /** Largest body of an answer; default 1 MiB. */
  maxBytes?: number | undefined;
};

/**
 * A `fetch` for listed hosts. Rejects with `AdapterError`: `refused` (not listed, or a private address), `unreachable`, `timeout`,
 * `bad-response` (redirect, too large, broken off); with the signal's reason when the caller aborts. Throws `TypeError` for a wrong list.
 */
export function createEgress(options: EgressOptions): typeof fetch {
  const { timeoutMs = 10_000, totalMs = timeoutMs * 6, maxBytes = 1024 * 1024 } = options;
  const resolve = createEgressList(options.hosts, options.lookup);
  const send = options.fetch === undefined ? createTransport() : viaFetch(options.fetch);

  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const caller = request.signal;
    const limit = createTimeLimit(timeoutMs, totalMs);
    const signal = AbortSignal.any([caller, limit.signal]);
    try {
      signal.throwIfAborted();
      const addresses = await untilAborted(signal, resolve(url));
      const response = await send(request, addresses, signal);
      // Who asks for redirects by hand reads where they lead and asks again, under the same rules.
      if (response.status >= 300 && response.status < 400 && request.redirect !== "manual") {
        await response.body?.cancel().catch(() => undefined);
        throw new AdapterError("bad-response", `${url.origin} answered ${response.status}: redirects are not followed`);
      }
      limit.restart();
      return withLimits(response, url, { caller, limit, maxBytes });
    } catch (cause) {
      limit.end();
      throw failure(cause, url, caller, limit);
    }
  };
}

// ---------------------------------------------------------------- time

type TimeLimit = { signal: AbortSignal; restart: () => void; end: () => void };

function createTimeLimit(stepMs: number, totalMs: number): TimeLimit {
  const controller = new AbortController();
  const expire = (): void => controller.abort();
  let step = setTimeout(expire, stepMs);
  const total = setTimeout(expire, totalMs);
  return {
    signal: controller.signal,
    restart() {
      clearTimeout(step);
      step = setTimeout(expire, stepMs);
    },
    end() {
      clearTimeout(step);
      clearTimeout(total);
    },
  };
}

function failure(cause: unknown, url: URL, caller: AbortSignal, limit: TimeLimit): unknown {
  if (isAdapterError(cause)) return cause;
  if (caller.aborted) return caller.reason;
  if (limit.signal.aborted) return new AdapterError("timeout", `${url.origin} did not answer in time`, { cause });
  return new AdapterError("unreachable", `${url.origin} could not be reached`, { cause });
}

// ---------------------------------------------------------------- transport

type Send = (request: Request, addresses: ResolvedAddress[], signal: AbortSignal) => Promise<Response>;

function viaFetch(replacement: typeof fetch): Send {
  return (request, _addresses, signal) => replacement(new Request(request, { redirect: "manual", signal }));
}

/** HTTP by Node itself, because a connection must go to the addresses that were checked. Connections are kept for the next request. */
function createTransport(): Send {
  // Shorter than the 5 s after which many servers close an idle connection, so that few requests meet a closed one.
  const keep = { keepAlive: true, timeout: 4_000, maxFreeSockets: 16 };
  const agents = { "http:": new HttpAgent(keep), "https:": new HttpsAgent(keep) };
  return async (request, addresses, signal) => {
    const url = new URL(request.url);
    const secure = url.protocol === "https:";
    const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
    const headers: Record<string, string> = {
      accept: "*/*",
      "user-agent": "allhours",
      ...Object.fromEntries(request.headers),
      "accept-encoding": "identity",
    };
    if (body !== undefined) headers["content-length"] = String(body.length);
    const message = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = (secure ? httpsRequest : httpRequest)(url, {
        method: request.method,
        headers,
        agent: secure ? agents["https:"] : agents["http:"],
        lookup: pinned(addresses),
        signal,
      });
      outgoing.once("response", resolve);
      // Errors after the head reach the reader of the body.
      outgoing.on("error", reject);
      outgoing.end(body);
    });
    return toResponse(message);
  };
}

function toResponse(message: IncomingMessage): Response {
  const headers = new Headers();
  for (let index = 0; index + 1 < message.rawHeaders.length; index += 2)
    headers.append(message.rawHeaders[index]!, message.rawHeaders[index + 1]!);
  const status = message.statusCode ?? 502;
  const encoding = headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity") {
    message.destroy();
    throw new AdapterError("bad-response", `answered with content encoding ${encoding}, which was not asked for`);
  }
  if (status < 200) throw new AdapterError("bad-response", `answered ${status}`);
  if (status === 204 || status === 205 || status === 304) {
    message.resume();
    return new Response(null, { status, headers });
  }
  return new Response(Readable.toWeb(message) as ReadableStream<Uint8Array>, { status, headers });
}

/** Counts the body while it passes and ends the time limit with it. */
function withLimits(
  response: Response,
  url: URL,
  { caller, limit, maxBytes }: { caller: AbortSignal; limit: TimeLimit; maxBytes: number },
): Response {
  if (response.body === null) {
    limit.end();
    return response;
  }
  const announced = Number(response.headers.get("content-length") ?? 0);
  const tooLarge = (): AdapterError =>
    new AdapterError("bad-response", `${url.origin} answered with more than ${maxBytes} bytes`, { permanent: true });
  const reader = response.body.getReader();
  if (announced > maxBytes) {
    reader.cancel().catch(() => undefined);
    throw tooLarge();
  }
  let seen = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          limit.end();
          controller.close();
          return;
        }
        seen += value.byteLength;
        if (seen > maxBytes) {
          reader.cancel().catch(() => undefined);
          throw tooLarge();
        }
        limit.restart();
        controller.enqueue(value);
      } catch (cause) {
        limit.end();
        controller.error(brokenOff(cause, url, caller, limit));
      }
    },
    async cancel(reason) {
      limit.end();
      await reader.cancel(reason).catch(() => undefined);
    },
  });
  return new Response(body, { status: response.status, headers: response.headers });
}

function brokenOff(cause: unknown, url: URL, caller: AbortSignal, limit: TimeLimit): unknown {
  const told = failure(cause, url, caller, limit);
  return isAdapterError(told) && told.code === "unreachable"
    ? new AdapterError("bad-response", `${url.origin} broke off its answer`, { cause })
    : told;
}
