/**
 * Visitors who left, by WhatsApp's Cloud API. They have not written to the number in the last day, so only a template that Meta has approved may be
 * sent: the words are the template's, and its places are filled here.
 */
import * as v from "valibot";
import { filledOption, optionsReader, urlOption } from "../options.ts";
import { timeoutOption } from "../signed-webhook.ts";
import type { AdapterContext, AdapterDefinition, NoticeAdapter } from "../spec.ts";
import { phoneNumberIdOption, sendTemplate, templateLanguageOption } from "./whatsapp.ts";

const PLACES = ["shop", "agent", "link", "optout"] as const;
const expected = `expected a list of ${PLACES.join(", ")}, as the places in the template's body`;
const places = v.pipe(
  v.array(v.picklist(PLACES, expected), expected),
  // Every notice has a way out.
  v.check((list) => list.includes("optout"), "expected optout among them"),
);
const languageTag = v.pipe(v.string(), v.regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "expected languages, as fr or pt-BR"));

const optionsSchema = v.strictObject({
  channel: v.optional(v.literal("whatsapp", 'expected "whatsapp"'), "whatsapp"),
  phoneNumberId: phoneNumberIdOption,
  token: filledOption("an access token"),
  /** Name of the approved template that says that somebody has answered. */
  template: filledOption("the name of a template"),
  /** What fills the places of its body, in order. */
  places: v.optional(places, ["shop", "agent", "link", "optout"]),
  /** The same for a promise that was broken. Without one nothing is sent then. */
  lateTemplate: v.optional(filledOption("the name of a template")),
  latePlaces: v.optional(
    v.pipe(
      places,
      v.check((list) => !list.includes("agent"), "expected no agent: nobody has answered"),
    ),
    ["shop", "link", "optout"],
  ),
  /** Code of the templates for a visitor's language, as { fr: fr, pt-BR: pt_BR }. */
  templateLanguages: v.optional(v.record(languageTag, templateLanguageOption, "expected codes by language, as { fr: fr }"), {}),
  /** For all other languages. */
  templateLanguage: v.optional(templateLanguageOption, "en_US"),
  /** With the version of the API; for tests and gateways. */
  baseUrl: v.optional(urlOption, "https://graph.facebook.com/v23.0"),
  timeoutMs: timeoutOption,
});
export type WhatsAppNoticeOptions = v.InferOutput<typeof optionsSchema>;

export function createWhatsAppNotice(options: WhatsAppNoticeOptions, context: AdapterContext): NoticeAdapter {
  const { template, lateTemplate, templateLanguages, templateLanguage } = options;
  const codeOf = (language: string): string =>
    templateLanguages[language] ?? templateLanguages[language.split("-")[0] ?? ""] ?? templateLanguage;
  return {
    kind: "notice",
    channel: "whatsapp",
    tells: lateTemplate === undefined ? ["answered"] : ["answered", "late"],
    send: async ({ what, to, language, values }, signal) => {
      const late = what === "late" && lateTemplate !== undefined;
      const filled = (late ? options.latePlaces : options.places).map((place) => values[place]);
      const message = { to, template: late ? lateTemplate : template, language: codeOf(language), places: filled };
      await sendTemplate(options, message, context, signal);
    },
  };
}

export const whatsAppNotice: AdapterDefinition<"notice"> = {
  kind: "notice",
  name: "whatsapp",
  parseOptions: optionsReader(optionsSchema),
  create: (options: WhatsAppNoticeOptions, context) => createWhatsAppNotice(options, context),
};
