/** Brings a database to the shape this code expects. Owns the order of checks; the shapes are in migrations/. */
import { sql, type Kysely } from "kysely";
import { Migrator } from "kysely/migration";
import { migrations as shipped } from "./migrations/index.ts";
import { StoreError } from "./store.ts";

type Migrations = typeof shipped;
const MIGRATION_TABLE = "kysely_migration";

/**
 * Runs what is missing, each migration in its own transaction where the engine can. Throws `StoreError` when the database
 * holds a migration this code does not know (a newer relay wrote it) or when one fails; nothing is retried.
 */
export async function migrate(db: Kysely<unknown>, migrations: Migrations = shipped): Promise<void> {
  const newer = (await executedMigrations(db)).filter((name) => !Object.hasOwn(migrations, name));
  if (newer.length > 0) {
    throw new StoreError(
      `The database was written by a newer relay (unknown migration ${newer.join(", ")}). Start that version, or restore a backup.`,
    );
  }
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations }, migrationTableName: MIGRATION_TABLE });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const failed = results?.find((result) => result.status === "Error")?.migrationName ?? "before the first";
  throw new StoreError(`Migration failed: ${failed}`, { cause: error });
}

async function executedMigrations(db: Kysely<unknown>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === MIGRATION_TABLE)) return [];
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(MIGRATION_TABLE)} order by name`.execute(db);
  return rows.map((row) => row.name);
}
