/**
 * The intent model as bytes, for the cache folder: a header of JSON, then the arrays as they lie in memory. Files are read by the
 * machine that wrote them (byte order is not converted); anything that does not fit is no model, and is trained again.
 */
import type { IntentModel } from "./intent-model.ts";

/** Raise when features, training or this layout change: older files are then not found any more. */
export const MODEL_FORMAT = "allhours-intents-1";

type Header = {
  format: string;
  labels: string[];
  unseenIdf: number;
  lengths: [keys: number, ids: number, idf: number, weights: number, bias: number];
};

export function encodeModel(model: IntentModel): Uint8Array {
  const arrays = [model.keys, model.ids, model.idf, model.weights, model.bias];
  const header: Header = {
    format: MODEL_FORMAT,
    labels: model.labels,
    unseenIdf: model.unseenIdf,
    lengths: arrays.map((array) => array.length) as Header["lengths"],
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = 4 + Math.ceil(json.length / 4) * 4;
  const bytes = new Uint8Array(start + arrays.reduce((sum, array) => sum + array.byteLength, 0));
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 4);
  let at = start;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  return bytes;
}

/** `undefined` for anything but a whole file of this format. */
export function decodeModel(bytes: Uint8Array): IntentModel | undefined {
  // A copy of its own starts at offset 0, as arrays of 4-byte numbers need.
  const buffer = bytes.slice().buffer;
  if (buffer.byteLength < 4) return undefined;
  const jsonLength = new DataView(buffer).getUint32(0, true);
  const start = 4 + Math.ceil(jsonLength / 4) * 4;
  if (start > buffer.byteLength) return undefined;
  let header: Partial<Header>;
  try {
    header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, jsonLength))) as Partial<Header>;
  } catch {
    return undefined;
  }
  const { format, labels, unseenIdf, lengths } = header;
  if (format !== MODEL_FORMAT || labels === undefined || unseenIdf === undefined || lengths === undefined) return undefined;
  if (start + 4 * lengths.reduce((sum, length) => sum + length, 0) !== buffer.byteLength) return undefined;
  let at = start;
  const take = (length: number): number => {
    const from = at;
    at += length * 4;
    return from;
  };
  return {
    labels,
    unseenIdf,
    keys: new Uint32Array(buffer, take(lengths[0]), lengths[0]),
    ids: new Uint32Array(buffer, take(lengths[1]), lengths[1]),
    idf: new Float32Array(buffer, take(lengths[2]), lengths[2]),
    weights: new Float32Array(buffer, take(lengths[3]), lengths[3]),
    bias: new Float32Array(buffer, take(lengths[4]), lengths[4]),
  };
}
