/** Which of two language tags serves the other: what an article is written in against what somebody reads. */

/** A language tag in lower case, and taken apart. */
export type Tag = { text: string; base: string; script: string | undefined };
const tags = new Map<string, Tag>();
/** Tags come from the config and from articles: few. Whatever else comes is not kept for ever. */
const KEPT_TAGS = 1_000;

export function tagOf(written: string): Tag {
  const known = tags.get(written);
  if (known !== undefined) return known;
  if (tags.size >= KEPT_TAGS) tags.clear();
  const lower = written.toLowerCase();
  const [base = "", ...rest] = lower.split("-");
  const tag = { text: lower, base, script: rest.find((part) => part.length === 4) };
  tags.set(written, tag);
  return tag;
}

/** pt serves pt-BR and the other way round; zh-Hant does not serve zh-Hans. */
export function fits(have: Tag, want: Tag): boolean {
  return have.base === want.base && (have.script === undefined || want.script === undefined || have.script === want.script);
}
