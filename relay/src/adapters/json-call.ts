/** Calls of desks' and pagers' JSON APIs: one wait, one reading of refusals. Retries are the jobs'. */
import { discardBody } from "./http-status.ts";
import { fetchWithin, refusalOf } from "./signed-webhook.ts";
import type { AdapterContext } from "./spec.ts";

export type JsonCall = {
  url: string;
  method?: "GET" | "POST" | "PUT" | "PATCH" | undefined;
  headers?: Record<string, string> | undefined;
  /** Sent as JSON; a `URLSearchParams` as a form. */
  body?: object | undefined;
  timeoutMs: number;
  /** For messages, as "Slack". */
  who: string;
  /** Status that says it was done by an earlier try: as good as 200. */
  taken?: number | undefined;
};

/** The answer's object; empty when it has no body, or none of JSON. Rejects with `AdapterError`, or with the signal's reason. */
export async function callJson(
  call: JsonCall,
  { fetch }: Pick<AdapterContext, "fetch">,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const { url, method = "POST", headers, body, timeoutMs, who, taken } = call;
  const form = body instanceof URLSearchParams;
  const type = form ? "application/x-www-form-urlencoded" : "application/json; charset=utf-8";
  const init = {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": type }), ...headers },
    ...(body === undefined ? {} : { body: form ? body.toString() : JSON.stringify(body) }),
  };
  const response = await fetchWithin(url, init, { timeoutMs, who, fetch }, signal);
  if (!response.ok) {
    await discardBody(response);
    if (response.status === taken) return {};
    throw refusalOf(response, who);
  }
  const answer: unknown = await response.json().catch(() => undefined);
  return typeof answer === "object" && answer !== null && !Array.isArray(answer) ? (answer as Record<string, unknown>) : { items: answer };
}
