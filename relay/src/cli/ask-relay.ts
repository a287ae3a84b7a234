/** What a command asks the running relay for, because it lies in the relay's database. */
import type { ObservedQuestion } from "../adapters/nlu/observed.ts";
import type { Learned } from "../adapters/spec.ts";
import type { LoadedConfig } from "../config/load.ts";
import { liveOf, type LearnedRecord } from "../learning/learned.ts";
import { adminDoor, askAdmin } from "./dead-letters.ts";

type Config = Pick<LoadedConfig, "config">["config"];

/** What the region has learnt; `undefined`, and a warning, when no relay says. */
export async function askLearned(
  config: Config,
  regionId: string,
  url: string | undefined,
  warn: (text: string) => void,
): Promise<Learned | undefined> {
  const path = `/v1/admin/learning?${new URLSearchParams({ region: regionId }).toString()}`;
  try {
    return liveOf((await askAdmin<{ learned: LearnedRecord[] }>(adminDoor(config.server, url), path)).learned);
  } catch (error) {
    warn(`without what the region has learnt: ${(error as Error).message}`);
    return undefined;
  }
}

/** Questions the region's assistant left to others. Rejects with a sentence when no relay says. */
export async function askObserved(config: Config, regionId: string, url: string | undefined): Promise<ObservedQuestion[]> {
  const path = `/v1/admin/learning/observed?${new URLSearchParams({ region: regionId }).toString()}`;
  return (await askAdmin<{ questions: ObservedQuestion[] }>(adminDoor(config.server, url), path)).questions;
}
