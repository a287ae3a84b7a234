/** Makes bad frames from good ones, by a seed: bytes, JSON text, and values of the wrong kind where a field was. Knows no meaning. */
import type { Random } from "../random.ts";

/** What tends to break a reader of JSON. */
const NASTY: readonly string[] = [
  "1e999",
  "-1e999",
  "1e-999",
  "-0",
  "9007199254740993",
  "NaN",
  "Infinity",
  "0x10",
  "[]",
  "{}",
  "null",
  "true",
  '""',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u0000"',
  '"\u2028"',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  `${"[".repeat(5_000)}${"]".repeat(5_000)}`,
  `"${"x".repeat(9_000)}"`,
  `[${"0,".repeat(5_000)}0]`,
  "\uFEFF{}",
];

function mutateText(text: string, random: Random): string {
  const at = random.int(0, Math.max(0, text.length - 1));
  switch (random.int(0, 9)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + text.slice(at + random.int(1, 12));
    case 2:
      return text.slice(0, at) + text.slice(random.int(0, text.length)) + text.slice(at);
    case 3:
      return `${text}${text}`;
    case 4:
      return text.slice(0, at) + String.fromCharCode(random.int(0, 0xffff)) + text.slice(at + 1);
    case 5:
      return `${random.pick(["\uFEFF", "\u0000", " ", "\n", "[", "{", '"', ","])}${text}`;
    case 6: {
      // A value somewhere in it becomes a nasty one.
      const values = [...text.matchAll(/:(?:"[^"]*"|-?\d+(?:\.\d+)?|true|false|null)/g)];
      const hit = values.at(random.int(0, Math.max(0, values.length - 1)));
      if (hit === undefined) return random.pick(NASTY);
      return `${text.slice(0, hit.index + 1)}${random.pick(NASTY)}${text.slice(hit.index + hit[0].length)}`;
    }
    case 7:
      // One more field, or one of the names that objects have already.
      return text.replace(
        "{",
        `{${JSON.stringify(random.pick(["__proto__", "constructor", "sum", "type", "hasOwnProperty", "extra"]))}:${random.pick(NASTY)},`,
      );
    case 8: {
      const keys = [...text.matchAll(/"(\w+)":/g)];
      const hit = keys.at(random.int(0, Math.max(0, keys.length - 1)));
      return hit === undefined ? "" : text.replace(hit[0], `"${random.pick(["__proto__", "Type", "x", ""])}":`);
    }
    default:
      return random.pick(NASTY);
  }
}

/** A frame as text, one to three times wrong; now and then untouched, so that good and bad stand side by side. */
export function mutate(good: string, random: Random): string {
  let text = good;
  for (let times = random.int(0, 3); times > 0; times -= 1) text = mutateText(text, random);
  return text;
}

/** The same for bytes: what a text cannot hold. */
export function mutateBytes(good: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(good);
  for (let times = random.int(1, 4); times > 0; times -= 1) {
    const at = random.int(0, Math.max(0, bytes.length - 1));
    if (bytes.length > 0) bytes.writeUInt8(random.int(0, 255), at);
  }
  return random.chance(0.2) ? bytes.subarray(0, random.int(0, bytes.length)) : bytes;
}
