/** AWS Signature Version 4 for one POST (docs.aws.amazon.com, "Create a signed AWS API request"). Pure: the time is given. */
import { createHash, createHmac } from "node:crypto";

export type AwsKeys = { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined };
export type AwsRequest = { method: string; url: string; headers: Readonly<Record<string, string>>; body: string };

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

/** All headers to send: those given, `host` left to the client, with `x-amz-date` and `authorization`. */
export function signAws(
  { method, url, headers, body }: AwsRequest,
  keys: AwsKeys,
  scope: { region: string; service: string },
  nowMs: number,
): Record<string, string> {
  const { host, pathname, searchParams } = new URL(url);
  const stamp = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
  const day = stamp.slice(0, 8);
  const own: Record<string, string> = {
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.trim().replaceAll(/ +/g, " ")])),
    "x-amz-date": stamp,
    ...(keys.sessionToken === undefined ? {} : { "x-amz-security-token": keys.sessionToken }),
  };
  const signed = Object.entries({ ...own, host }).sort(([one], [other]) => (one < other ? -1 : 1));
  const names = signed.map(([name]) => name).join(";");
  const query = [...searchParams.entries()]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join("&");
  const canonical = [
    method,
    // The path is encoded once more than it is sent, as every service but S3 wants it.
    pathname.split("/").map(encoded).join("/"),
    query,
    ...signed.map(([name, value]) => `${name}:${value}`),
    "",
    names,
    sha256(body),
  ].join("\n");
  const place = `${day}/${scope.region}/${scope.service}/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", stamp, place, sha256(canonical)].join("\n");
  const key = [scope.region, scope.service, "aws4_request"].reduce(hmac, hmac(`AWS4${keys.secretAccessKey}`, day));
  const signature = createHmac("sha256", key).update(toSign).digest("hex");
  return {
    ...own,
    authorization: `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${place}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

/** As RFC 3986 has it; `encodeURIComponent` leaves five more characters. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}
