/**
 * The intent model as bytes, for the cache folder. Files are read by the machine that wrote them (byte order is not converted); anything that does not
 * fit is no model, and is trained again.
 */
import { packArrays, unpackArrays, type AnyArray } from "../array-file.ts";
import type { Calibration } from "./calibration.ts";
import type { IntentModel } from "./intent-model.ts";
import type { Tagger } from "./slots/tagger.ts";

/** Raise when features, evidence, training or this layout change: older files are then not found any more. */
export const MODEL_FORMAT = "allhours-intents-5";

type Facts = { labels: string[]; unseenIdf: number; calibration: Calibration | null; tagger: TaggerFacts | null };
type TaggerFacts = Pick<Tagger, "names" | "values" | "heldOut">;

/** Also what a thread may hand over without a copy. */
export function arraysOf(model: IntentModel): AnyArray[] {
  return Object.values(namedArrays(model));
}

function namedArrays({ keys, ids, idf, weights, bias, denied, nearest, tagger }: IntentModel): Record<string, AnyArray> {
  const { offsets, rows, values, labels } = nearest;
  return {
    keys,
    ids,
    idf,
    weights,
    bias,
    denied,
    "nearest.offsets": offsets,
    "nearest.rows": rows,
    "nearest.values": values,
    "nearest.labels": labels,
    ...(tagger === undefined
      ? {}
      : { "tagger.keys": tagger.keys, "tagger.ids": tagger.ids, "tagger.weights": tagger.weights, "tagger.moves": tagger.moves }),
  };
}

export function encodeModel(model: IntentModel): Uint8Array {
  const { labels, unseenIdf, calibration = null, tagger } = model;
  const ofTagger = tagger === undefined ? null : { names: tagger.names, values: tagger.values, heldOut: tagger.heldOut };
  const facts: Facts = { labels, unseenIdf, calibration, tagger: ofTagger };
  return new Uint8Array(packArrays(MODEL_FORMAT, facts, namedArrays(model)));
}

/** `undefined` for anything but a whole file of this format. */
export function decodeModel(bytes: Uint8Array): IntentModel | undefined {
  // A copy of its own starts at offset 0, as arrays of numbers need.
  const found = unpackArrays(MODEL_FORMAT, bytes.slice().buffer);
  if (found === undefined) return undefined;
  const { labels, unseenIdf, calibration, tagger } = found.facts as Facts;
  // Written by encodeModel of this format: every array is there, of its kind.
  const take = <Kind extends AnyArray>(name: string): Kind => found.arrays.get(name) as Kind;
  return {
    labels,
    unseenIdf,
    keys: take<Uint32Array>("keys"),
    ids: take<Uint32Array>("ids"),
    idf: take<Float32Array>("idf"),
    weights: take<Float32Array>("weights"),
    bias: take<Float32Array>("bias"),
    denied: take<Float32Array>("denied"),
    nearest: {
      offsets: take<Uint32Array>("nearest.offsets"),
      rows: take<Uint32Array>("nearest.rows"),
      values: take<Float32Array>("nearest.values"),
      labels: take<Uint16Array>("nearest.labels"),
    },
    calibration: calibration ?? undefined,
    tagger:
      tagger === null
        ? undefined
        : {
            ...tagger,
            keys: take<Uint32Array>("tagger.keys"),
            ids: take<Uint32Array>("tagger.ids"),
            weights: take<Float32Array>("tagger.weights"),
            moves: take<Float32Array>("tagger.moves"),
          },
  };
}
