/** Under a message the relay refused for good: why, and the two ways on. */
import { html, type TemplateResult } from "lit";
import { policyOf } from "@allhours/protocol";
import type { ExtraKey, I18n, TextKey } from "../../i18n/i18n.ts";
import { icon } from "../icons.ts";

/** The words for a wire error code. */
export function reasonOf(code: string): TextKey | ExtraKey {
  return policyOf(code).textKey;
}

export function renderFailed(code: string, i18n: I18n, retry: () => void, discard: () => void): TemplateResult {
  return html`<div class="meta failed" part="delivery">
    <span>${icon("alert")} ${i18n.t("failed")}. ${i18n.t(reasonOf(code))}</span>
    <button type="button" part="retry" @click=${retry}>${i18n.t("retry")}</button>
    <button type="button" part="discard" @click=${discard}>${i18n.t("discard")}</button>
  </div>`;
}
