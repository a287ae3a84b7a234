/**
 * The questions before something of the visitor's leaves the shop, and before something is done for them: who would get it or what would be done,
 * exactly with what, and two buttons of one size. The words are the page's own, so that nothing a machine writes can look like it.
 */
import { html, nothing, type TemplateResult } from "lit";
import { CONFIRM, CONSENT, type Part } from "@allhours/protocol";
import type { I18n } from "../../i18n/i18n.ts";
import { safeLink } from "../markdown.ts";
import type { Option } from "./choices.ts";
import { renderLink } from "./text.ts";

type Of<Type extends Part["type"]> = Extract<Part, { type: Type }>;
type Render<Question> = (question: Question, open: boolean, i18n: I18n, choose: (option: Option) => void) => TemplateResult;

/** `open`: it can still be answered. */
export const renderConsent: Render<Of<"consent" | "confirm">> = (question, ...rest) =>
  question.type === "consent" ? consent(question, ...rest) : confirm(question, ...rest);

function buttons(choose: (option: Option) => void, options: readonly Option[]): TemplateResult {
  return html`<div class="actions">
    ${options.map(
      (option) => html`<button type="button" part="card-action" dir="auto" @click=${() => choose(option)}>${option.label}</button>`,
    )}
  </div>`;
}

const confirm: Render<Of<"confirm">> = ({ title, fields }, open, i18n, choose) =>
  html`<div class="card consent" part="confirm" role="group" aria-label=${i18n.t("confirmTitle", { title })}>
    <strong dir="auto">${i18n.t("confirmTitle", { title })}</strong>
    ${fields.map(
      ({ label, value }) =>
        html`<p>${label}</p>
          <blockquote dir="auto">${value}</blockquote>`,
    )}
    ${
      open
        ? buttons(choose, [
            { id: CONFIRM.yes, label: i18n.t("confirmYes") },
            { id: CONFIRM.no, label: i18n.t("confirmNo") },
          ])
        : nothing
    }
  </div>`;

const consent: Render<Of<"consent">> = ({ to, text, withinMs }, open, i18n, choose) => {
  const { name } = to;
  const privacy = to.privacyUrl === undefined ? undefined : safeLink(to.privacyUrl);
  return html`<div class="card consent" part="consent" role="group" aria-label=${i18n.t("consentTitle", { name })}>
    <strong>${i18n.t("consentTitle", { name })}</strong>
    <p>${i18n.t("consentShares", { name })}</p>
    <blockquote dir="auto">${text}</blockquote>
    ${withinMs === undefined ? nothing : html`<p>${i18n.plural("consentWithin", Math.max(1, Math.ceil(withinMs / 60_000)))}</p>`}
    ${privacy === undefined ? nothing : html`<p>${renderLink(privacy.href, privacy.host, "card-action", i18n.t("consentPrivacy", { name }))}</p>`}
    ${
      open
        ? buttons(choose, [
            { id: CONSENT.yes, label: i18n.t("consentYes", { name }) },
            { id: CONSENT.no, label: i18n.t("consentNo") },
          ])
        : nothing
    }
  </div>`;
};
