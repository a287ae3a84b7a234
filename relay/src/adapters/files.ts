/** Finds the files that paths, folders and globs in adapter options name. Reads no contents. */
import { glob, stat } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";

const globSigns = /[*?[{]/;

/**
 * Files named by `patterns`, absolute and in a fixed order, each once. A folder stands for every file below it with one of
 * `extensions` (as ".csv"). What names nothing is returned in `missing` as it was written.
 */
export async function findFiles(
  patterns: readonly string[],
  baseDir: string,
  extensions: readonly string[],
): Promise<{ files: string[]; missing: string[] }> {
  const files = new Set<string>();
  const missing: string[] = [];
  const wanted = (file: string): boolean => extensions.some((extension) => file.toLowerCase().endsWith(extension));
  for (const pattern of patterns) {
    const before = files.size;
    const path = isAbsolute(pattern) ? pattern : resolve(baseDir, pattern);
    const kind = await kindOf(path);
    if (kind === "file") files.add(path);
    else if (kind === "folder") await addMatches(join(path, "**", "*"), wanted, files);
    else if (globSigns.test(pattern)) await addMatches(path, wanted, files);
    if (files.size === before && !(kind === "file" && files.has(path))) missing.push(pattern);
  }
  return { files: [...files].sort(), missing };
}

/** What must be watched to notice a change of what `findFiles` finds: files, folders, and the fixed folder above a glob. Absolute. */
export function watchedPaths(patterns: readonly string[], baseDir: string): string[] {
  return patterns.map((pattern) => {
    const path = isAbsolute(pattern) ? pattern : resolve(baseDir, pattern);
    if (!globSigns.test(pattern)) return path;
    const steps = path.split("/");
    return (
      steps
        .slice(
          0,
          steps.findIndex((step) => globSigns.test(step)),
        )
        .join("/") || "/"
    );
  });
}

async function kindOf(path: string): Promise<"file" | "folder" | "none"> {
  try {
    const found = await stat(path);
    return found.isDirectory() ? "folder" : "file";
  } catch {
    return "none";
  }
}

async function addMatches(pattern: string, wanted: (file: string) => boolean, files: Set<string>): Promise<void> {
  for await (const match of glob(pattern)) if (wanted(match) && (await kindOf(match)) === "file") files.add(resolve(match));
}
