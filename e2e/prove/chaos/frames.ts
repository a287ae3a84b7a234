/**
 * Cuts a TCP stream of one WebSocket into its HTTP handshake and its frames (RFC 6455), so that a proxy can lose, double or swap whole
 * ones. Reads only; the bytes of a piece are exactly those that came.
 */
export type Piece =
  | { kind: "http"; bytes: Buffer }
  | {
      kind: "frame";
      bytes: Buffer;
      /** 1 text, 2 binary, 8 close, 9 ping, 10 pong. */ opcode: number;
      /** Payload, unmasked, as UTF-8; worked out when asked. */ text: () => string;
    };

/** Longest frame that is taken apart; a longer one passes in raw pieces (`opcode` 0, no text). */
const MOST_BYTES = 4 * 1024 * 1024;

/** Gives the pieces that `chunk` completes; what is unfinished waits for the next. */
export function createFrameSplitter(): (chunk: Buffer) => Piece[] {
  let rest: Buffer = Buffer.alloc(0);
  let inHttp = true;
  /** No WebSocket: a page's other pipe, or a refusal. Passed on as it comes. */
  let plain = false;
  return (chunk) => {
    if (plain) return [{ kind: "http", bytes: chunk }];
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const pieces: Piece[] = [];
    for (;;) {
      const piece = inHttp ? httpIn(rest) : frameIn(rest);
      if (piece === undefined) return pieces;
      rest = rest.subarray(piece.bytes.length);
      pieces.push(piece);
      if (inHttp && !/^upgrade: *websocket/im.test(piece.bytes.toString("latin1"))) {
        plain = true;
        if (rest.length > 0) pieces.push({ kind: "http", bytes: rest });
        return pieces;
      }
      inHttp = false;
    }
  };
}

/** The head of an upgrade request or its answer; both have no body. */
function httpIn(bytes: Buffer): Piece | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  return end < 0 ? undefined : { kind: "http", bytes: bytes.subarray(0, end + 4) };
}

function frameIn(bytes: Buffer): Piece | undefined {
  if (bytes.length < 2) return undefined;
  const second = bytes.readUInt8(1);
  const masked = (second & 0x80) !== 0;
  let length = second & 0x7f;
  let at = 2;
  if (length === 126) {
    if (bytes.length < 4) return undefined;
    length = bytes.readUInt16BE(2);
    at = 4;
  } else if (length === 127) {
    if (bytes.length < 10) return undefined;
    length = Number(bytes.readBigUInt64BE(2));
    at = 10;
  }
  if (length > MOST_BYTES) return { kind: "frame", bytes, opcode: 0, text: () => "" };
  const begin = at + (masked ? 4 : 0);
  if (bytes.length < begin + length) return undefined;
  const frame = bytes.subarray(0, begin + length);
  const text = (): string => {
    const payload = Buffer.from(frame.subarray(begin));
    if (masked) {
      const mask = frame.subarray(at, at + 4);
      for (const [index, byte] of payload.entries()) payload.writeUInt8(byte ^ mask.readUInt8(index & 3), index);
    }
    return payload.toString("utf8");
  };
  return { kind: "frame", bytes: frame, opcode: frame.readUInt8(0) & 0x0f, text };
}
