/** The statements that erase a conversation. What may be meant is found by its text; whether it is, erase.ts says. */
import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";
import { statement, type Parameter } from "./statement.ts";

type OfConversation = { conversation_id: string };

export function eraseQueries(db: Kysely<Database>) {
  return {
    removeConversation: statement((p: Parameter<{ id: string }>) => db.deleteFrom("conversations").where("id", "=", p("id"))),
    removeEntries: statement((p: Parameter<OfConversation>) =>
      db.deleteFrom("entries").where("conversation_id", "=", p("conversation_id")),
    ),
    removeSessions: statement((p: Parameter<OfConversation>) =>
      db.deleteFrom("sessions").where("conversation_id", "=", p("conversation_id")),
    ),
    removeInbound: statement((p: Parameter<OfConversation>) =>
      db.deleteFrom("inbound").where("conversation_id", "=", p("conversation_id")),
    ),
    /** `like`: the id between two `%`. */
    jobsLike: statement((p: Parameter<{ like: string }>) =>
      db
        .selectFrom("jobs")
        .select(["position", "job_key", "payload"])
        .where((make) => make.or([make("job_key", "like", p("like")), make("payload", "like", p("like"))])),
    ),
    eraseJob: statement((p: Parameter<{ position: number }>) => db.deleteFrom("jobs").where("position", "=", p("position"))),
    recordsLike: statement((p: Parameter<{ like: string }>) =>
      db
        .selectFrom("records")
        .select(["kind", "region_id", "id", "body"])
        .where((make) => make.or([make("id", "like", p("like")), make("body", "like", p("like"))])),
    ),
    eraseRecord: statement((p: Parameter<{ kind: string; region_id: string; id: string }>) =>
      db.deleteFrom("records").where("kind", "=", p("kind")).where("region_id", "=", p("region_id")).where("id", "=", p("id")),
    ),
  };
}
