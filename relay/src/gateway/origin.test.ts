import { describe, expect, it } from "vitest";
import { createPeerReader, originAllowed } from "./origin.ts";

describe("originAllowed", () => {
  const allowed = new Set(["https://shop.example"]);
  it("is exact", () => {
    expect(originAllowed("https://shop.example", allowed, false)).toBe(true);
    for (const origin of ["http://shop.example", "https://shop.example.evil.test", "https://shop.example:444", "null", ""])
      expect(originAllowed(origin, allowed, false)).toBe(false);
  });
  it("lets programs without an origin in, and any page only in dev mode without origins", () => {
    expect(originAllowed(undefined, allowed, false)).toBe(true);
    expect(originAllowed("https://any.example", new Set(), true)).toBe(true);
    expect(originAllowed("https://any.example", new Set(), false)).toBe(false);
  });
});

describe("createPeerReader", () => {
  const read = createPeerReader(["127.0.0.1", "10.0.0.0/8"], "cf-ipcountry");
  const from = (headers: Record<string, string>) => (name: string) => headers[name];
  it("believes no header of a stranger", () => {
    expect(read("203.0.113.9", from({ "x-forwarded-for": "1.2.3.4", "cf-ipcountry": "FR" }))).toEqual({
      address: "203.0.113.9",
      country: undefined,
    });
  });
  it("takes the last hop that is not a proxy of ours", () => {
    expect(read("::ffff:127.0.0.1", from({ "x-forwarded-for": "6.6.6.6, 198.51.100.7, 10.1.2.3", "cf-ipcountry": "fr" }))).toEqual({
      address: "198.51.100.7",
      country: "FR",
    });
  });
  it("drops countries that are none", () => {
    expect(read("127.0.0.1", from({ "cf-ipcountry": "XX" })).country).toBeUndefined();
    expect(read("127.0.0.1", from({ "cf-ipcountry": "<script>" })).country).toBeUndefined();
  });
});
