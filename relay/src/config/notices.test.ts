import { describe, expect, it } from "vitest";
import { checkConfig, type ConfigIssue } from "./load.ts";

const email = { use: "email", url: "smtps://mail.shop.example:465", from: "chat@shop.example" };
const sms = { use: "twilio", accountSid: `AC${"0".repeat(32)}`, authToken: "t", from: "+15005550006", baseUrl: "https://sms.example" };
const good = { publicUrl: "https://chat.shop.example", channels: [email] };

function check(visitorNotify: object): { issues: string[]; config: ReturnType<typeof checkConfig> } {
  const issues: ConfigIssue[] = [];
  const config = checkConfig(
    {
      mode: "dev",
      server: { port: 0 },
      store: { kind: "memory" },
      sites: { shop: { name: "Shop", origins: [], languages: ["en"], defaultLanguage: "en", defaultRegion: "eu" } },
      regions: { eu: { nlu: [], knowledge: [], egress: ["smtps://mail.shop.example:465", "https://sms.example"], visitorNotify } },
    },
    issues,
  );
  return { issues: issues.map(({ path, expected }) => `${path.replace("regions.eu.visitorNotify.", "")}: ${expected}`), config };
}

describe("visitorNotify", () => {
  it("has defaults that suit a night", () => {
    const { config, issues } = check({ ...good, channels: [email, sms] });
    expect(issues).toEqual([]);
    expect(config?.regions["eu"]?.visitorNotify).toMatchObject({
      graceMs: 120_000,
      againAfterMs: 86_400_000,
      keepDays: 7,
      quietHours: { email: [], sms: [{ from: 1_260, to: 1_920 }], whatsapp: [{ from: 1_260, to: 1_920 }] },
      texts: {},
    });
  });

  it("takes a merchant's words by language, hours of one's own, and none", () => {
    const texts = { fr: { subject: "{shop} : {agent}", body: "Voyez {link}" }, "pt-BR": { lateBody: "{shop} {link}" } };
    const { config, issues } = check({ ...good, texts, quietHours: { email: ["22:00-06:00"], sms: [] } });
    expect(issues).toEqual([]);
    expect(config?.regions["eu"]?.visitorNotify).toMatchObject({ texts, quietHours: { email: [{ from: 1_320, to: 1_800 }], sms: [] } });
  });

  it.each([
    [
      "a place that is none",
      { texts: { fr: { body: "{name} {link}" } } },
      "texts.fr.body: expected no other places than {shop}, {agent}, {link}",
    ],
    [
      "an agent where nobody answered",
      { texts: { fr: { lateBody: "{agent} {link}" } } },
      "texts.fr.lateBody: expected no other places than {shop}, {link}",
    ],
    ["a text that leads nowhere", { texts: { fr: { body: "come back" } } }, "texts.fr.body: expected {link} in it"],
    ["a language that is none", { texts: { "not a tag": { body: "{link}" } } }, /^texts\.not a tag: /],
    [
      "a day that is all quiet",
      { quietHours: { sms: "00:00-24:00" } },
      "quietHours.sms: expected some hours of the day that are not quiet",
    ],
    ["hours that are none", { quietHours: { sms: "9pm" } }, /^quietHours\.sms: expected hours as/],
    ["a misspelt key", { graceMS: 5 }, "graceMS: unknown key; expected none of this name here"],
    ["a relay's address that is none", { publicUrl: "chat.shop.example" }, /^publicUrl: expected an address of http/],
    ["no channel", { channels: [] }, "channels: expected at least one adapter"],
    [
      "two of one channel",
      { channels: [email, { ...email, id: "b" }] },
      'channels.1: expected one adapter a channel; "email" has one already',
    ],
    [
      "a pager's adapter",
      { channels: [{ use: "slack" }] },
      /^channels\.0\.use: expected the name of a known notice adapter: email, twilio/,
    ],
    ["a recipient", { channels: [{ ...email, to: ["me@shop.example"] }] }, "channels.0.to: expected no key of this name"],
    ["another adapter's channel", { channels: [{ ...email, channel: "sms" }] }, 'channels.0.channel: expected "email"'],
    [
      "a host the region does not reach",
      { channels: [{ ...sms, baseUrl: "https://api.twilio.example" }] },
      "channels.0.baseUrl: expected https://api.twilio.example in the region's egress list",
    ],
    [
      "a template without a way out",
      {
        channels: [
          { use: "whatsapp", phoneNumberId: "12345", token: "t", template: "a", places: ["link"], baseUrl: "https://sms.example" },
        ],
      },
      "channels.0.places: expected optout among them",
    ],
  ] as const)("refuses %s, and says where", (_name, wrong, expected) => {
    const { issues, config } = check({ ...good, ...wrong });
    expect(config).toBeUndefined();
    expect(issues).toEqual([typeof expected === "string" ? expected : expect.stringMatching(expected)]);
  });
});
