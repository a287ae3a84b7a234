/** Where an open case stands on its way to a person, and what counting and queueing ask for. */
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

export const cases: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable("conversations").addColumn("team_id", "text").execute();
    await db.schema.alterTable("conversations").addColumn("case_at", "bigint").execute();
    await db.schema.alterTable("conversations").addColumn("case_rank", "integer").execute();
    await db.schema.alterTable("conversations").addColumn("route", "text").execute();
    await db.schema.createIndex("conversations_by_case").on("conversations").columns(["region_id", "mode", "team_id"]).execute();
  },
};
