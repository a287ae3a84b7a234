/**
 * Numbers by place of which a search touches few: only those are looked at and cleared again. Of 200,000 questions a search touches some ten thousand,
 * and to go over the others takes longer than the search.
 */

/** All 0 but at `touched[0..count)`. */
export type Tally = { values: Float32Array; touched: Uint32Array; count: number };

export function createTally(places: number): Tally {
  return { values: new Float32Array(places), touched: new Uint32Array(places), count: 0 };
}

export function clear(tally: Tally): void {
  for (let index = 0; index < tally.count; index += 1) tally.values[tally.touched[index]!] = 0;
  tally.count = 0;
}

export function add(tally: Tally, place: number, value: number): void {
  const before = tally.values[place]!;
  // A weight may round to nothing: a place is listed once, when its sum leaves 0.
  if (before === 0 && value > 0) {
    tally.touched[tally.count] = place;
    tally.count += 1;
  }
  tally.values[place] = before + value;
}

export function raise(tally: Tally, place: number, value: number): void {
  const before = tally.values[place]!;
  if (value > before) add(tally, place, value - before);
}
