/**
 * Knowledge in a table or view of PostgreSQL (14 or newer), by the server's own full text search. A question is matched by any of its words, each
 * language by its own configuration; in scripts without spaces, which the server cannot divide, words are looked for as they stand. Only reads.
 */
import * as v from "valibot";
import { AdapterError } from "../../errors.ts";
import { optionsReader } from "../../options.ts";
import type { AdapterDefinition } from "../../spec.ts";
import { untilAborted } from "../../until-aborted.ts";
import { baseOf, normalise, runsOf } from "../../words.ts";
import { createPostgresPool } from "./postgres-pool.ts";
import { fieldsOption, recordOf, type FieldNames, type RemoteRecord } from "./records.ts";
import { createRemoteKnowledge, remoteOptions } from "./remote.ts";

const name = "expected a name as it stands in the database";
const optionsSchema = v.strictObject({
  /** Where the database is; `postgres://host:port` must be in the region's `egress`. */
  url: v.pipe(
    v.string("expected an address, as postgres://user:password@db.example:5432/shop"),
    v.check(isDatabaseUrl, "expected postgres://user:password@host:port/database, without parameters"),
  ),
  /** A table or a view, with its schema if it has one: `support.articles`. */
  table: v.pipe(
    v.string(name),
    v.regex(/^[^\s."]{1,63}(\.[^\s."]{1,63})?$/u, "expected the name of a table or a view, as support.articles"),
  ),
  /** A `tsvector` column, as for a GIN index. Without it the words of title, phrasings and text are made for each question. */
  vector: v.optional(v.pipe(v.string(name), v.regex(/^[^"]{1,63}$/u, name))),
  /** The text search configuration of all languages, as `simple`; default each language's own where the server has one. */
  configuration: v.optional(v.pipe(v.string(name), v.regex(/^[\w.]{1,127}$/, "expected the name of a text search configuration"))),
  tls: v.optional(v.picklist(["verify", "off"], 'expected "verify" or "off"'), "verify"),
  /** Certificate authority, PEM; default those Node knows. */
  ca: v.optional(v.pipe(v.string("expected PEM text"), v.includes("-----BEGIN CERTIFICATE-----", "expected PEM text"))),
  fields: fieldsOption,
  ...remoteOptions,
});
type Options = v.InferOutput<typeof optionsSchema>;

/** Configurations that PostgreSQL brings (14 to 18), by language; what a server does not have is searched as `simple`. */
const configurations: Readonly<Record<string, string>> = {
  ar: "arabic",
  ca: "catalan",
  da: "danish",
  de: "german",
  el: "greek",
  en: "english",
  es: "spanish",
  et: "estonian",
  eu: "basque",
  fi: "finnish",
  fr: "french",
  ga: "irish",
  hi: "hindi",
  hu: "hungarian",
  hy: "armenian",
  id: "indonesian",
  it: "italian",
  lt: "lithuanian",
  nb: "norwegian",
  ne: "nepali",
  nl: "dutch",
  nn: "norwegian",
  no: "norwegian",
  pt: "portuguese",
  ro: "romanian",
  ru: "russian",
  sr: "serbian",
  sv: "swedish",
  ta: "tamil",
  tr: "turkish",
  yi: "yiddish",
};

export const postgresKnowledge: AdapterDefinition<"knowledge"> = {
  kind: "knowledge",
  name: "postgres",
  parseOptions: optionsReader(optionsSchema),
  create: (options: Options, context) => {
    const pool = createPostgresPool(options, context);
    let preparing: Promise<Prepared> | undefined;

    /** Looked at once for all who wait; whoever leaves does not take it from the others. */
    async function prepared(signal: AbortSignal): Promise<Prepared> {
      const mine = (preparing ??= prepare(options, async (sql, values) => pool.rows(sql, values, AbortSignal.timeout(PREPARE_MS))));
      mine.catch(() => {
        if (preparing === mine) preparing = undefined;
      });
      return untilAborted(signal, mine);
    }
    /** A table that was changed since is looked at again for the next question. */
    async function ask(statement: (table: Prepared) => { sql: string; values: unknown[] }, signal: AbortSignal): Promise<RemoteRecord[]> {
      const { sql, values } = statement(await prepared(signal));
      try {
        return (await pool.rows(sql, values, signal)).flatMap((row) => recordOf(row, plainNames) ?? []);
      } catch (error) {
        if (error instanceof AdapterError && error.code === "bad-request") preparing = undefined;
        throw error;
      }
    }
    const knowledge = createRemoteKnowledge(
      {
        find: async (text, { languages, limit }, signal) => ask((table) => table.find(text, languages, limit), signal),
        byIds: async (ids, { languages }, signal) => ask((table) => table.byIds(ids, languages), signal),
      },
      options,
      context,
    );
    return {
      ...knowledge,
      async init(signal) {
        await knowledge.init?.(signal);
        preparing = undefined;
        await prepared(signal);
      },
      close: async () => pool.close(),
    };
  },
};

function isDatabaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, pathname, search, hash } = new URL(text);
  return (
    /^postgres(ql)?:$/.test(protocol) && hostname !== "" && username !== "" && /^\/[^/]+$/.test(pathname) && search === "" && hash === ""
  );
}

/** Every field comes back under its plain name. */
const plainNames = Object.fromEntries(
  ["id", "title", "text", "language", "phrasings", "url", "updatedAt", "validFrom", "validUntil", "regions", "audience"].map((one) => [
    one,
    one,
  ]),
) as FieldNames;
const needed: readonly (keyof FieldNames)[] = ["id", "title", "text"];
const PREPARE_MS = 10_000;
const TEXT_CHARS = 50_000;
/** Each is looked for in every row of the language. */
const WORDS = 48;

type Statement = { sql: string; values: unknown[] };
type Prepared = {
  find(text: string, languages: readonly string[], limit: number): Statement;
  byIds(ids: readonly string[], languages: readonly string[]): Statement;
};
type Rows = (sql: string, values: readonly unknown[]) => Promise<Record<string, unknown>[]>;

/** Names come from the config, never from a visitor; quoted all the same. */
const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Looks at the table once. Rejects with `bad-request` that names what is missing. */
async function prepare(options: Options, rows: Rows): Promise<Prepared> {
  const table = options.table.split(".").map(quoted).join(".");
  const found = await rows(
    "SELECT attname AS name FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped",
    [table],
  );
  if (found.length === 0) throw missing(`no table or view ${options.table}, or nobody may look at it`);
  const columns = new Set(found.map((row) => String(row["name"])));
  const known = new Set((await rows("SELECT cfgname AS name FROM pg_ts_config", [])).map((row) => String(row["name"])));
  const { fields } = options;
  /** SQL of a field as it is, or nothing when the table has none. What the config names must be there. */
  function valueOf(field: keyof FieldNames): string | undefined {
    const [column = "", ...path] = fields[field].split(".");
    if (!columns.has(column)) {
      if (fields[field] !== field || needed.includes(field)) throw missing(`${options.table} has no column "${column}" (${field})`);
      return undefined;
    }
    const sql = `t.${quoted(column)}`;
    return path.length === 0
      ? sql
      : `to_jsonb(${sql}) #> ${literal(`{${path.map((one) => `"${one.replaceAll(/["\\]/g, "")}"`).join(",")}}`)}`;
  }
  /** As text; what is in JSON without its quotes. */
  function textOf(field: keyof FieldNames): string {
    const sql = valueOf(field);
    return sql === undefined ? "''" : `coalesce((${sql.replace(" #> ", " #>> ")})::text, '')`;
  }
  if (options.vector !== undefined && !columns.has(options.vector))
    throw missing(`${options.table} has no column "${options.vector}" (vector)`);

  const selected = (Object.keys(plainNames) as (keyof FieldNames)[]).flatMap((field) => {
    if (field === "text") return [`left(${textOf(field)}, ${TEXT_CHARS}) AS text`];
    const sql = valueOf(field);
    return sql === undefined ? [] : [`${field === "id" ? textOf(field) : sql} AS ${quoted(field)}`];
  });
  const language =
    valueOf("language") === undefined
      ? literal(options.language)
      : `coalesce(nullif(${textOf("language")}, ''), ${literal(options.language)})`;
  const weighted = (["title", "phrasings", "text"] as const)
    .map((field, index) => `setweight(to_tsvector(asked.configuration, ${textOf(field)}), '${"ABC"[index] ?? "C"}')`)
    .join(" || ");
  const vector = options.vector === undefined ? `(${weighted})` : `t.${quoted(options.vector)}`;
  const heads = `lower(${textOf("title")} || ' ' || ${textOf("phrasings")})`;
  const body = `lower(${textOf("text")})`;
  const held = (place: string): string => `(SELECT count(*) FROM unnest($4::text[]) AS word WHERE position(word IN ${place}) > 0)`;

  function configurationOf(tag: string): string {
    if (options.configuration !== undefined) return options.configuration;
    const own = configurations[baseOf(tag)];
    return own !== undefined && known.has(own) ? own : "simple";
  }
  /*
   * Any of the words: those that the configuration makes of the question, put together by "or". Their order is that of the server's ranking by
   * closeness; words of a script without spaces count three times in title and phrasings.
   */
  const findSql = `
    WITH asked AS (
      SELECT language, configuration::regconfig AS configuration, (
        SELECT string_agg('''' || replace(replace(lexeme, '\\', '\\\\'), '''', '''''') || '''', ' | ')::tsquery
        FROM unnest(to_tsvector(configuration::regconfig, $3))
      ) AS query
      FROM unnest($1::text[], $2::text[]) AS wanted (language, configuration)
    ), found AS (
      SELECT ${selected.join(", ")},
        coalesce(ts_rank_cd(${vector}, asked.query, 1), 0) AS allhours_rank,
        CASE WHEN cardinality($4::text[]) = 0 THEN 0 ELSE 3 * ${held(heads)} + ${held(body)} END AS allhours_held
      FROM ${table} AS t JOIN asked ON asked.language = ${language}
      WHERE ${vector} @@ asked.query OR (cardinality($4::text[]) > 0 AND ${held(`${heads} || ' ' || ${body}`)} > 0)
    )
    SELECT * FROM found ORDER BY allhours_held DESC, allhours_rank DESC LIMIT $5`;
  const byIdsSql = `SELECT ${selected.join(", ")} FROM ${table} AS t WHERE ${textOf("id")} = ANY ($1::text[]) AND ${language} = ANY ($2::text[])`;

  return {
    find: (text, languages, limit) => ({
      sql: findSql,
      values: [languages, languages.map(configurationOf), text, unspacedWords(text), limit],
    }),
    byIds: (ids, languages) => ({ sql: byIdsSql, values: [ids, languages] }),
  };
}

function missing(what: string): AdapterError {
  return new AdapterError("bad-request", what, { permanent: true });
}

const characterScript = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/**
 * What to look for in scripts without spaces: words, and pairs of neighbours where a character is half a word, because a question is not always
 * divided as the article is. Single characters are in everything, and count only when there is nothing else.
 */
function unspacedWords(text: string): string[] {
  const runs = runsOf(normalise(text)).filter(({ unspaced }) => unspaced);
  const words = runs.flatMap((run) => run.words);
  const pairs = runs.filter((run) => characterScript.test(run.text)).flatMap((run) => pairsOf(Array.from(run.text)));
  const long = [...words.filter((word) => word.length > 1), ...pairs];
  return [...new Set(long.length > 0 ? long : words)].slice(0, WORDS);
}
function pairsOf(characters: readonly string[]): string[] {
  return characters.slice(1).map((character, index) => `${characters[index] ?? ""}${character}`);
}
