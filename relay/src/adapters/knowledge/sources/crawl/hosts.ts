/** What is known of each host during one crawl: its robots.txt, read once, and that its requests come one at a time with a pause. */
import { setTimeout as sleep } from "node:timers/promises";
import { failed, request, type Failure, type RequestOptions } from "./request.ts";
import { allowAll, MAX_ROBOTS_BYTES, parseRobots, type Robots } from "./robots.ts";

export interface Hosts {
  /** Runs `work` when the host's pause is over. */
  politely<Value>(url: string, work: () => Promise<Value>): Promise<Value>;
  /** `undefined`: we may. A failure of the host (not listed, robots.txt out of reach) is the same object for all its pages. */
  mayFetch: (url: URL) => Promise<Failure | undefined>;
}

export function createHosts(options: Pick<RequestOptions, "fetch" | "signal">, delayMs: number): Hosts {
  const robots = new Map<string, Promise<Robots | Failure>>();
  const free = new Map<string, Promise<unknown>>();
  const robotsOf = (origin: string): Promise<Robots | Failure> => {
    const asked = robots.get(origin) ?? readRobots(origin, options);
    robots.set(origin, asked);
    return asked;
  };
  return {
    async politely(url, work) {
      const { origin } = new URL(url);
      await free.get(origin);
      const result = work();
      const rest = (): Promise<void> => sleep(delayMs, undefined, { signal: options.signal });
      free.set(
        origin,
        result.then(rest, rest).catch(() => undefined),
      );
      return result;
    },
    async mayFetch(url) {
      const rules = await robotsOf(url.origin);
      if ("kind" in rules) return rules;
      return rules.allows(url.pathname + url.search) ? undefined : failed("robots-refused", "robots.txt does not let us read it", false);
    },
  };
}

/** RFC 9309 2.3.1: one that is not there allows everything, a host that cannot say allows nothing. */
async function readRobots(origin: string, options: Pick<RequestOptions, "fetch" | "signal">): Promise<Robots | Failure> {
  const answer = await request(`${origin}/robots.txt`, { ...options, accept: "text/plain", maxBytes: MAX_ROBOTS_BYTES });
  if (answer.kind === "body") return parseRobots(new TextDecoder().decode(answer.bytes));
  if (answer.kind === "unchanged") return allowAll;
  if (answer.code === "host-refused") return answer;
  if (answer.status !== undefined && answer.status < 500) return allowAll;
  return { ...answer, code: "robots-unreachable", problem: `${origin}/robots.txt: ${answer.problem}`, keeps: true };
}
