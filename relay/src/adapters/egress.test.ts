import { afterEach, describe, expect, it } from "vitest";
import { startTestServer, type Behaviour, type TestServer } from "../testing/http-server.ts";
import { isPublicAddress } from "./addresses.ts";
import { createEgress } from "./egress.ts";
import { createEgressList, readEgressHost } from "./egress-list.ts";

const open: TestServer[] = [];
const serve = async (...behaviours: Behaviour[]): Promise<TestServer> => {
  const server = await startTestServer(...behaviours);
  open.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

describe("readEgressHost", () => {
  it("takes exact https origins, and http only for addresses and localhost", () => {
    for (const good of [
      "https://api.example.com",
      "https://api.example.com:8443",
      "http://127.0.0.1:8787",
      "http://[::1]:8080",
      "http://localhost:3000",
      "postgres://db.example:6543",
      "postgres://DB.internal",
      "postgres://[::1]:5433",
    ])
      expect(readEgressHost(good), good).toMatchObject({ ok: true });
    for (const bad of [
      "api.example.com",
      "http://api.example.com",
      "https://*.example.com/x",
      "https://api.example.com/path",
      "https://user@api.example.com",
      "ftp://api.example.com",
      "postgresql://db.example",
      "postgres://user:pw@db.example",
      "postgres://db.example/shop",
      "postgres://db.example?sslmode=disable",
      "",
    ])
      expect(readEgressHost(bad), bad).toMatchObject({ ok: false });
    expect(() => createEgress({ hosts: ["http://intranet"] })).toThrow(/intranet.*https/);
  });
});

describe("createEgressList", () => {
  it("gives addresses of listed databases only, by host and port, private ones too", async () => {
    const resolve = createEgressList(["postgres://db.internal", "https://db.example"], async () => [{ address: "10.0.0.7", family: 4 }]);
    for (const url of ["postgres://db.internal/shop", "postgres://user:pw@DB.internal:5432/other"])
      await expect(resolve(new URL(url)), url).resolves.toEqual([{ address: "10.0.0.7", family: 4 }]);
    for (const url of ["postgres://db.internal:5433/shop", "postgres://db.example/shop", "http://db.internal:5432", "https://db.example"])
      await expect(resolve(new URL(url)), url).rejects.toMatchObject({ code: "refused", permanent: true });
    const nameless = createEgressList(["postgres://db.internal"], async () => []);
    await expect(nameless(new URL("postgres://db.internal"))).rejects.toMatchObject({ code: "unreachable" });
  });
});

describe("isPublicAddress", () => {
  it("knows what is reserved, also in disguise", () => {
    for (const address of ["8.8.8.8", "172.32.0.1", "2606:4700::1111"]) expect(isPublicAddress(address), address).toBe(true);
    for (const address of [
      "127.0.0.1",
      "10.1.2.3",
      "172.16.0.1",
      "192.168.1.1",
      "169.254.169.254",
      "100.64.0.1",
      "0.0.0.0",
      "224.0.0.1",
      "255.255.255.255",
      "::1",
      "::",
      "::ffff:127.0.0.1",
      "::ffff:8.8.8.8",
      "64:ff9b::7f00:1",
      "fe80::1",
      "fe80::1%eth0",
      "fd00::1",
      "2002:7f00:1::",
      "2001:db8::1",
      "not an address",
    ])
      expect(isPublicAddress(address), address).toBe(false);
  });
});

describe("createEgress", () => {
  it("reaches listed origins and no other, naming host and list", async () => {
    const server = await serve({ kind: "answer", body: "hello" });
    const other = await serve({ kind: "answer", body: "secret" });
    const reach = createEgress({ hosts: [server.origin] });
    await expect(reach(`${server.origin}/a?b=1`).then((response) => response.text())).resolves.toBe("hello");
    await expect(reach(other.origin)).rejects.toMatchObject({
      code: "refused",
      permanent: true,
      message: expect.stringContaining(other.origin) as string,
    });
    await expect(reach(other.origin)).rejects.toThrow(server.origin);
    for (const url of [
      `${server.origin.replace("127.0.0.1", "localhost")}/`,
      `${server.origin.replace(/:\d+$/, ":1")}/`,
      "https://example.org/",
      "file:///etc/passwd",
      "data:text/plain,x",
    ]) {
      await expect(reach(url), url).rejects.toThrow();
    }
    expect(other.requests).toHaveLength(0);
  });

  it("refuses a listed name that resolves to a private address, even among public ones, and connects to what it checked", async () => {
    const asked: string[] = [];
    const lookup =
      (...addresses: string[]) =>
      async (host: string) => {
        asked.push(host);
        return addresses.map((address) => ({ address, family: 4 }));
      };
    for (const addresses of [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["169.254.169.254"]]) {
      const reach = createEgress({ hosts: ["https://api.example.com"], lookup: lookup(...addresses) });
      await expect(reach("https://api.example.com/")).rejects.toMatchObject({
        code: "refused",
        message: expect.stringContaining("api.example.com") as string,
      });
    }
    await expect(createEgress({ hosts: ["https://api.example.com"], lookup: lookup() })("https://api.example.com/")).rejects.toMatchObject({
      code: "unreachable",
    });
    asked.length = 0;
    // localhost is explicit; the name is resolved once and the connection goes where the answer said.
    const server = await serve({ kind: "answer", body: "pinned" });
    const origin = server.origin.replace("127.0.0.1", "localhost");
    const reach = createEgress({ hosts: [origin], lookup: lookup("127.0.0.1") });
    await expect(reach(origin).then((response) => response.text())).resolves.toBe("pinned");
    expect(asked).toEqual(["localhost"]);
  });

  it("sends method, headers and body whole, and gives back status and headers", async () => {
    const server = await serve({ kind: "answer", status: 201, headers: { "x-answer": "yes" }, body: "ok" });
    const response = await createEgress({ hosts: [server.origin] })(`${server.origin}/in`, {
      method: "POST",
      headers: { "X-Own": "1" },
      body: "Grüße 👋",
    });
    expect([response.status, response.headers.get("x-answer")]).toEqual([201, "yes"]);
    expect(server.requests[0]).toMatchObject({ method: "POST", path: "/in", body: "Grüße 👋" });
    expect(server.requests[0]?.headers.get("x-own")).toBe("1");
    expect(server.requests[0]?.headers.get("content-length")).toBe(String(Buffer.byteLength("Grüße 👋")));
  });

  it("does not follow redirects", async () => {
    const target = await serve({ kind: "answer", body: "never" });
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await serve({ kind: "answer", status, headers: { location: target.origin } });
      await expect(createEgress({ hosts: [server.origin, target.origin] })(server.origin)).rejects.toMatchObject({
        code: "bad-response",
        permanent: false,
      });
    }
    expect(target.requests).toHaveLength(0);
  });

  it("counts the body while it streams, announced or not", async () => {
    const announced = await serve({ kind: "answer", headers: { "content-length": "5000" }, body: "x".repeat(5_000) });
    await expect(createEgress({ hosts: [announced.origin], maxBytes: 4_999 })(announced.origin)).rejects.toMatchObject({
      code: "bad-response",
    });
    const chunked = await serve({ kind: "pieces", pieces: ["a".repeat(600), "b".repeat(600)] });
    const response = await createEgress({ hosts: [chunked.origin], maxBytes: 1_000 })(chunked.origin);
    await expect(response.text()).rejects.toMatchObject({ code: "bad-response", message: expect.stringContaining("1000 bytes") as string });
    const exact = await createEgress({ hosts: [chunked.origin], maxBytes: 1_200 })(chunked.origin);
    expect((await exact.text()).length).toBe(1_200);
  });

  it("gives up on a silent host, before and during the answer", async () => {
    const silent = await serve({ kind: "hang" });
    await expect(createEgress({ hosts: [silent.origin], timeoutMs: 60 })(silent.origin)).rejects.toMatchObject({ code: "timeout" });
    const stalled = await serve({ kind: "stall", pieces: ["begun"] });
    const response = await createEgress({ hosts: [stalled.origin], timeoutMs: 60 })(stalled.origin);
    await expect(response.text()).rejects.toMatchObject({ code: "timeout" });
  });

  it("stops with the caller's reason, before and during the answer", async () => {
    const server = await serve({ kind: "hang" });
    const controller = new AbortController();
    const call = createEgress({ hosts: [server.origin] })(server.origin, { signal: controller.signal });
    const failed = expect(call).rejects.toThrow("enough");
    await server.seen(1);
    controller.abort(new Error("enough"));
    await failed;
    server.script({ kind: "stall", pieces: ["begun"] });
    const second = new AbortController();
    const response = await createEgress({ hosts: [server.origin] })(server.origin, { signal: second.signal });
    second.abort(new Error("enough again"));
    await expect(response.text()).rejects.toThrow("enough again");
  });

  it("tells a refused and a broken connection apart", async () => {
    const gone = await startTestServer();
    await gone.close();
    await expect(createEgress({ hosts: [gone.origin] })(gone.origin)).rejects.toMatchObject({ code: "unreachable", permanent: false });
    const cut = await serve({ kind: "pieces", pieces: ["half"], cut: true });
    const response = createEgress({ hosts: [cut.origin] })(cut.origin).then((answer) => answer.text());
    await expect(response).rejects.toMatchObject({ code: "bad-response" });
  });
});
