/** Numbers of 32-bit hashes, in two plain arrays (open addressing): a table that lies in a file as it lies in memory. */

/** `keys[place]` is a hash, `ids[place]` its number; 0 marks a free place. Lengths are a power of two. */
export type HashTable = { keys: Uint32Array; ids: Uint32Array };

/** `hashes`: each once, none 0; the number of each is its place. */
export function tableOf(hashes: ArrayLike<number>): HashTable {
  const capacity = 2 ** Math.ceil(Math.log2(Math.max(16, hashes.length * 2)));
  const keys = new Uint32Array(capacity);
  const ids = new Uint32Array(capacity);
  for (let id = 0; id < hashes.length; id += 1) {
    const hash = hashes[id]!;
    let place = hash & (capacity - 1);
    while (keys[place] !== 0) place = (place + 1) & (capacity - 1);
    keys[place] = hash;
    ids[place] = id;
  }
  return { keys, ids };
}

/** -1: not there. */
export function numberOf({ keys, ids }: HashTable, hash: number): number {
  const mask = keys.length - 1;
  let place = hash & mask;
  for (let key = keys[place]!; key !== 0; key = keys[place]!) {
    if (key === hash) return ids[place]!;
    place = (place + 1) & mask;
  }
  return -1;
}
