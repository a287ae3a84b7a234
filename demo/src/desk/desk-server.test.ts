/** The routes: the stream, the page and its policy, and who is let in without a login. */
import { expect, test } from "vitest";
import { ref, at, offer, refusalOf, useDesk } from "./desk-rig.ts";

const desk = useDesk();

test("an open page hears of changes and typing of its own desk", async () => {
  const response = await desk.ask("/desk/stream?desk=lisbon&agent=ines");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const next = async (): Promise<string> => (await reader?.read())?.value ?? "";
  expect(await next()).toBe('event: state\ndata: {"cases":[]}\n\n');
  expect(await next()).toBe('event: presence\ndata: {"here":["ines"]}\n\n');
  // A colleague comes and goes.
  const other = await desk.ask("/desk/stream?desk=lisbon&agent=tiago");
  expect(await next()).toBe('event: presence\ndata: {"here":["ines","tiago"]}\n\n');
  await other.body?.cancel();
  expect(await next()).toBe('event: presence\ndata: {"here":["ines"]}\n\n');
  await desk.hook(offer());
  expect(await next()).toMatch(/^event: case\ndata: \{"case":\{.*"caseId":"case-1"/);
  await desk.hook({ type: "visitor.typing", timestamp: at(3), data: { ...ref, typing: true } });
  expect(await next()).toBe('event: typing\ndata: {"caseId":"case-1","typing":true}\n\n');
  await reader?.cancel();
});

test("without a login, only loopback names are answered and only the own page may act", async () => {
  for (const path of ["/desk", "/desk/desk.js", "/desk/roster", "/desk/shifts?desk=lisbon", "/desk/stream?desk=lisbon&agent=ines"]) {
    expect((await desk.ask(path, {}, "desk.evil.example")).status).toBe(403);
    expect((await desk.ask(path, {}, "localhost.evil.example:8787")).status).toBe(403);
  }
  await desk.hook(offer());
  expect((await desk.act("handoff.accepted", {}, { origin: "https://evil.example" })).status).toBe(403);
  expect((await desk.act("handoff.accepted", {}, { origin: "null" })).status).toBe(403);
  expect(desk.relay.deliveries).toEqual([]);
  expect((await desk.act("handoff.accepted", {}, { origin: "http://localhost:8787" })).status).toBe(200);
});

test("says whose shift it is, and names a desk it does not know", async () => {
  const none = await desk.ask("/desk/shifts?desk=lisbon");
  expect([none.status, await none.json()]).toEqual([200, { batonMs: 0, teams: [] }]);
  expect(await refusalOf(await desk.ask("/desk/shifts?desk=nowhere"))).toMatchObject({ status: 400, code: "unknown-desk" });
});

test("the page comes with a policy that allows nothing inline, and has nothing inline", async () => {
  const response = await desk.ask("/desk");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  const html = await response.text();
  expect(html).not.toMatch(/<style|style=|<script>|\son\w+=/);
  for (const [, path = ""] of html.matchAll(/(?:src|href)="([^"]+)"/g)) expect([path, (await desk.ask(path)).status]).toEqual([path, 200]);
  const script = await (await desk.ask("/desk/desk.js")).text();
  for (const [, name] of script.matchAll(/from "\.(\/[^"]+)"/g))
    expect((await desk.ask(`/desk${name}`)).headers.get("content-type")).toContain("javascript");
  expect((await desk.ask("/desk/../package.json").catch(() => undefined))?.status).not.toBe(200);
  expect(await desk.server.handle(new Request("http://localhost:8787/desks"))).toBeUndefined();
});
