/** Suggested replies under the newest message. */
import { html, type TemplateResult } from "lit";
import type { Part } from "@allhours/protocol";
import type { I18n } from "../../i18n/i18n.ts";

export type Option = Extract<Part, { type: "choices" }>["options"][number];

export function renderChoices(options: readonly Option[], i18n: I18n, choose: (option: Option) => void): TemplateResult {
  return html`<div class="chips" part="choices" role="group" aria-label=${i18n.t("choices")}>
    ${options.map((option) => html`<button type="button" part="choice" dir="auto" @click=${() => choose(option)}>${option.label}</button>`)}
  </div>`;
}
