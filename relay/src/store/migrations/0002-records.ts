/** What a region has learnt and is learning: questions, gaps, articles of its own. One table, since all are kept, listed and dropped alike. */
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

export const records: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("records")
      .addColumn("kind", "text", (column) => column.notNull())
      .addColumn("region_id", "text", (column) => column.notNull())
      .addColumn("id", "text", (column) => column.notNull())
      .addColumn("at", "bigint", (column) => column.notNull())
      .addColumn("body", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("records_by_id", ["kind", "region_id", "id"])
      .execute();
    await db.schema.createIndex("records_by_time").on("records").columns(["kind", "region_id", "at"]).execute();
  },
};
