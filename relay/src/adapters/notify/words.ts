/** What a pager says: the shop's own words with what is known in them, else the house's. Nothing that a visitor wrote. */
import * as v from "valibot";
import type { Alert } from "../spec.ts";

export const PLACES = ["priority", "category", "site", "region", "conversation", "case", "language"] as const;

/** Words with `{category}`, `{site}`, `{region}`, `{conversation}`, `{case}`, `{language}`, `{priority}` in them. */
export const textOption = v.optional(
  v.pipe(
    v.string("expected text"),
    v.minLength(1, "expected text"),
    v.maxLength(600, "expected at most 600 characters"),
    v.check(
      (text) => [...text.matchAll(/\{(\w+)\}/g)].every(([, place]) => (PLACES as readonly string[]).includes(place ?? "")),
      `expected no other places than ${PLACES.map((place) => `{${place}}`).join(", ")}`,
    ),
  ),
  "Critical ({category}) at {site}, region {region}: a conversation in {language} needs a person now. Case {case}.",
);

export function alertText(text: string, { data }: Alert): string {
  const values: Record<(typeof PLACES)[number], string> = {
    priority: data.priority,
    category: data.category ?? "urgent",
    site: data.siteId,
    region: data.regionId,
    conversation: data.conversationId,
    case: data.caseId ?? "none",
    language: data.language,
  };
  return text.replace(/\{(\w+)\}/g, (all, place: string) => values[place as (typeof PLACES)[number]] ?? all);
}
