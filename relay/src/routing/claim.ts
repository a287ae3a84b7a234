/**
 * What a site's own server says of its visitor, as a JSON Web Token it has signed (HS256, RFC 7519): the region that serves them. A page can be
 * changed by whoever looks at it, so a word of the page's alone decides nothing.
 */
import { errors, jwtVerify } from "jose";

/** Longest life of a claim, seconds: one that leaks is worth little. */
const LONGEST_SECONDS = 24 * 3_600;
/** How far the clocks may lie apart, seconds. */
const TOLERANCE_SECONDS = 60;

export type ReadClaim = { ok: true; region: string } | { ok: false; problem: string };

/** `secrets`: the newest first; each is tried. Never rejects. */
export async function readClaim(token: string, secrets: readonly string[], siteId: string, nowMs: number): Promise<ReadClaim> {
  let problem = "no secret is configured";
  for (const secret of secrets) {
    try {
      const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
        algorithms: ["HS256"],
        audience: siteId,
        requiredClaims: ["exp", "iat"],
        clockTolerance: TOLERANCE_SECONDS,
        currentDate: new Date(nowMs),
      });
      if ((payload.exp ?? 0) - (payload.iat ?? 0) > LONGEST_SECONDS) return { ok: false, problem: "exp: expected at most a day after iat" };
      return typeof payload["region"] === "string"
        ? { ok: true, region: payload["region"] }
        : { ok: false, problem: "region: expected text" };
    } catch (error) {
      problem = error instanceof errors.JOSEError ? error.code : "ERR_JWT_INVALID";
      // Rightly signed, and wrong all the same: another secret does not mend it.
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
    }
  }
  return { ok: false, problem };
}
