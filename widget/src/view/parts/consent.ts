/**
 * The question before something of the visitor's leaves the shop: who would get it, exactly what, and two buttons of one size. The words are the
 * page's own, so that nothing a machine writes can look like it.
 */
import { html, nothing, type TemplateResult } from "lit";
import { CONSENT, type Part } from "@allhours/protocol";
import type { I18n } from "../../i18n/i18n.ts";
import { safeLink } from "../markdown.ts";
import type { Option } from "./choices.ts";
import { renderLink } from "./text.ts";

type Consent = Extract<Part, { type: "consent" }>;

/** `open`: it can still be answered. */
export function renderConsent(
  { to, text, withinMs }: Consent,
  open: boolean,
  i18n: I18n,
  choose: (option: Option) => void,
): TemplateResult {
  const { name } = to;
  const privacy = to.privacyUrl === undefined ? undefined : safeLink(to.privacyUrl);
  const button = (id: string, label: string): TemplateResult =>
    html`<button type="button" part="card-action" dir="auto" @click=${() => choose({ id, label })}>${label}</button>`;
  return html`<div class="card consent" part="consent" role="group" aria-label=${i18n.t("consentTitle", { name })}>
    <strong>${i18n.t("consentTitle", { name })}</strong>
    <p>${i18n.t("consentShares", { name })}</p>
    <blockquote dir="auto">${text}</blockquote>
    ${withinMs === undefined ? nothing : html`<p>${i18n.plural("consentWithin", Math.max(1, Math.ceil(withinMs / 60_000)))}</p>`}
    ${privacy === undefined ? nothing : html`<p>${renderLink(privacy.href, privacy.host, "card-action", i18n.t("consentPrivacy", { name }))}</p>`}
    ${open ? html`<div class="actions">${button(CONSENT.yes, i18n.t("consentYes", { name }))}${button(CONSENT.no, i18n.t("consentNo"))}</div>` : nothing}
  </div>`;
}
