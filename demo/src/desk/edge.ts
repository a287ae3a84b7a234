/**
 * What every route of the desk needs at its edge: answers as JSON with a code, bodies with a limit, and the two checks that stand in
 * for a login. The demo has none, so its pages answer loopback names only and its actions only its own page.
 */

/** `code` is for programs, `message` for the person reading it. */
export type Refusal = { code: string; message: string };

export function json(status: number, body: object): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store", "x-content-type-options": "nosniff" } });
}
export function refuse(status: number, code: string, message: string): Response {
  return json(status, { ok: false, error: { code, message } satisfies Refusal });
}

/**
 * Was the request made to a loopback name? A page elsewhere can point a name of its own at 127.0.0.1 (DNS rebinding); its `Host`
 * then gives it away.
 */
export function isLoopback(request: Request): boolean {
  const host = request.headers.get("host") ?? new URL(request.url).host;
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i.test(host);
}

/** Could only our own page have sent this? Browsers add `Origin` to every POST; other programs on this machine send none. */
export function isSameOrigin(request: Request): boolean {
  const origin = request.headers.get("origin");
  if (origin === null) return request.headers.get("sec-fetch-site") === null;
  if (!URL.canParse(origin)) return false;
  return new URL(origin).host === (request.headers.get("host") ?? new URL(request.url).host);
}

/** The body as text, unchanged; `undefined` when it has more than `maxBytes`. */
export async function readBody(request: Request, maxBytes: number): Promise<string | undefined> {
  if (request.body === null) return "";
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of request.body) {
    size += piece.byteLength;
    if (size > maxBytes) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}
