/**
 * Named arrays and a few facts as one file, so laid out that reading it is looking at it: 4 bytes of length, the facts as JSON, then the arrays at whole
 * eights. For caches: who finds it damaged, or of another format, makes it anew.
 */
const kinds = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f32: Float32Array, f64: Float64Array } as const;
type Kind = keyof typeof kinds;
export type AnyArray = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array;
type Entry = { name: string; kind: Kind; length: number };
type Head = { format: string; facts: unknown; entries: Entry[] };

const ALIGNED = 8;
const aligned = (size: number): number => Math.ceil(size / ALIGNED) * ALIGNED;

/** `format` names what is in it, with a number that is raised when that changes. */
export function packArrays(format: string, facts: unknown, arrays: Readonly<Record<string, AnyArray>>): ArrayBuffer {
  const entries = Object.entries(arrays).map(([name, array]): Entry => ({ name, kind: kindOf(array), length: array.length }));
  const json = new TextEncoder().encode(JSON.stringify({ format, facts, entries } satisfies Head));
  const start = aligned(4 + json.length);
  const buffer = new ArrayBuffer(Object.values(arrays).reduce((size, array) => size + aligned(array.byteLength), start));
  new DataView(buffer).setUint32(0, json.length, true);
  new Uint8Array(buffer).set(json, 4);
  let at = start;
  for (const array of Object.values(arrays)) {
    new Uint8Array(buffer, at).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    at += aligned(array.byteLength);
  }
  return buffer;
}

/** Views of `buffer`, not copies. `undefined` for anything but a whole file of this format. */
export function unpackArrays(format: string, buffer: ArrayBuffer): { facts: unknown; arrays: ReadonlyMap<string, AnyArray> } | undefined {
  if (buffer.byteLength < 4) return undefined;
  const length = new DataView(buffer).getUint32(0, true);
  const start = aligned(4 + length);
  if (start > buffer.byteLength) return undefined;
  let head: Head;
  try {
    head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))) as Head;
  } catch {
    return undefined;
  }
  if (head.format !== format) return undefined;
  const arrays = new Map<string, AnyArray>();
  let at = start;
  for (const { name, kind, length: count } of head.entries) {
    const size = count * kinds[kind].BYTES_PER_ELEMENT;
    if (at + size > buffer.byteLength) return undefined;
    arrays.set(name, new kinds[kind](buffer, at, count));
    at += aligned(size);
  }
  return at === buffer.byteLength ? { facts: head.facts, arrays } : undefined;
}

function kindOf(array: AnyArray): Kind {
  const found = (Object.keys(kinds) as Kind[]).find((kind) => array instanceof kinds[kind]);
  if (found === undefined) throw new TypeError("expected an array of numbers");
  return found;
}
