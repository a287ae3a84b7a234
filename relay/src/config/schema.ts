/**
 * The shape of a config file. Strict: an unknown key is a mistake worth telling. Adapter options are opaque here and read by the
 * adapter's own definition (load.ts joins both lists of mistakes).
 */
import * as v from "valibot";
import { languageSchema } from "@allhours/protocol";
import { count, ms, nameSchema } from "./common.ts";
import { actionSchema } from "./actions.ts";
import { visitorNotifySchema } from "./notices.ts";
import { expertSchema } from "./experts.ts";
import { teamSchema } from "./teams.ts";
import { webhookSchema } from "./webhooks.ts";

const share = v.pipe(v.number("expected a number from 0 to 1"), v.minValue(0, "expected at least 0"), v.maxValue(1, "expected at most 1"));
const country = v.pipe(v.string("expected text"), v.regex(/^[A-Z]{2}$/, "expected an ISO 3166-1 alpha-2 code in capitals, as FR"));
const language = v.pipe(v.string("expected text"), languageSchema);

/** True for `https://host[:port]` or `http://host[:port]`, nothing behind it. */
export function isOrigin(value: string): boolean {
  try {
    const url = new URL(value);
    return (url.protocol === "https:" || url.protocol === "http:") && url.origin === value;
  } catch {
    return false;
  }
}
const origin = v.pipe(v.string("expected text"), v.check(isOrigin, "expected an exact origin, as https://shop.example (no path, no *)"));

function isDate(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}(T.*)?$/.test(value) && !Number.isNaN(Date.parse(value));
}

/** Limits of one adapter in its list: see adapters/guard.ts for the defaults. */
export const guardSchema = v.strictObject({
  timeoutMs: v.optional(ms(10, 120_000)),
  retries: v.optional(count(0, 5)),
  breaker: v.optional(v.strictObject({ failures: v.optional(count(1, 1_000)), halfOpenAfterMs: v.optional(ms(10, 3_600_000)) })),
});
const adapter = v.looseObject({
  guard: v.optional(guardSchema),
  id: v.optional(nameSchema),
  use: v.pipe(v.string("expected the name of an adapter"), v.minLength(1)),
});
const when = v.strictObject({
  countries: v.optional(v.array(country, "expected a list of countries")),
  timezones: v.optional(v.array(v.string("expected an IANA zone or a pattern as Europe/*"), "expected a list of time zones")),
  languages: v.optional(v.array(language, "expected a list of languages")),
});

export const siteSchema = v.strictObject({
  /** Shown in the panel's header and to the desk. */
  name: v.pipe(v.string("expected text"), v.minLength(1, "expected text")),
  /** Exact origins of the pages that may open a chat. Empty only in dev mode. */
  origins: v.array(origin, "expected a list of origins"),
  languages: v.pipe(v.array(language, "expected a list of languages"), v.minLength(1, "expected at least one language")),
  defaultLanguage: language,
  /** Sign the claims of the site's own server, newest first: `allhours-chat claim="..."`. */
  claimSecrets: v.optional(
    v.pipe(
      v.array(v.pipe(v.string("expected text"), v.minLength(32, "expected at least 32 characters")), "expected a list of secrets"),
      v.maxLength(4, "expected at most 4"),
    ),
    [],
  ),
  /** First match wins, before any region's own `match`. */
  rules: v.optional(v.array(v.strictObject({ when, region: nameSchema }), "expected a list of rules"), []),
  /** Where visitors go whom nothing matches. */
  defaultRegion: nameSchema,
  /** Article ids offered as buttons under the greeting. */
  starters: v.optional(
    v.pipe(v.array(v.string("expected an article id"), "expected a list of article ids"), v.maxLength(6, "expected at most 6")),
    [],
  ),
});

export const regionSchema = v.strictObject({
  match: v.optional(when, {}),
  /** Group of regions whose data may lie together: they share a store, and nothing else does. Default: the region is one by itself. */
  residency: v.optional(nameSchema),
  /** Origins of the relays that serve this region, best first: its visitors are sent there, and nowhere else. Default: this relay. */
  endpoints: v.optional(v.pipe(v.array(origin, "expected a list of origins"), v.maxLength(8, "expected at most 8")), []),
  /** Origins this region's adapters may reach, and no other: what an entry may be is adapters/egress-list.ts's. */
  egress: v.optional(v.array(v.string("expected text"), "expected a list of origins"), []),
  /** Stricter than the relay's own `limits`, for this region's conversations: messages at once, and in a second from then on. */
  limits: v.optional(
    v.strictObject({
      messageBurst: count(1, 100_000),
      messagesPerSecond: v.pipe(v.number("expected a number"), v.minValue(0.1, "expected at least 0.1"), v.maxValue(100_000)),
    }),
  ),
  /** Each list is tried in order: the first that answers serves. */
  nlu: v.array(adapter, "expected a list of adapters"),
  knowledge: v.array(adapter, "expected a list of adapters"),
  handoff: v.optional(v.array(adapter, "expected a list of adapters"), []),
  /** Who answers at the desks, and when; in the order of the sun. None: every desk is always open. */
  teams: v.optional(v.array(teamSchema, "expected a list of teams"), []),
  /** Services that answer, once the visitor has agreed, where nobody of the teams can; the first that fits is asked. */
  experts: v.optional(v.array(expertSchema, "expected a list of experts"), []),
  /** What services of the shop can do for a visitor who agrees. */
  actions: v.optional(v.array(actionSchema, "expected a list of actions"), []),
  /** Receivers of events, each of which is told what it asked for. */
  webhooks: v.optional(v.array(webhookSchema, "expected a list of receivers"), []),
  /** Pagers, all of which are told of a critical message. */
  notify: v.optional(v.array(adapter, "expected a list of adapters"), []),
  /** Telling visitors who left that somebody has answered. Without it no address is asked for. */
  visitorNotify: v.optional(visitorNotifySchema),
  /** Intents or article ids that are urgent whatever the words: read at `askAt`, they go to a person as critical. */
  urgentTopics: v.optional(v.array(v.string("expected an intent or an article id"), "expected a list of intents or article ids"), []),
  /** Article said at once in a critical conversation, by what it is about. Without one the house says a few words. */
  guidance: v.optional(
    v.strictObject({
      danger: v.optional(v.string("expected an article id")),
      theft: v.optional(v.string("expected an article id")),
      "self-harm": v.optional(v.string("expected an article id")),
    }),
    {},
  ),
  /** At or above this confidence an intent's article is the answer. Default: what the engine has found from its examples, else 0.5. */
  answerAt: v.optional(share),
  /** At or above this the visitor is asked back with up to three buttons. Default: as above, else 0.25. */
  askAt: v.optional(share),
  /** Topics (intents or article ids) that need more confidence than others, as a product that is new; until a date, or for good. */
  raised: v.optional(
    v.array(
      v.strictObject({
        topics: v.array(v.string("expected an intent or an article id"), "expected a list of intents or article ids"),
        answerAt: share,
        until: v.optional(v.pipe(v.string("expected a date, as 2026-12-24"), v.check(isDate, "expected a date, as 2026-12-24"))),
      }),
      "expected a list of raised bars",
    ),
    [],
  ),
  /** At or above this a passage found by words alone is the answer. */
  passageAt: v.optional(share, 0.62),
  /** The night's look at what went unanswered. */
  learning: v.optional(
    v.strictObject({
      /** Off: nothing is kept, nothing is looked at. */
      enabled: v.optional(v.boolean("expected true or false"), true),
      /** Hour of the day, UTC, after which it runs. */
      hourUtc: v.optional(count(0, 23), 3),
      /** Questions are dropped after this. */
      keepDays: v.optional(count(1, 366), 30),
      /** Fewer questions that ask the same make no gap. */
      leastQuestions: v.optional(count(2, 100), 2),
    }),
    {},
  ),
  /** Give-ups in a row after which a person is asked for. */
  giveUpsBeforeHandoff: v.optional(count(1, 10), 2),
  /** How long before the end of a shift its open conversations are offered to the next team; and how long a talk must pause to be handed on after it. */
  batonMs: v.optional(ms(0, 4 * 3_600_000), 10 * 60_000),
  /** What a case takes a person, about: how long those wait who come after it. */
  handlingMs: v.optional(ms(1_000, 24 * 3_600_000), 10 * 60_000),
  /** How long an offer holds: a team that has not accepted by then is passed over. Nobody left to ask: the visitor is told so. */
  offerTimeoutMs: v.optional(ms(1_000, 3_600_000), 45_000),
  /** A person answers within this at the latest: the visitor who waits is told the moment. */
  replyWithinMs: v.optional(ms(60_000, 7 * 24 * 3_600_000), 24 * 3_600_000),
});

export const configSchema = v.strictObject({
  /** `dev` allows sites without origins and says so loudly. */
  mode: v.optional(v.picklist(["production", "dev"], 'expected "production" or "dev"'), "production"),
  server: v.strictObject({
    host: v.optional(v.string("expected a host name or address"), "127.0.0.1"),
    port: count(0, 65_535),
    /** Where visitors reach this relay. Needed where regions have endpoints: a region that does not name it is served elsewhere. */
    origin: v.optional(origin),
    /** Folder with the built widget, served at `/allhours.js` and beside it. */
    widgetDir: v.optional(v.string("expected a path")),
    /** Addresses or CIDR blocks whose X-Forwarded-For and country header are believed. */
    trustedProxies: v.optional(v.array(v.string("expected an address or CIDR block"), "expected a list of addresses"), []),
    /** Header a trusted proxy puts the visitor's country in. */
    countryHeader: v.optional(v.string("expected a header name"), "cf-ipcountry"),
    /** How long a stop waits for running turns and webhooks. */
    drainMs: v.optional(ms(0, 120_000), 10_000),
    /** Bearer token of /metrics and the admin routes; without one they answer only to loopback. */
    adminToken: v.optional(v.pipe(v.string("expected text"), v.minLength(16, "expected at least 16 characters"))),
  }),
  store: v.strictObject({
    kind: v.picklist(["sqlite", "memory"], 'expected "sqlite" or "memory"'),
    path: v.optional(v.string("expected a path"), "data/allhours.db"),
    /** Where the logs of residency groups lie. Default: the first region's group in `path`, each other beside it, named after the group. */
    groups: v.optional(v.record(nameSchema, v.strictObject({ path: v.string("expected a path") }), "expected groups with their path"), {}),
    /** Rows of one commit at most. 1: every write has a sync of its own, which costs most of the throughput (docs/reliability.md). */
    maxBatchRows: v.optional(count(1, 10_000), 512),
  }),
  limits: v.optional(
    v.strictObject({
      linksPerAddress: v.optional(count(1, 1_000_000), 30),
      linksPerVisitor: v.optional(count(1, 1_000), 6),
      newLinksPerAddressPer10s: v.optional(count(1, 1_000_000), 10),
      messageBurst: v.optional(count(1, 100_000), 10),
      messagesPerSecond: v.optional(
        v.pipe(v.number("expected a number"), v.minValue(0.1, "expected at least 0.1"), v.maxValue(100_000)),
        1,
      ),
    }),
    {},
  ),
  log: v.optional(
    v.picklist(["debug", "info", "warn", "error", "silent"], 'expected "debug", "info", "warn", "error" or "silent"'),
    "info",
  ),
  sites: v.pipe(
    v.record(nameSchema, siteSchema),
    v.check((sites) => Object.keys(sites).length > 0, "expected at least one site"),
  ),
  regions: v.pipe(
    v.record(nameSchema, regionSchema),
    v.check((regions) => Object.keys(regions).length > 0, "expected at least one region"),
  ),
});

export type Config = v.InferOutput<typeof configSchema>;
export type ConfigInput = v.InferInput<typeof configSchema>;
export type SiteConfig = v.InferOutput<typeof siteSchema>;
export type RegionConfig = v.InferOutput<typeof regionSchema>;
export type WhenConfig = v.InferOutput<typeof when>;
