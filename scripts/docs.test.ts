/**
 * Holds the documents to the code: every config key, adapter option, attribute, part, verb, frame, error code and metric is described,
 * every link leads somewhere, and the examples work. What a sentence says is for people to check.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  commandTypes,
  decodeCommand,
  decodeEvent,
  decodeWelcome,
  durableEventSchema,
  ephemeralEventSchema,
  WIRE_ERRORS,
} from "@allhours/protocol";
import { readConfig } from "@allhours/relay";
import { createTestContext, failuresOf, json, nluContract, startTestServer } from "@allhours/relay/testing";
import { createKeywordNlu, keywordNlu } from "../docs/examples/keyword-nlu.ts";
import { inboundSchema } from "../relay/src/adapters/handoff/inbound.ts";
import { adapterNames } from "../relay/src/adapters/registry.ts";
import { configSchema } from "../relay/src/config/schema.ts";
import { createMetrics } from "../relay/src/observe/metrics.ts";
import { AllhoursChatElement } from "../widget/src/chat-element.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md", ...markdownIn("docs")];

function markdownIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md") && !entry.parentPath.includes("examples"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** Names that are not between backticks anywhere on the page. */
function missingFrom(page: string, names: readonly string[]): string[] {
  const text = read(page);
  return names.filter((name) => !text.includes(`\`${name}\``));
}

/** Paths of all keys of a valibot schema: records as `<id>`, lists as `*`. */
function keysOf(schema: unknown, path = ""): string[] {
  const { type, entries, wrapped, value, item, pipe } = schema as Record<string, unknown>;
  if (Array.isArray(pipe)) return keysOf(pipe[0], path);
  if (type === "optional") return keysOf(wrapped, path);
  if (type === "record") return keysOf(value, `${path}.<id>`);
  if (type === "array") return (item as { type?: unknown }).type === "strict_object" ? keysOf(item, `${path}.*`) : [path];
  if (type !== "strict_object") return [path];
  return Object.entries(entries as Record<string, unknown>).flatMap(([key, inner]) => keysOf(inner, path === "" ? key : `${path}.${key}`));
}

/** Keys of the one strict object called `optionsSchema` in an adapter's source. */
function optionsIn(file: string): string[] {
  const body = /const optionsSchema = v\.strictObject\(\{\n([\s\S]*?)\n\}\);/.exec(read(file))?.[1] ?? "";
  return [...body.matchAll(/^ {2}(\w+)(?=[:,])/gm)].map((match) => match[1] ?? "");
}

/** JSON blocks of a page, also several lines of JSON in one. */
function jsonIn(page: string): Record<string, unknown>[] {
  return [...read(page).matchAll(/```json\n([\s\S]*?)```/g)].flatMap(([, source = ""]) => {
    try {
      return [JSON.parse(source) as Record<string, unknown>];
    } catch {
      return source
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    }
  });
}

describe("docs/config.md", () => {
  it("describes every key of the config", () => {
    const keys = keysOf(configSchema);
    expect(keys).toEqual(expect.arrayContaining(["server.port", "regions.<id>.answerAt", "sites.<id>.rules.*.region"]));
    // What a rule's `when` holds is described once, as a region's `match`.
    expect(
      missingFrom(
        "docs/config.md",
        keys.filter((key) => !key.includes(".when.")),
      ),
    ).toEqual([]);
  });
  const adapters = {
    "nlu: embedded": "relay/src/adapters/nlu/embedded.ts",
    "nlu: http": "relay/src/adapters/nlu/http.ts",
    "knowledge: embedded": "relay/src/adapters/knowledge/embedded.ts",
    "handoff: webhook": "relay/src/adapters/handoff/webhook.ts",
    "notice: email": "relay/src/adapters/notify/visitor-email.ts",
    "notice: twilio": "relay/src/adapters/notify/visitor-twilio.ts",
    "notice: whatsapp": "relay/src/adapters/notify/visitor-whatsapp.ts",
    "notice: webhook": "relay/src/adapters/notify/visitor-webhook.ts",
    "notify: email": "relay/src/adapters/notify/email.ts",
    "notify: slack": "relay/src/adapters/notify/slack.ts",
    "notify: whatsapp": "relay/src/adapters/notify/whatsapp.ts",
    "notify: twilio": "relay/src/adapters/notify/twilio.ts",
    "notify: line": "relay/src/adapters/notify/line.ts",
    "handoff: slack": "relay/src/adapters/handoff/slack.ts",
    "handoff: email": "relay/src/adapters/handoff/email.ts",
    "handoff: request-tracker": "relay/src/adapters/handoff/request-tracker.ts",
    "handoff: zendesk": "relay/src/adapters/handoff/zendesk.ts",
    "handoff: chatwoot": "relay/src/adapters/handoff/chatwoot.ts",
    "nlu: rasa": "relay/src/adapters/nlu/rasa.ts",
    "nlu: dify": "relay/src/adapters/nlu/dify.ts",
    "nlu: dialogflow-cx": "relay/src/adapters/nlu/dialogflow-cx.ts",
    "nlu: lex": "relay/src/adapters/nlu/lex.ts",
    "nlu: openai": "relay/src/adapters/nlu/openai/openai.ts",
    "knowledge: mcp": "relay/src/adapters/knowledge/remote/mcp.ts",
    "knowledge: postgres": "relay/src/adapters/knowledge/remote/postgres.ts",
    "knowledge: http": "relay/src/adapters/knowledge/remote/http.ts",
    "knowledge: meilisearch": "relay/src/adapters/knowledge/remote/meilisearch.ts",
    "knowledge: elasticsearch": "relay/src/adapters/knowledge/remote/elasticsearch.ts",
    "knowledge: typesense": "relay/src/adapters/knowledge/remote/typesense.ts",
    "knowledge: algolia": "relay/src/adapters/knowledge/remote/algolia.ts",
    "knowledge: dify": "relay/src/adapters/knowledge/remote/dify.ts",
    "expert: http": "relay/src/adapters/expert/http.ts",
    "notify: webhook": "relay/src/adapters/notify/webhook.ts",
  };
  it("has a section for every adapter", () => {
    const all = (["nlu", "knowledge", "handoff", "notify", "notice", "expert"] as const).flatMap((kind) =>
      adapterNames(kind).map((name) => `${kind}: ${name}`),
    );
    expect(all.sort()).toEqual(Object.keys(adapters).sort());
  });
  it.each(Object.entries(adapters))("describes every option of %s", (name, file) => {
    const options = optionsIn(file);
    expect(options.length).toBeGreaterThan(1);
    const section = read("docs/config.md").split(`### ${name}\n`)[1]?.split("\n### ")[0] ?? "";
    expect(options.filter((option) => !section.includes(`| \`${option}\``))).toEqual([]);
  });
});

describe("docs/embedding.md", () => {
  it("describes every attribute and verb", () => {
    const verbs = ["open", "close", "toggle", "show", "hide", "send", "prefill", "setLocale", "on", "off", "logout", "destroy"];
    expect(verbs.filter((verb) => !(verb in AllhoursChatElement.prototype))).toEqual([]);
    expect(missingFrom("docs/embedding.md", [...AllhoursChatElement.observedAttributes, ...verbs])).toEqual([]);
  });
  it("describes every event, custom property and part", () => {
    const element = read("widget/src/chat-element.ts") + read("widget/src/view/panel.ts");
    const parts = [...element.matchAll(/@csspart ([^-]*(?:-[^ ][^-]*)*?) - /g)].flatMap((match) => match[1]?.split(/\s+/) ?? []);
    const types = /type ChatEvents = \{([\s\S]*?)\n\};/.exec(read("widget/src/core/chat-types.ts"))?.[1] ?? "";
    const events = [...types.matchAll(/^ {2}"?([\w:]+?)"?: /gm)].map((match) => match[1] ?? "");
    const styles = ["tokens.ts", "styles.ts"].map((file) => read(`widget/src/view/${file}`)).join("\n");
    const properties = [...new Set([...styles.matchAll(/--allhours-[a-z-]+/g)].map((match) => match[0]))];
    expect([parts.length > 40, events.length > 7, properties.length > 9]).toEqual([true, true, true]);
    expect(missingFrom("docs/embedding.md", [...parts, ...events, "open", "close", "locale", ...properties])).toEqual([]);
  });
});

describe("docs/protocol.md", () => {
  it("describes every command, event and error code", () => {
    const events = [...durableEventSchema.options, ...ephemeralEventSchema.options].map((option) => option.entries.type.literal);
    expect(missingFrom("docs/protocol.md", [...commandTypes, ...events, ...Object.keys(WIRE_ERRORS)])).toEqual([]);
  });
  it("shows frames that are read as they are written", () => {
    const frames = jsonIn("docs/protocol.md");
    const seen = new Set<unknown>();
    for (const frame of frames) {
      if ("resume" in frame) expect(decodeWelcome(frame)).toEqual({ ok: true, value: frame });
      const { type } = frame;
      if (typeof type !== "string") continue;
      seen.add(type);
      const decoded = (commandTypes as readonly string[]).includes(type) ? decodeCommand(frame) : decodeEvent(frame);
      expect(decoded).toEqual({ ok: true, value: frame });
    }
    expect(seen.size).toBe(commandTypes.length + durableEventSchema.options.length + ephemeralEventSchema.options.length);
  });
  it("says of each error whether it may be sent again", () => {
    const page = read("docs/protocol.md");
    for (const [code, { retryable }] of Object.entries(WIRE_ERRORS))
      expect(page).toContain(`| \`${code}\` | ${retryable ? "yes" : "no"} |`);
  });
});

describe("docs/handoff.md and docs/operations.md", () => {
  it("describes everything a desk may send, and everything it is sent", () => {
    const sent = [...read("relay/src/adapters/spec/handoff.ts").matchAll(/type: "([a-z]+\.[a-z]+)"; data/g)].map((match) => match[1] ?? "");
    expect(sent.length).toBe(4);
    expect(missingFrom("docs/handoff.md", [...inboundSchema.options.map((option) => option.entries.type.literal), ...sent])).toEqual([]);
  });
  it("names every metric of ours", async () => {
    const metrics = await createMetrics().registry.getMetricsAsJSON();
    const ours = metrics.map((metric) => metric.name).filter((name) => !/^allhours_(process|nodejs)_/.test(name));
    expect(ours.length).toBeGreaterThan(8);
    expect(missingFrom("docs/operations.md", ours)).toEqual([]);
  });
});

describe("links", () => {
  const anchor = (heading: string): string =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-");
  it.each(pages)("%s leads nowhere wrong", (page) => {
    const withoutCode = read(page).replaceAll(/```[\s\S]*?```/g, "");
    const broken = [...withoutCode.matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => match[1] ?? "")
      .filter((link) => {
        if (/^[a-z]+:/.test(link)) return false;
        const [path = "", hash] = link.split("#");
        const target = path === "" ? join(root, page) : resolve(root, dirname(page), path);
        if (!existsSync(target)) return true;
        if (hash === undefined) return false;
        const headings = [...readFileSync(target, "utf8").matchAll(/^#+ (.+)$/gm)].map((match) => anchor(match[1] ?? ""));
        return !headings.includes(hash);
      });
    expect(broken).toEqual([]);
  });
});

describe("examples", () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  it("have a config without mistakes", () => {
    expect(Object.keys(readConfig(read("docs/examples/allhours.yaml"), "allhours.yaml", { DESK_SECRET: secret }).sites)).toEqual([
      "my-shop",
    ]);
  });
  it("stand in the pages as they are", () => {
    const code = (file: string): string => read(`docs/examples/${file}`).trimEnd();
    expect(read("docs/adapters.md")).toContain(code("keyword-nlu.ts"));
    expect(read("docs/quick-start.md")).toContain(code("allhours.yaml"));
    expect(read("docs/quick-start.md")).toContain(code("articles/delivery-time.md"));
  });
  it("have an adapter whose options are told when wrong", () => {
    expect(keywordNlu.parseOptions({ url: "https://words.example/list" }).ok).toBe(true);
    expect(keywordNlu.parseOptions({ url: "words", colour: "red" })).toMatchObject({
      ok: false,
      issues: [{ path: "colour" }, { path: "url" }],
    });
  });

  const checks = nluContract("keywords", {
    async open() {
      const list = { "return-window": ["return", "send back"], "delivery-time": ["delivery", "arrive"] };
      const server = await startTestServer({ kind: "answer", headers: json, body: JSON.stringify(list) });
      const { context, dispose } = await createTestContext();
      const adapter = createKeywordNlu({ url: `${server.origin}/words` }, context);
      return { adapter, dispose: async () => void (await Promise.all([server.close(), dispose()])) };
    },
    known: { text: "can I return it?", language: "en", intent: "return-window" },
  });
  it("have an adapter that keeps the contract", async () => {
    expect(checks.length).toBeGreaterThan(4);
    expect(await failuresOf(checks)).toEqual([]);
  });
});
