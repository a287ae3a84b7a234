/**
 * The statements of the jobs table. Keeps one invariant: of the unfinished jobs of one key at most one is `ready`, so that taking
 * work costs the same however many lie behind it.
 */
import { sql, type Kysely } from "kysely";
import type { Database, JobTable } from "./schema.ts";
import { statement, type Parameter } from "./statement.ts";

export type NewJob = Pick<JobTable, "id" | "kind" | "job_key" | "due_at" | "created_at" | "payload">;
type JobRef = { id: string };
type OfKey = { job_key: string };

const jobColumns = ["position", "id", "kind", "job_key", "due_at", "attempts", "created_at", "last_error", "payload"] as const;

export function jobQueries(db: Kysely<Database>) {
  return {
    /** `ready` when no unfinished job has its key, else `waiting`. */
    addJob: statement((p: Parameter<NewJob>) =>
      db
        .insertInto("jobs")
        .values((make) => ({
          id: p("id"),
          kind: p("kind"),
          job_key: p("job_key"),
          state: make
            .case()
            .when(
              make.exists(
                make
                  .selectFrom("jobs as earlier")
                  .select("earlier.position")
                  .where("earlier.job_key", "=", p("job_key"))
                  .where("earlier.state", "in", ["ready", "waiting"]),
              ),
            )
            .then(sql.lit("waiting" as const))
            .else(sql.lit("ready" as const))
            .end(),
          due_at: p("due_at"),
          claim_at: p("due_at"),
          attempts: 0,
          created_at: p("created_at"),
          payload: p("payload"),
        }))
        .onConflict((conflict) => conflict.column("id").doNothing()),
    ),
    claimJobs: statement((p: Parameter<{ now: number; lease_until: number; limit: number }>) =>
      db
        .updateTable("jobs")
        .set({ claim_at: p("lease_until") })
        .where("position", "in", (make) =>
          make
            .selectFrom("jobs")
            .select("position")
            .where("state", "=", "ready")
            .where("claim_at", "<=", p("now"))
            .orderBy("claim_at")
            .orderBy("position")
            .limit(p("limit")),
        )
        .returning(jobColumns),
    ),
    nextJob: statement(() =>
      db
        .selectFrom("jobs")
        .select((make) => make.fn.min("claim_at").as("at"))
        .where("state", "=", "ready"),
    ),
    removeJob: statement((p: Parameter<JobRef>) =>
      db.deleteFrom("jobs").where("id", "=", p("id")).where("state", "<>", "dead").returning("job_key"),
    ),
    retryJob: statement((p: Parameter<JobRef & { error: string; due_at: number }>) =>
      db
        .updateTable("jobs")
        .set((make) => ({ due_at: p("due_at"), claim_at: p("due_at"), attempts: make("attempts", "+", 1), last_error: p("error") }))
        .where("id", "=", p("id"))
        .where("state", "<>", "dead"),
    ),
    buryJob: statement((p: Parameter<JobRef & { error: string }>) =>
      db
        .updateTable("jobs")
        .set((make) => ({ state: "dead" as const, attempts: make("attempts", "+", 1), last_error: p("error") }))
        .where("id", "=", p("id"))
        .where("state", "<>", "dead")
        .returning("job_key"),
    ),
    /** The next in line of a key takes its turn, unless one already has it. */
    readyNext: statement((p: Parameter<OfKey>) =>
      db
        .updateTable("jobs")
        .set({ state: "ready" })
        .where("position", "=", (make) =>
          make
            .selectFrom("jobs")
            .select((select) => select.fn.min("position").as("position"))
            .where("job_key", "=", p("job_key"))
            .where("state", "in", ["ready", "waiting"]),
        )
        .where((make) =>
          make.not(
            make.exists(
              make
                .selectFrom("jobs as other")
                .select("other.position")
                .where("other.job_key", "=", p("job_key"))
                .where("other.state", "=", "ready"),
            ),
          ),
        ),
    ),
    /** Of one key and its own, as `isKeyOf` says; or of all when it is null. */
    deadJobs: statement((p: Parameter<{ limit: number; job_key: string | null; since: number; until: number }>) =>
      db
        .selectFrom("jobs")
        .select(jobColumns)
        .where("state", "=", "dead")
        .where("created_at", ">=", p("since"))
        .where("created_at", "<", p("until"))
        .where((make) =>
          make.or([
            make("job_key", "=", p("job_key")),
            sql<boolean>`substr(job_key, 1, length(${p("job_key")}) + 1) in (${p("job_key")} || '/', ${p("job_key")} || ' ')`,
            make(make.cast<string | null>(make.val(p("job_key")), "text"), "is", null),
          ]),
        )
        .orderBy("position")
        .limit(p("limit")),
    ),
    deadJob: statement((p: Parameter<JobRef>) =>
      db.selectFrom("jobs").select(["position", "job_key"]).where("id", "=", p("id")).where("state", "=", "dead"),
    ),
    /** A younger job that nobody is working on lets an older, replayed one go first. */
    stepBack: statement((p: Parameter<OfKey & { position: number; now: number }>) =>
      db
        .updateTable("jobs")
        .set({ state: "waiting" })
        .where("job_key", "=", p("job_key"))
        .where("state", "=", "ready")
        .where("position", ">", p("position"))
        .where((make) => make.or([make("claim_at", "=", make.ref("due_at")), make("claim_at", "<=", p("now"))])),
    ),
    /** Those of one key become another's; one that is worked on keeps its turn. */
    moveJobs: statement((p: Parameter<{ from: string; to: string; now: number }>) =>
      db
        .updateTable("jobs")
        .set((make) => ({
          job_key: p("to"),
          state: make
            .case()
            .when(make.and([make("claim_at", "<>", make.ref("due_at")), make("claim_at", ">", p("now"))]))
            .then(sql.lit("ready" as const))
            .else(sql.lit("waiting" as const))
            .end(),
        }))
        .where("job_key", "=", p("from"))
        .where("state", "in", ["ready", "waiting"]),
    ),
    reviveJob: statement((p: Parameter<JobRef & { now: number; job_key: string | null }>) =>
      db
        .updateTable("jobs")
        .set((make) => ({
          state: make
            .case()
            .when(
              make.exists(
                make
                  .selectFrom("jobs as other")
                  .select("other.position")
                  .where("other.job_key", "=", p("job_key"))
                  .where("other.state", "=", "ready"),
              ),
            )
            .then(sql.lit("waiting" as const))
            .else(sql.lit("ready" as const))
            .end(),
          due_at: p("now"),
          claim_at: p("now"),
          attempts: 0,
        }))
        .where("id", "=", p("id")),
    ),
    releaseLeases: statement(() =>
      db
        .updateTable("jobs")
        .set((make) => ({ claim_at: make.ref("due_at") }))
        .where("claim_at", "<>", (make) => make.ref("due_at"))
        .where("state", "<>", "dead"),
    ),
  };
}
