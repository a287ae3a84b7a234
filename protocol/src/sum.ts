/**
 * A checksum on frames: whoever sends one may add `sum`, whoever reads one that has it checks. It notices bits that changed between the
 * ends; it is no signature and guards against nobody.
 */

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

/** CRC-32 (IEEE 802.3, as in zlib) of the text's UTF-8 bytes. The text must not hold lone surrogates; JSON text does not. */
export function crc32(text: string): number {
  let crc = -1;
  const take = (byte: number): void => {
    crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 255]!;
  };
  for (let index = 0; index < text.length; index += 1) {
    let code = text.charCodeAt(index);
    if (code < 0x80) {
      take(code);
      continue;
    }
    if (code >= 0xd800 && code < 0xdc00) {
      index += 1;
      code = 0x10000 + ((code - 0xd800) << 10) + (text.charCodeAt(index) - 0xdc00);
      take(0xf0 | (code >> 18));
      take(0x80 | ((code >> 12) & 63));
    } else if (code < 0x800) {
      take(0xc0 | (code >> 6));
      take(0x80 | (code & 63));
      continue;
    } else take(0xe0 | (code >> 12));
    take(0x80 | ((code >> 6) & 63));
    take(0x80 | (code & 63));
  }
  return ~crc >>> 0;
}

/** JSON text of a frame with its `sum` as the last field. */
export function textWithSum(frame: object): string {
  const text = JSON.stringify(frame);
  return `${text.slice(0, -1)}${text.length > 2 ? "," : ""}"sum":${crc32(text)}}`;
}

/** The frame with its `sum` as the last field. */
export function withSum<Frame extends object>(frame: Frame): Frame & { sum: number } {
  return { ...frame, sum: crc32(JSON.stringify(frame)) };
}

/**
 * The frame without its `sum`; `undefined` when it has one that is wrong: such a frame counts as not arrived. JSON keeps the order of fields, so
 * the text that was summed can be written again.
 */
export function withoutSum(frame: object): object | undefined {
  if (!Object.hasOwn(frame, "sum")) return frame;
  const { sum, ...rest } = frame as { sum: unknown };
  try {
    return sum === crc32(JSON.stringify(rest)) ? rest : undefined;
  } catch {
    // Nested deeper than can be written; whoever sent it did not write it by nesting calls either.
    return undefined;
  }
}
