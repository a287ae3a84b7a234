/**
 * One relay a database: a lock that ends with its process, however that ends. It lies in a small file of its own, beside the
 * database, so that backups and `sqlite3` can still read the log.
 */
import BetterSqlite3 from "better-sqlite3";

/** Waits at most `waitMs` for another process to let go; throws when it does not. Returns a function that lets go. */
export function lockDatabase(path: string, waitMs: number): () => void {
  const lock = new BetterSqlite3(`${path}.lock`, { timeout: waitMs });
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    lock.close();
    if ((cause as { code?: string }).code !== "SQLITE_BUSY") throw cause;
    throw new Error(
      `another relay is using ${path}: its turns and webhooks would run twice. Stop it, or give this one a store.path of its own`,
      { cause },
    );
  }
  return () => void lock.close();
}
