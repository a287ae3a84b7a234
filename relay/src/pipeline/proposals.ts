/**
 * What an action would be done with: values out of an engine's proposal, of slots, and of the visitor's own words, each checked against what the config
 * says of its field. An engine's word alone is nobody's wish: what the visitor did not write counts as missing. Pure.
 */
import type { ActionOffer, Slot } from "../adapters/spec.ts";
import { normalise, runsOf } from "../adapters/words.ts";
import type { ActionConfig, ShownText } from "../config/actions.ts";
import { matchLanguage } from "./language.ts";

/** A value is a number, a name, an address: a longer one is none. */
const VALUE_CHARS = 200;

type Field = ActionConfig["fields"][string];
export type Filled = {
  values: Record<string, string>;
  /** Names of required fields that have none, in the config's order. */
  missing: string[];
};
export type Sources = {
  /** Of an engine that proposed the action. */
  proposed?: Readonly<Record<string, string>> | undefined;
  /** Oldest first. */
  slots: readonly Pick<Slot, "name" | "value">[];
  /** What the visitor wrote, oldest first; the last is the message in hand. */
  said: readonly string[];
};

/** In the best of the languages there are for somebody who reads these, best first. */
export function shownText(text: ShownText, languages: readonly string[]): string {
  if (typeof text === "string") return text;
  const known = Object.keys(text);
  return text[matchLanguage([...languages], known) ?? known[0] ?? ""] ?? "";
}

/** What an engine is told of the region's actions. */
export function offersOf(actions: readonly ActionConfig[], languages: readonly string[]): ActionOffer[] {
  return actions.map(({ id, title, description, fields }) => ({
    id,
    title: shownText(title, languages),
    description,
    fields: Object.entries(fields).map(([name, field]) => ({
      name,
      label: shownText(field.label, languages),
      ...(field.description === undefined ? {} : { description: field.description }),
      ...(field.pattern === undefined ? {} : { pattern: field.pattern }),
      ...(field.values === undefined ? {} : { values: field.values }),
      required: !field.optional,
    })),
  }));
}

export function fill({ fields }: Pick<ActionConfig, "fields">, sources: Sources): Filled {
  const values: Record<string, string> = {};
  const missing: string[] = [];
  for (const [name, field] of Object.entries(fields)) {
    const value = valueOf(name, field, sources);
    if (value !== undefined) values[name] = value;
    else if (!field.optional) missing.push(name);
  }
  return { values, missing };
}

function valueOf(name: string, field: Field, { proposed, slots, said }: Sources): string | undefined {
  const offered = checked(proposed?.[name], field);
  if (offered !== undefined && (field.from === "engine" || field.values !== undefined || isSaid(offered, said))) return offered;
  const slot = field.slot ?? name;
  const held = slots.findLast((one) => one.name === slot && checked(one.value, field) !== undefined);
  if (held !== undefined) return checked(held.value, field);
  for (const text of said.toReversed()) {
    const found = foundIn(text, field);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** True when a message says hardly more than these values: it answers a question for them, whatever else its words look like. */
export function saysLittleElse(text: string, values: readonly string[]): boolean {
  let rest = normalise(text);
  for (const value of values) rest = rest.replace(normalise(value), " ");
  return runsOf(rest).reduce((sum, { words }) => sum + words.length, 0) <= 3;
}

/** The value as it is shown and sent, or `undefined` where it is none of the field's. */
function checked(raw: string | undefined, { pattern, values }: Field): string | undefined {
  // What cannot be seen could make one value look like another.
  const value = raw
    ?.replace(/[\p{Cc}\p{Cf}]/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  if (value === undefined || value === "" || value.length > VALUE_CHARS) return undefined;
  if (values !== undefined) return values.find((one) => normalise(one) === normalise(value));
  return pattern === undefined || new RegExp(`^(?:${pattern})$`, "iu").test(value) ? value : undefined;
}

/** A field that says what its values look like is found without an engine. */
function foundIn(text: string, field: Field): string | undefined {
  const cut = text.slice(0, 2_000);
  if (field.values !== undefined) {
    const named = field.values.filter((value) => isSaid(value, [cut]));
    return named.length === 1 ? named[0] : undefined;
  }
  if (field.pattern === undefined) return undefined;
  const match = new RegExp(`(?<![\\p{L}\\p{N}])(?:${field.pattern})(?![\\p{L}\\p{N}])`, "iu").exec(cut);
  return checked(match?.[0], field);
}

/** Letters and digits of the value stand in the visitor's words, whatever marks lie between them; a number is not part of a longer one. */
function isSaid(value: string, said: readonly string[]): boolean {
  const wanted = normalise(value).match(/[\p{L}\p{N}]/gu);
  if (wanted === null) return false;
  const pattern = new RegExp(`(?<!\\p{N})${wanted.join("[^\\p{L}\\p{N}]*")}(?!\\p{N})`, "u");
  return said.some((text) => pattern.test(normalise(text)));
}
