/** Values marked in example texts by whoever wrote them. `undefined` where nobody looked for values; an empty list where there are none. */

/** `start` and `end` are UTF-16 offsets into the text; `value` is its normal form, absent where it is the marked text itself. */
export type Annotation = { name: string; start: number; end: number; value?: string | undefined };
export type AnnotatedText = { text: string; slots: Annotation[] };
/** A stretch of text, and what it is the value of. */
export type Piece = { text: string; name?: string | undefined; value?: string | undefined };

/** Joins the pieces; spaces around the whole, and around a value, belong to nothing. */
export function joinPieces(pieces: readonly Piece[]): AnnotatedText {
  const whole = pieces.map(({ text }) => text).join("");
  const lead = whole.length - whole.trimStart().length;
  const slots: Annotation[] = [];
  let offset = -lead;
  for (const { text, name, value } of pieces) {
    const start = offset + (text.length - text.trimStart().length);
    offset += text.length;
    if (name === undefined || text.trim() === "") continue;
    const end = start + text.trim().length;
    slots.push({ name, start, end, ...(value === undefined || value === text.trim() ? {} : { value }) });
  }
  return { text: whole.trim(), slots };
}

/** Reads `[{ name, start, end, value? }]`, or `entity` in place of `name`; what is wrong with it, as text, otherwise. */
export function readAnnotations(list: unknown, text: string): Annotation[] | string {
  const expected = "slots: expected a list of {name, start, end}";
  if (!Array.isArray(list)) return expected;
  const slots: Annotation[] = [];
  for (const one of list as unknown[]) {
    if (typeof one !== "object" || one === null) return expected;
    const { name, entity, start, end, value } = one as Record<string, unknown>;
    const called = name ?? entity;
    if (typeof called !== "string" || called === "" || !Number.isInteger(start) || !Number.isInteger(end)) return expected;
    const [from, to] = [start as number, end as number];
    if (from < 0 || to <= from || to > text.length) return `slots: expected start and end within the ${text.length} characters of the text`;
    if (slots.some((slot) => from < slot.end && slot.start < to)) return "slots: expected values that do not overlap";
    const own = typeof value === "string" && value !== "" && value !== text.slice(from, to) ? value : undefined;
    slots.push({ name: called, start: from, end: to, ...(own === undefined ? {} : { value: own }) });
  }
  return slots.sort((one, other) => one.start - other.start);
}
