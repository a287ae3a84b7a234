import { describe, expect, it } from "vitest";
import { parseRobots } from "./robots.ts";

const allowed = (text: string, ...paths: string[]): boolean[] => paths.map((path) => parseRobots(text).allows(path));

describe("parseRobots", () => {
  it("goes by the group that names us, else by the one for everybody, else lets us read", () => {
    const text =
      "User-agent: *\nDisallow: /\n\nUser-agent: otherbot\nUser-agent: ALLHOURS/2.0\nDisallow: /cart # not for us\n\nUser-agent: allhours\nDisallow: /account";
    expect(allowed(text, "/", "/help", "/cart/1", "/account")).toEqual([true, true, false, false]);
    expect(allowed("User-agent: *\nDisallow: /x", "/x", "/y")).toEqual([false, true]);
    expect(allowed("User-agent: otherbot\nDisallow: /", "/x")).toEqual([true]);
    expect(allowed("Disallow: /\n", "/x")).toEqual([true]);
    expect(allowed("", "/x")).toEqual([true]);
    expect(allowed("<!doctype html><p>User-agent: * Disallow: /", "/x")).toEqual([true]);
    expect(allowed("\uFEFFUSER-AGENT:*\r\nSitemap: https://x.example\r\nDISALLOW:/a\rAllow:/a/b", "/a", "/a/b")).toEqual([false, true]);
  });
  it("takes the longest match, and of two as long the one that allows", () => {
    const text = "User-agent: *\nDisallow: /help\nAllow: /help/public\nDisallow: /help/public/old\nAllow: /page\nDisallow: /page";
    expect(allowed(text, "/help", "/help/public/a", "/help/public/old/a", "/page", "/helpful", "/robots.txt")).toEqual([
      false,
      true,
      false,
      true,
      false,
      true,
    ]);
    expect(allowed("User-agent: *\nDisallow: /\nAllow: /$", "/", "/a")).toEqual([true, false]);
    expect(allowed("User-agent: *\nDisallow:", "/a")).toEqual([true]);
  });
  it("knows * and $", () => {
    const text = "User-agent: *\nDisallow: /*.php$\nDisallow: /*?sort=\nDisallow: /a*b*c\nDisallow: /ends*$";
    expect(allowed(text, "/x.php", "/x.php?a", "/x.phpx", "/l?sort=1", "/a1b2c3", "/acb", "/ends/x", "/x.php.php")).toEqual([
      false,
      true,
      true,
      false,
      false,
      true,
      false,
      false,
    ]);
    expect(allowed("User-agent: *\nDisallow: /aba*aba$", "/ababa", "/abaaba")).toEqual([true, false]);
  });
  it("reads one path written in two ways as the same", () => {
    const text = "User-agent: *\nDisallow: /hilfe/rückgabe\nDisallow: /%7Euser\nDisallow: /a%2fb";
    expect(allowed(text, "/hilfe/r%C3%BCckgabe", "/hilfe/r%c3%bcckgabe", "/~user", "/a%2Fb", "/a/b")).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });
  it("is not slowed down by a hostile pattern", () => {
    const started = performance.now();
    parseRobots(`User-agent: *\nDisallow: /${"*a".repeat(20_000)}$`).allows(`/${"a".repeat(30_000)}b`);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
