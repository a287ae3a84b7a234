/** A memory for adapters under test: as long as the process. */
import type { Memory } from "../adapters/spec.ts";

export function createTestMemory(): Memory {
  const kept = new Map<string, string>();
  return {
    get: async (key) => kept.get(key),
    put: async (key, value) => void kept.set(key, value),
  };
}
