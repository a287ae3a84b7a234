/** Where an answer comes from, as small links below it. A source without an address we would follow is a name only. */
import { html, nothing, type TemplateResult } from "lit";
import type { Part } from "@allhours/protocol";
import type { I18n } from "../../i18n/i18n.ts";
import { safeLink } from "../markdown.ts";

export function renderSources(items: Extract<Part, { type: "sources" }>["items"], i18n: I18n): TemplateResult {
  return html`<ul class="sources" part="sources" aria-label=${i18n.t("sources")}>
    ${items.map((item) => {
      const link = item.url === undefined ? undefined : safeLink(item.url);
      const title = [link?.host, item.updatedAt].filter((words) => words !== undefined && words !== "").join(" · ");
      return html`<li lang=${item.language ?? nothing} dir="auto">
        ${
          link === undefined
            ? html`<span part="source">${item.title}</span>`
            : html`<a part="source" href=${link.href} title=${title} target="_blank" rel="noopener noreferrer">${item.title}</a>`
        }
      </li>`;
    })}
  </ul>`;
}
