/**
 * `allhours dead-letters list|replay`: what the running relay says of deliveries that are not tried again, and putting them back. Talks to
 * it by HTTP, since one relay has the database; holds no logic of its own.
 */
import { defineCommand } from "citty";
import type { Config } from "../config/schema.ts";
import type { DeadLetter, Replayed } from "../jobs/dead-letters.ts";
import { guarded } from "./tools.ts";

type Answer<Value> = { ok: true; value: Value } | { ok: false; error: { code: string; message: string } };
/** Where the relay of a config answers. `url` wins: behind a proxy, or on another machine. */
export type AdminDoor = { url: string; token: string | undefined };

export function adminDoor(server: Config["server"], url: string | undefined): AdminDoor {
  // A relay that listens everywhere also listens here.
  const host = server.host === "0.0.0.0" || server.host === "::" ? "127.0.0.1" : server.host;
  return { url: url ?? `http://${host.includes(":") ? `[${host}]` : host}:${server.port}`, token: server.adminToken };
}

/** Asks the relay. Throws an `Error` whose message can be printed: nobody there, or what it refused and why. */
export async function askAdmin<Value>(door: AdminDoor, path: string, body?: object): Promise<Value> {
  let response: Response;
  try {
    response = await fetch(new URL(path, door.url), {
      method: body === undefined ? "GET" : "POST",
      headers: { ...(door.token === undefined ? {} : { authorization: `Bearer ${door.token}` }), "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw new Error(`no relay answers at ${door.url}; is it running, and is this its config? (--url names another address)`, { cause });
  }
  const answer = (await response.json().catch(() => undefined)) as Answer<Value> | undefined;
  if (answer === undefined) throw new Error(`what answers at ${door.url} is no relay (status ${response.status})`);
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`);
  return answer.value;
}

/** One line each, oldest first. */
export function lettersAsText(letters: readonly DeadLetter[]): string {
  if (letters.length === 0) return "no dead letters";
  return letters
    .map((one) =>
      `${one.createdAt}  ${one.id}  ${one.kind}  ${one.conversation ?? "-"}  tried ${one.attempts}  ${one.lastError ?? ""}`.trimEnd(),
    )
    .join("\n");
}

const where = {
  conversation: { type: "string", description: "of this conversation" },
  since: { type: "string", description: "created at or after, as 2026-11-27T03:00:00Z" },
  until: { type: "string", description: "created before" },
  url: { type: "string", description: "origin of the relay; default: as the config says it listens" },
} as const;
type Where = { conversation?: string | undefined; since?: string | undefined; until?: string | undefined };

function chosen({ conversation, since, until }: Where): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ conversation, since, until }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** `door` reads the config; `say` prints; `fail` prints and ends with exit code 1. */
export function deadLettersCommand(
  config: { readonly type: "string"; readonly description: string; readonly default: string },
  door: (file: string, url: string | undefined) => Promise<AdminDoor>,
  say: (text: string) => void,
  fail: (text: string) => void,
) {
  const list = defineCommand({
    meta: { name: "list", description: "deliveries that are not tried again, oldest first" },
    args: { config, ...where, limit: { type: "string", description: "at most this many, up to 1000", default: "100" } },
    run: ({ args }) =>
      guarded(fail, async () => {
        const query = new URLSearchParams({ ...chosen(args), limit: args.limit });
        const { deadLetters } = await askAdmin<{ deadLetters: DeadLetter[] }>(
          await door(args.config, args.url),
          `/v1/admin/dead-letters?${query.toString()}`,
        );
        say(lettersAsText(deadLetters));
      }),
  });
  const replay = defineCommand({
    meta: { name: "replay", description: "put them back: delivered now, under the same webhook-id" },
    args: {
      config,
      ...where,
      id: { type: "string", description: "these ids, separated by commas" },
      all: { type: "boolean", description: "every one of them", default: false },
    },
    run: ({ args }) =>
      guarded(fail, async () => {
        const filter = chosen(args);
        const ids = args.id?.split(",").map((id) => id.trim());
        if (ids === undefined && !args.all && Object.keys(filter).length === 0) {
          return fail("which ones? --id, --conversation, --since, --until or --all");
        }
        const body = ids === undefined ? (args.all ? { all: true } : filter) : { ids };
        const done = await askAdmin<Replayed>(await door(args.config, args.url), "/v1/admin/dead-letters/replay", body);
        say(`${done.replayed.length} put back${done.unknown.length > 0 ? `; not among the dead letters: ${done.unknown.join(", ")}` : ""}`);
      }),
  });
  return defineCommand({ meta: { name: "dead-letters", description: "list and replay failed deliveries" }, subCommands: { list, replay } });
}
