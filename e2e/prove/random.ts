/** Chance from a seed, so that a run can be repeated: mulberry32, forked by name so that parts do not disturb each other. */
export interface Random {
  /** At least 0, below 1. */
  next: () => number;
  /** A whole number from `least` to `most`, both included. */
  int: (least: number, most: number) => number;
  pick: <Item>(items: readonly Item[]) => Item;
  /** True with this probability, 0 to 1. */
  chance: (probability: number) => boolean;
  /** Chance of its own: the same for the same seed and name, whatever else was drawn. */
  fork: (name: string) => Random;
}

/** `seed`: any whole number; its low 32 bits count. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  const int = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    int,
    pick: <Item>(items: readonly Item[]) => items.at(int(0, items.length - 1)) as Item,
    chance: (probability) => next() < probability,
    fork(name) {
      // FNV-1a of the name, mixed with the seed this one began with.
      let hash = 0x811c9dc5 ^ (seed >>> 0);
      for (let index = 0; index < name.length; index += 1) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
      return createRandom(hash);
    },
  };
}
