/** The statements of the records table. */
import type { Kysely } from "kysely";
import type { Database, RecordTable } from "./schema.ts";
import { statement, type Parameter } from "./statement.ts";

type Kind = { kind: string; region_id: string };

export function recordQueries(db: Kysely<Database>) {
  return {
    putRecord: statement((p: Parameter<RecordTable>) =>
      db
        .insertInto("records")
        .values({ kind: p("kind"), region_id: p("region_id"), id: p("id"), at: p("at"), body: p("body") })
        .onConflict((conflict) => conflict.columns(["kind", "region_id", "id"]).doUpdateSet({ at: p("at"), body: p("body") })),
    ),
    record: statement((p: Parameter<Kind & { id: string }>) =>
      db.selectFrom("records").selectAll().where("kind", "=", p("kind")).where("region_id", "=", p("region_id")).where("id", "=", p("id")),
    ),
    /** The newest, newest first. */
    recordsSince: statement((p: Parameter<Kind & { since: number; limit: number }>) =>
      db
        .selectFrom("records")
        .selectAll()
        .where("kind", "=", p("kind"))
        .where("region_id", "=", p("region_id"))
        .where("at", ">=", p("since"))
        .orderBy("at", "desc")
        .orderBy("id", "desc")
        .limit(p("limit")),
    ),
    removeRecords: statement((p: Parameter<Kind & { before: number }>) =>
      db.deleteFrom("records").where("kind", "=", p("kind")).where("region_id", "=", p("region_id")).where("at", "<", p("before")),
    ),
  };
}
