/**
 * Every statement of the store, built with kysely for whichever dialect `db` compiles to, and compiled once at open.
 * Owns the SQL only; what is run together and what a result means is the executor's.
 */
import type { Kysely } from "kysely";
import { eraseQueries } from "./erase-queries.ts";
import { jobQueries } from "./job-queries.ts";
import { recordQueries } from "./record-queries.ts";
import type { ConversationTable, Database, EntryTable, SessionTable } from "./schema.ts";
import { statement, type Parameter, type Statement } from "./statement.ts";

export type NewEntry = EntryTable;
export type ConversationColumns = Partial<Omit<ConversationTable, "id">>;
type OfConversation = { conversation_id: string };
type EntryRef = OfConversation & { id: string };
type Page = OfConversation & { seq: number; limit: number };

const entryColumns = ["seq", "at", "event"] as const;
const openTurnColumns = ["conversation_id", "id", "seq", "at"] as const;

export type Queries = ReturnType<typeof buildQueries>;

export function buildQueries(db: Kysely<Database>) {
  return {
    ...metaQueries(db),
    ...conversationQueries(db),
    ...entryQueries(db),
    ...jobQueries(db),
    ...recordQueries(db),
    ...eraseQueries(db),
  };
}

/** An update of exactly these columns. One statement for each set of columns that occurs; the executor keeps them. */
export function buildPatch(
  db: Kysely<Database>,
  columns: readonly (keyof ConversationColumns)[],
): Statement<{ id: string } & ConversationColumns, unknown> {
  return statement((p: Parameter<{ id: string } & ConversationColumns>) =>
    db
      .updateTable("conversations")
      .set(Object.fromEntries(columns.map((column) => [column, p(column)])) as ConversationColumns)
      .where("id", "=", p("id")),
  );
}

function metaQueries(db: Kysely<Database>) {
  return {
    readMeta: statement((p: Parameter<{ name: string }>) => db.selectFrom("meta").select("value").where("name", "=", p("name"))),
    addMeta: statement((p: Parameter<{ name: string; value: string }>) =>
      db
        .insertInto("meta")
        .values({ name: p("name"), value: p("value") })
        .onConflict((conflict) => conflict.column("name").doNothing()),
    ),
    writeMeta: statement((p: Parameter<{ name: string; value: string }>) =>
      db
        .insertInto("meta")
        .values({ name: p("name"), value: p("value") })
        .onConflict((conflict) => conflict.column("name").doUpdateSet({ value: p("value") })),
    ),
  };
}

function conversationQueries(db: Kysely<Database>) {
  return {
    addConversation: statement((p: Parameter<ConversationTable>) =>
      db.insertInto("conversations").values({
        id: p("id"),
        site_id: p("site_id"),
        region_id: p("region_id"),
        visitor_id: p("visitor_id"),
        mode: p("mode"),
        language: p("language"),
        timezone: p("timezone"),
        country: p("country"),
        case_id: p("case_id"),
        desk_id: p("desk_id"),
        agent: p("agent"),
        give_ups: p("give_ups"),
        delivered_seq: p("delivered_seq"),
        read_seq: p("read_seq"),
        visitor_read_seq: p("visitor_read_seq"),
        page_url: p("page_url"),
        understood: p("understood"),
        team_id: p("team_id"),
        case_at: p("case_at"),
        case_rank: p("case_rank"),
        route: p("route"),
        created_at: p("created_at"),
      }),
    ),
    conversation: statement((p: Parameter<{ id: string }>) => db.selectFrom("conversations").selectAll().where("id", "=", p("id"))),
    teamLoads: statement((p: Parameter<{ region_id: string }>) =>
      db
        .selectFrom("conversations")
        .select(({ fn }) => ["team_id", fn.countAll<number>().as("count")])
        .where("region_id", "=", p("region_id"))
        .where("mode", "in", ["queued", "agent"])
        .where("team_id", "is not", null)
        .groupBy("team_id"),
    ),
    casesIn: statement((p: Parameter<{ region_id: string; mode: string; limit: number }>) =>
      db
        .selectFrom("conversations")
        .select(["id", "team_id", "case_at", "route"])
        .where("region_id", "=", p("region_id"))
        .where("mode", "=", p("mode"))
        .orderBy((eb) => eb.fn.coalesce("case_rank", eb.lit(0)), "desc")
        .orderBy("case_at")
        .orderBy("id")
        .limit(p("limit")),
    ),
    addSession: statement((p: Parameter<SessionTable>) =>
      db.insertInto("sessions").values({
        token_hash: p("token_hash"),
        visitor_id: p("visitor_id"),
        conversation_id: p("conversation_id"),
        site_id: p("site_id"),
        expires_at: p("expires_at"),
      }),
    ),
    session: statement((p: Parameter<{ token_hash: string }>) =>
      db.selectFrom("sessions").selectAll().where("token_hash", "=", p("token_hash")),
    ),
    touchSession: statement((p: Parameter<{ token_hash: string; expires_at: number }>) =>
      db
        .updateTable("sessions")
        .set({ expires_at: p("expires_at") })
        .where("token_hash", "=", p("token_hash")),
    ),
    inbound: statement((p: Parameter<{ source: string; external_id: string }>) =>
      db.selectFrom("inbound").select("conversation_id").where("source", "=", p("source")).where("external_id", "=", p("external_id")),
    ),
    addInbound: statement((p: Parameter<{ source: string; external_id: string; conversation_id: string }>) =>
      db
        .insertInto("inbound")
        .values({ source: p("source"), external_id: p("external_id"), conversation_id: p("conversation_id") })
        .onConflict((conflict) => conflict.columns(["source", "external_id"]).doNothing()),
    ),
  };
}

function entryQueries(db: Kysely<Database>) {
  return {
    headSeq: statement((p: Parameter<OfConversation>) =>
      db
        .selectFrom("entries")
        .select((select) => select.fn.max("seq").as("seq"))
        .where("conversation_id", "=", p("conversation_id")),
    ),
    addEntry: statement((p: Parameter<NewEntry>) =>
      db
        .insertInto("entries")
        .values({
          conversation_id: p("conversation_id"),
          seq: p("seq"),
          id: p("id"),
          at: p("at"),
          turn_open: p("turn_open"),
          event: p("event"),
        })
        .onConflict((conflict) => conflict.columns(["conversation_id", "id"]).doNothing()),
    ),
    knownEntry: statement((p: Parameter<EntryRef>) =>
      db.selectFrom("entries").select(["seq", "at"]).where("conversation_id", "=", p("conversation_id")).where("id", "=", p("id")),
    ),
    closeTurn: statement((p: Parameter<EntryRef>) =>
      db
        .updateTable("entries")
        .set({ turn_open: null })
        .where("conversation_id", "=", p("conversation_id"))
        .where("id", "=", p("id"))
        .where("turn_open", "is not", null),
    ),
    entriesAfter: statement((p: Parameter<Page>) =>
      db
        .selectFrom("entries")
        .select(entryColumns)
        .where("conversation_id", "=", p("conversation_id"))
        .where("seq", ">", p("seq"))
        .orderBy("seq")
        .limit(p("limit")),
    ),
    /** Newest first: the reader turns them round. */
    entriesBefore: statement((p: Parameter<Page>) =>
      db
        .selectFrom("entries")
        .select(entryColumns)
        .where("conversation_id", "=", p("conversation_id"))
        .where("seq", "<", p("seq"))
        .orderBy("seq", "desc")
        .limit(p("limit")),
    ),
    openTurns: statement((p: Parameter<{ limit: number }>) =>
      db
        .selectFrom("entries")
        .select(openTurnColumns)
        .where("turn_open", "is not", null)
        .orderBy("at")
        .orderBy("conversation_id")
        .orderBy("seq")
        .limit(p("limit")),
    ),
    openTurnsOf: statement((p: Parameter<OfConversation>) =>
      db
        .selectFrom("entries")
        .select(openTurnColumns)
        .where("conversation_id", "=", p("conversation_id"))
        .where("turn_open", "is not", null)
        .orderBy("seq"),
    ),
  };
}
