/**
 * The intent model as bytes, for the cache folder: a header of JSON, then the arrays as they lie in memory. Files are read by the
 * machine that wrote them (byte order is not converted); anything that does not fit is no model, and is trained again.
 */
import type { Calibration } from "./calibration.ts";
import type { IntentModel } from "./intent-model.ts";

/** Raise when features, evidence, training or this layout change: older files are then not found any more. */
export const MODEL_FORMAT = "allhours-intents-3";

const kinds = { u32: Uint32Array, f32: Float32Array, u16: Uint16Array } as const;
/** The arrays of a model, in the order of the file. Those of two bytes come last, so that the others lie on whole words. */
const layout = [
  ["keys", "u32"],
  ["ids", "u32"],
  ["idf", "f32"],
  ["weights", "f32"],
  ["bias", "f32"],
  ["denied", "f32"],
  ["nearest.offsets", "u32"],
  ["nearest.rows", "u32"],
  ["nearest.values", "f32"],
  ["nearest.labels", "u16"],
] as const;

type Header = { format: string; labels: string[]; unseenIdf: number; calibration: Calibration | null; lengths: number[] };

/** In the order of the layout; also what a thread may hand over without a copy. */
export function arraysOf(model: IntentModel): (Uint32Array | Float32Array | Uint16Array)[] {
  const { keys, ids, idf, weights, bias, denied, nearest } = model;
  return [keys, ids, idf, weights, bias, denied, nearest.offsets, nearest.rows, nearest.values, nearest.labels];
}

export function encodeModel(model: IntentModel): Uint8Array {
  const arrays = arraysOf(model);
  const header: Header = {
    format: MODEL_FORMAT,
    labels: model.labels,
    unseenIdf: model.unseenIdf,
    calibration: model.calibration ?? null,
    lengths: arrays.map((array) => array.length),
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
  const { format, labels, unseenIdf, lengths, calibration } = header;
  if (format !== MODEL_FORMAT || labels === undefined || unseenIdf === undefined || lengths?.length !== layout.length) return undefined;
  const sizes = layout.map(([, kind], index) => lengths[index]! * kinds[kind].BYTES_PER_ELEMENT);
  if (start + sizes.reduce((sum, size) => sum + size, 0) !== buffer.byteLength) return undefined;
  let at = start;
  const take = <Kind extends keyof typeof kinds>(name: (typeof layout)[number][0], kind: Kind): InstanceType<(typeof kinds)[Kind]> => {
    const index = layout.findIndex(([other]) => other === name);
    const array = new kinds[kind](buffer, at, lengths[index]);
    at += sizes[index]!;
    return array as InstanceType<(typeof kinds)[Kind]>;
  };
  return {
    labels,
    unseenIdf,
    keys: take("keys", "u32"),
    ids: take("ids", "u32"),
    idf: take("idf", "f32"),
    weights: take("weights", "f32"),
    bias: take("bias", "f32"),
    denied: take("denied", "f32"),
    nearest: {
      offsets: take("nearest.offsets", "u32"),
      rows: take("nearest.rows", "u32"),
      values: take("nearest.values", "f32"),
      labels: take("nearest.labels", "u16"),
    },
    calibration: calibration ?? undefined,
  };
}
