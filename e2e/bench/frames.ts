/**
 * WebSocket frames of the client's side (RFC 6455 5.2), text only: the load generator writes and reads them itself, because a full
 * client library would be the bottleneck of the measurement. Pure.
 */

const TEXT = 0x81;
/** Any mask serves here; it only has to be there. */
const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

/** One masked text frame. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = length < 126 ? 6 : length < 65_536 ? 8 : 14;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = TEXT;
  if (head === 6) frame[1] = 0x80 | length;
  else if (head === 8) {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 0x80 | 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  MASK.copy(frame, head - 4);
  frame.write(text, head);
  for (let index = 0; index < length; index += 1) frame[head + index] = (frame[head + index] ?? 0) ^ (MASK[index & 3] ?? 0);
  return frame;
}

/**
 * Takes bytes as they come and calls `onText` once a whole frame, with its payload as Latin-1: ids and keys of the protocol are
 * ASCII, and that decoding costs nothing. `onClose` for a close frame. Servers do not mask and ours do not fragment.
 */
export function createFrameReader(onText: (text: string) => void, onClose: () => void): (chunk: Buffer) => void {
  let rest: Buffer | undefined;
  return (chunk) => {
    const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
    rest = undefined;
    let at = 0;
    while (at < bytes.length) {
      const size = sizeAt(bytes, at);
      if (size === undefined || at + size.head + size.length > bytes.length) {
        rest = Buffer.from(bytes.subarray(at));
        return;
      }
      const from = at + size.head;
      const kind = bytes.readUInt8(at) & 0x0f;
      at = from + size.length;
      if (kind === 1) onText(bytes.toString("latin1", from, at));
      else if (kind === 8) onClose();
    }
  };
}

function sizeAt(bytes: Buffer, at: number): { head: number; length: number } | undefined {
  const left = bytes.length - at;
  if (left < 2) return undefined;
  const short = bytes.readUInt8(at + 1) & 0x7f;
  if (short < 126) return { head: 2, length: short };
  if (short === 126) return left < 4 ? undefined : { head: 4, length: bytes.readUInt16BE(at + 2) };
  return left < 10 ? undefined : { head: 10, length: Number(bytes.readBigUInt64BE(at + 2)) };
}
