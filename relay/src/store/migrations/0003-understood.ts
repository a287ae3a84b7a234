/** What the assistant understood so far, for the person who takes over. */
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

export const understood: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable("conversations").addColumn("understood", "text").execute();
  },
};
