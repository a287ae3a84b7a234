/**
 * Which file a residency group's log lies in, and that it lies there alone: a file says whose it is, and what an older relay kept of other groups in
 * it is moved to theirs before any of them is opened. Only for SQLite; both files are locked meanwhile.
 */
import { existsSync } from "node:fs";
import { extname } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { migrate } from "./migrate.ts";
import { lockDatabase } from "./sqlite-lock.ts";
import { StoreError } from "./store.ts";

export type GroupFile = { group: string; path: string; regionIds: readonly string[] };

/** Row of `meta` that says whose file it is. */
export const RESIDENCY_LABEL = "residency";
const LOCK_MS = 5_000;
/** In an order that keeps references whole. */
const TABLES = ["conversations", "sessions", "entries", "inbound", "jobs", "records"] as const;

/** The file of a group that has none of its own: beside the first one's, named after the group. */
export function groupPath(path: string, group: string): string {
  const end = extname(path);
  return `${path.slice(0, path.length - end.length)}.${group}${end}`;
}

/**
 * Labels each file with its group and puts what belongs to another group where it belongs. Throws `StoreError` when a file says that it is another
 * group's: nothing was moved then. With one group there is nothing to tell apart, and the file is renamed with it.
 */
export async function settleGroups(files: readonly GroupFile[]): Promise<{ moved: { from: string; to: string; conversations: number }[] }> {
  const moved: { from: string; to: string; conversations: number }[] = [];
  const locks = files.map(({ path }) => (existsSync(path) ? lockDatabase(path, LOCK_MS) : () => undefined));
  try {
    for (const { group, path } of files) checkLabel(path, group, files.length > 1);
    for (const file of files) {
      if (!existsSync(file.path)) continue;
      for (const other of files) {
        if (other === file || !holdsAny(file.path, other.regionIds)) continue;
        moved.push({ from: file.group, to: other.group, conversations: await move(file.path, other) });
      }
    }
    return { moved };
  } finally {
    for (const unlock of locks) unlock();
  }
}

function opened<Value>(path: string, run: (database: BetterSqlite3.Database) => Value): Value {
  const database = new BetterSqlite3(path, { timeout: LOCK_MS });
  try {
    return run(database);
  } finally {
    database.close();
  }
}
function hasTable(database: BetterSqlite3.Database, name: string): boolean {
  return database.prepare("select 1 from sqlite_master where type = 'table' and name = ?").get(name) !== undefined;
}

function checkLabel(path: string, group: string, strict: boolean): void {
  if (!existsSync(path)) return;
  opened(path, (database) => {
    if (!hasTable(database, "meta")) return;
    const row = database.prepare("select value from meta where name = ?").get(RESIDENCY_LABEL) as { value: string } | undefined;
    if (strict && row !== undefined && row.value !== group)
      throw new StoreError(
        `${path} holds residency group "${row.value}", and the config gives it to "${group}": list a region of "${row.value}" first, or name the file of each group in store.groups`,
      );
    database
      .prepare("insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value")
      .run(RESIDENCY_LABEL, group);
  });
}

function holdsAny(path: string, regionIds: readonly string[]): boolean {
  return opened(path, (database) =>
    (["conversations", "records"] as const).some(
      (table) =>
        hasTable(database, table) &&
        database.prepare(`select 1 from ${table} where region_id in (${marks(regionIds)}) limit 1`).get(...regionIds) !== undefined,
    ),
  );
}
const marks = (values: readonly unknown[]): string => values.map(() => "?").join(", ");

/** Copies first, then deletes, each in a transaction of its own: a crash between leaves rows twice, and the next start goes on from there. */
async function move(from: string, to: GroupFile): Promise<number> {
  const unlock = existsSync(to.path) ? () => undefined : lockDatabase(to.path, LOCK_MS);
  try {
    for (const path of [to.path, from]) {
      const database = new BetterSqlite3(path, { timeout: LOCK_MS });
      try {
        database.pragma("journal_mode = WAL");
        await migrate(new Kysely<unknown>({ dialect: new SqliteDialect({ database }) }));
      } finally {
        database.close();
      }
    }
    return opened(from, (database) => {
      database.pragma("synchronous = FULL");
      database.prepare("attach database ? as other").run(to.path);
      const { regionIds } = to;
      const own = `select id from main.conversations where region_id in (${marks(regionIds)})`;
      const where: Record<(typeof TABLES)[number], string> = {
        conversations: `region_id in (${marks(regionIds)})`,
        sessions: `conversation_id in (${own})`,
        entries: `conversation_id in (${own})`,
        inbound: `conversation_id in (${own})`,
        jobs: `json_extract(payload, '$.conversationId') in (${own})`,
        records: `region_id in (${marks(regionIds)})`,
      };
      const { count } = database
        .prepare(`select count(*) as count from main.conversations where ${where.conversations}`)
        .get(...regionIds) as {
        count: number;
      };
      database.transaction(() => {
        for (const table of TABLES) {
          // The place of a job is its order in its own file; the rest of a row is the same in both.
          const columns = (database.pragma(`main.table_info(${table})`) as { name: string }[])
            .map(({ name }) => name)
            .filter((name) => table !== "jobs" || name !== "position")
            .join(", ");
          const order = table === "jobs" ? " order by position" : "";
          database
            .prepare(`insert or ignore into other.${table} (${columns}) select ${columns} from main.${table} where ${where[table]}${order}`)
            .run(...regionIds);
        }
      })();
      database.transaction(() => {
        for (const table of TABLES.toReversed()) database.prepare(`delete from main.${table} where ${where[table]}`).run(...regionIds);
      })();
      return count;
    });
  } finally {
    unlock();
  }
}
