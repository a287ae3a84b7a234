/** Telling visitors who left: what a config says of it. Strict, with the path of each mistake. */
import * as v from "valibot";
import { languageSchema } from "@allhours/protocol";
import { leavesRoom } from "../routing/quiet.ts";
import { adapterNameSchema, count, ms, nameSchema } from "./common.ts";
import { slots } from "./teams.ts";

/** What a merchant's own words may have in them. */
const PLACES = { answered: ["shop", "agent", "link"], late: ["shop", "link"] } as const;
const words = (most: number, places: readonly string[]) =>
  v.optional(
    v.pipe(
      v.string("expected text"),
      v.minLength(1, "expected text"),
      v.maxLength(most, `expected at most ${most} characters`),
      v.check(
        (text) => [...text.matchAll(/\{([^{}]*)\}/g)].every(([, place]) => places.includes(place ?? "")),
        `expected no other places than ${places.map((place) => `{${place}}`).join(", ")}`,
      ),
    ),
  );
/** A notice that leads nowhere helps nobody. */
const withLink = (text: v.GenericSchema<string | undefined, string | undefined>) =>
  v.pipe(
    text,
    v.check((given) => given === undefined || given.includes("{link}"), "expected {link} in it"),
  );
const texts = v.strictObject({
  subject: words(150, PLACES.answered),
  body: withLink(words(1_000, PLACES.answered)),
  lateSubject: words(150, PLACES.late),
  lateBody: withLink(words(1_000, PLACES.late)),
});
const quiet = v.pipe(
  slots,
  v.check((daily) => leavesRoom(daily), "expected some hours of the day that are not quiet"),
);
const adapter = v.looseObject({
  id: v.optional(nameSchema),
  use: adapterNameSchema,
});

const ADDRESS = "expected an address of http or https without ? and #, as https://chat.shop.example";
export const visitorNotifySchema = v.strictObject({
  /** Where visitors reach this relay, as https://chat.shop.example: the links by which they take themselves off begin with it. */
  publicUrl: v.pipe(
    v.string(ADDRESS),
    v.check((text) => URL.canParse(text) && /^https?:\/\/[^?#\s]+$/.test(text), ADDRESS),
  ),
  /** What visitors may choose from, best first: one adapter a channel. */
  channels: v.pipe(v.array(adapter, "expected a list of adapters"), v.minLength(1, "expected at least one adapter")),
  /** How long an answer may lie unseen before a notice goes out. */
  graceMs: v.optional(ms(1_000, 24 * 3_600_000), 2 * 60_000),
  /** Least time between two notices of a conversation whose visitor has not been back. */
  againAfterMs: v.optional(ms(60_000, 30 * 24 * 3_600_000), 24 * 3_600_000),
  /** When nothing is sent, by the clock on the visitor's wall. */
  quietHours: v.optional(
    v.strictObject({
      email: v.optional(quiet, []),
      sms: v.optional(quiet, "21:00-08:00"),
      whatsapp: v.optional(quiet, "21:00-08:00"),
    }),
    {},
  ),
  /** The merchant's own words, by language. What is left out is said by the house. */
  texts: v.optional(v.record(v.pipe(v.string("expected a language"), languageSchema), texts, "expected texts by language"), {}),
  /** The link in a notice opens the conversation itself, on whatever device; else only the page where it was. */
  resume: v.optional(v.boolean("expected true or false"), true),
  /** Days without a word, no case being open, after which an address is forgotten. */
  keepDays: v.optional(count(1, 60), 7),
});
export type VisitorNotifyConfig = v.InferOutput<typeof visitorNotifySchema>;

/** Which channel an entry serves, as far as its options say. */
const CHANNEL_OF: Readonly<Record<string, string>> = { email: "email", twilio: "sms", whatsapp: "whatsapp" };

/** One adapter a channel, and each can be reached. `reach` adds what the region's list lacks. */
export function visitorNotifyIssues(
  channels: readonly Record<string, unknown>[],
  path: string,
  add: (issue: { path: string; expected: string }) => void,
  reach: (url: unknown, path: string) => void,
): void {
  const seen = new Set<unknown>();
  for (const [index, entry] of channels.entries()) {
    const { use, channel: named } = entry;
    const channel = typeof named === "string" ? named : typeof use === "string" ? CHANNEL_OF[use] : undefined;
    if (channel !== undefined && seen.has(channel))
      add({ path: `${path}.${index}`, expected: `expected one adapter a channel; "${channel}" has one already` });
    seen.add(channel);
    for (const key of ["url", "baseUrl"]) reach(entry[key], `${path}.${index}.${key}`);
  }
}
