/** Which files an evaluation reads: those named, the default ones, or the next best train file. Looks, opens nothing. */
import { access, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const DEFAULT_FOLDER = join(root, "../shared/data/bitext-cs/shared");

export type DataFiles = { train: string; dev: string };

/** The files to read, or `missing`: the one that is not there. */
export async function findDataFiles(named: Partial<DataFiles>): Promise<DataFiles | { missing: string }> {
  const dev = named.dev ?? join(DEFAULT_FOLDER, "dev.jsonl");
  const train = named.train ?? join(dirname(dev), "train.jsonl");
  if (!(await exists(dev))) return { missing: dev };
  if (await exists(train)) return { train, dev };
  const other = await otherTrainFile(dirname(train));
  return other === undefined ? { missing: train } : { train: other, dev };
}

/** The first `train*.jsonl` of a folder by name. */
async function otherTrainFile(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  const name = names.filter((entry) => /^train.*\.jsonl$/.test(entry)).sort()[0];
  return name === undefined ? undefined : join(folder, name);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
