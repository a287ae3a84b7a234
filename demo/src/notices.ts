/**
 * `POST /notices`: the shop's own sender of messages to visitors who left, as a generic webhook (docs/notify.md). It sends nothing anywhere: what would
 * have gone out is kept in memory and shown at `GET /notices`.
 */
import { Webhook } from "standardwebhooks";
import { isLoopback, json, readBody, refuse } from "./desk/edge.ts";
import { escapeHtml } from "./help-html.ts";

type Notice = { timestamp: string; data: { channel: string; to: string; language: string; subject: string; text: string } };
const MOST = 50;
const BODY_BYTES = 64 * 1024;

/** Addresses become links; the text is escaped before. */
const linked = (text: string): string => escapeHtml(text).replaceAll(/https?:\/\/[^\s<&]+/g, (url) => `<a href="${url}">${url}</a>`);

/** `secret` as `whsec_` and base64; throws when it is not. */
export function createNoticeSender(secret: string): { handle(request: Request): Promise<Response | undefined> } {
  const webhook = new Webhook(secret);
  const kept = new Map<string, Notice>();

  async function take(request: Request): Promise<Response> {
    const rawBody = await readBody(request, BODY_BYTES);
    if (rawBody === undefined) return refuse(413, "too-large", `a body may have ${BODY_BYTES} bytes`);
    try {
      const notice = webhook.verify(rawBody, Object.fromEntries(request.headers)) as Notice;
      // The same id is the same message: one that was taken before is not sent again.
      kept.set(request.headers.get("webhook-id") ?? "", notice);
      for (const id of [...kept.keys()].slice(0, -MOST)) kept.delete(id);
      return json(200, { ok: true });
    } catch (error) {
      return refuse(401, "unauthorized", error instanceof Error ? error.message : "the signature could not be verified");
    }
  }
  function show(): Response {
    const rows = [...kept.values()]
      .reverse()
      .map(
        ({ timestamp, data: { channel, to, language, subject, text } }) =>
          `<article lang="${escapeHtml(language)}" dir="auto"><h2>${escapeHtml(subject)}</h2><p>${escapeHtml(channel)} &middot; ${escapeHtml(to)} &middot; ${escapeHtml(timestamp)}</p><pre>${linked(text)}</pre></article>`,
      );
    const body = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Messages to visitors</title><h1>Messages to visitors</h1>${rows.join("") || "<p>None yet: ask for a person in the shop, leave an address, close the page, and answer at the desk.</p>"}</html>`;
    const policy = "default-src 'none'; base-uri 'none'; form-action 'none'";
    return new Response(body, { headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": policy } });
  }

  return {
    async handle(request) {
      if (new URL(request.url).pathname !== "/notices") return undefined;
      return request.method === "POST" ? take(request) : request.method === "GET" && isLoopback(request) ? show() : undefined;
    },
  };
}
