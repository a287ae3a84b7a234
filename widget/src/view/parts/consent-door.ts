/** The way to the question for consent, which is fetched with its words when somebody is asked: until it is there nothing stands in its place. */
import { nothing } from "lit";
import { until } from "lit/directives/until.js";
import { LOCALES } from "../../i18n/match-locale.ts";
import type { I18n } from "../../i18n/i18n.ts";
import type * as consentModule from "./consent.ts";

let loaded: typeof consentModule | undefined;
const told = new WeakSet<I18n>();

type Arguments = Parameters<typeof consentModule.renderConsent>;

async function load(i18n: I18n): Promise<typeof consentModule> {
  const [module, { consentWords }] = await Promise.all([import("./consent.ts"), import("../../i18n/consent-words.ts")]);
  if (!told.has(i18n)) for (const name of LOCALES) i18n.add(name, consentWords[name]);
  told.add(i18n);
  loaded = module;
  return module;
}

export function renderConsent(...given: Arguments): unknown {
  const [, , i18n] = given;
  if (loaded !== undefined && told.has(i18n)) return loaded.renderConsent(...given);
  return until(
    load(i18n).then(
      (module) => module.renderConsent(...given),
      () => nothing,
    ),
    nothing,
  );
}
