/** A file by reference: its name, its size, and a link when we would follow it. */
import { html, type TemplateResult } from "lit";
import type { Part } from "@allhours/protocol";
import { icon } from "../icons.ts";
import { safeLink } from "../markdown.ts";
import { renderLink } from "./text.ts";

/** A size for people: kB and MB of 1000, as file managers show them. */
export function sizeText(sizeBytes: number): string {
  if (sizeBytes < 1_000) return `${sizeBytes} B`;
  if (sizeBytes < 1_000_000) return `${Math.round(sizeBytes / 1_000)} kB`;
  return `${(sizeBytes / 1_000_000).toFixed(1)} MB`;
}

export function renderFile(file: Extract<Part, { type: "file" }>): TemplateResult {
  const link = safeLink(file.url);
  const content = html`${icon("file")}<span dir="auto">${file.name}</span><small>${sizeText(file.sizeBytes)}</small>`;
  return html`<div class="file" part="file">${link === undefined ? content : renderLink(link.href, link.host, "file-link", content)}</div>`;
}
