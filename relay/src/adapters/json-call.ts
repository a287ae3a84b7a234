/** Calls of desks' and pagers' JSON APIs: one wait, one reading of refusals. Retries are the jobs'. */
import { AdapterError } from "./errors.ts";
import { discardBody } from "./http-status.ts";
import { refusalOf } from "./signed-webhook.ts";
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
};

/** The answer's object; empty when it has no body, or none of JSON. Rejects with `AdapterError`, or with the signal's reason. */
export async function callJson(
  call: JsonCall,
  { fetch }: Pick<AdapterContext, "fetch">,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const { url, method = "POST", headers, body, timeoutMs, who } = call;
  const limit = AbortSignal.timeout(timeoutMs);
  const form = body instanceof URLSearchParams;
  const type = form ? "application/x-www-form-urlencoded" : "application/json; charset=utf-8";
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: { ...(body === undefined ? {} : { "content-type": type }), ...headers },
      ...(body === undefined ? {} : { body: form ? body.toString() : JSON.stringify(body) }),
      signal: AbortSignal.any([signal, limit]),
    });
  } catch (cause) {
    if (limit.aborted && !signal.aborted) throw new AdapterError("timeout", `${who} did not answer within ${timeoutMs} ms`, { cause });
    throw cause;
  }
  if (!response.ok) {
    await discardBody(response);
    throw refusalOf(response, who);
  }
  const answer: unknown = await response.json().catch(() => undefined);
  return typeof answer === "object" && answer !== null && !Array.isArray(answer) ? (answer as Record<string, unknown>) : { items: answer };
}
