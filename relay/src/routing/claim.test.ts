import { createHmac } from "node:crypto";
import { expect, it } from "vitest";
import { readClaim } from "./claim.ts";

const [secret, old, foreign] = ["a".repeat(32), "b".repeat(32), "c".repeat(32)];
const now = Date.parse("2026-11-28T12:00:00Z");
const seconds = now / 1_000;
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
/** Written by hand, after RFC 7515: no code of the reader's in it. */
function sign(payload: object, key = secret, header: object = { alg: "HS256", typ: "JWT" }): string {
  const body = `${part(header)}.${part(payload)}`;
  return `${body}.${createHmac("sha256", key).update(body).digest("base64url")}`;
}
const good = { aud: "linden", iat: seconds - 10, exp: seconds + 3_600, region: "eu" };
const read = async (token: string, secrets: readonly string[] = [secret, old]) => readClaim(token, secrets, "linden", now);

it("believes what the site has signed, by the new secret and by the one before", async () => {
  expect(await read(sign(good))).toEqual({ ok: true, region: "eu" });
  expect(await read(sign(good, old))).toEqual({ ok: true, region: "eu" });
});

it("believes nothing else, and says why", async () => {
  const [head, body, signature] = sign(good).split(".");
  const changed = `${head}.${part({ ...good, region: "apac" })}.${signature}`;
  const none = `${part({ alg: "none" })}.${body}.`;
  const cases: [string, string][] = [
    [sign(good, foreign), "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"],
    [changed, "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"],
    [none, "ERR_JOSE_ALG_NOT_ALLOWED"],
    [sign(good, secret, { alg: "HS512" }), "ERR_JOSE_ALG_NOT_ALLOWED"],
    [sign({ ...good, exp: seconds - 61 }), "ERR_JWT_EXPIRED"],
    [sign({ ...good, aud: "other" }), "ERR_JWT_CLAIM_VALIDATION_FAILED"],
    [sign({ ...good, exp: undefined }), "ERR_JWT_CLAIM_VALIDATION_FAILED"],
    [sign({ ...good, exp: seconds + 2 * 86_400 }), "exp: expected at most a day after iat"],
    [sign({ ...good, region: 5 }), "region: expected text"],
    ["not.a.token", "ERR_JWS_INVALID"],
  ];
  for (const [token, problem] of cases) expect(await read(token), problem).toEqual({ ok: false, problem });
  expect(await read(sign(good), [])).toMatchObject({ ok: false });
});
