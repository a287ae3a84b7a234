/**
 * The agent desk of the demo, and the worked example for whoever connects a help desk of their own: it knows the relay only by its
 * signed webhooks. This file is the routes; each does its work elsewhere. There is no login: see edge.ts for what stands in.
 */
import { createActions, type ActionDesk } from "./actions.ts";
import { createBoard } from "./board.ts";
import { isLoopback, isSameOrigin, json, refuse } from "./edge.ts";
import { createHook } from "./hook.ts";
import { page } from "./pages.ts";
import { createReplyClient } from "./reply.ts";
import type { DeskShifts } from "./shifts.ts";
import { createStreams } from "./stream.ts";

/** One desk. Secrets as `whsec_` and base64: `secret` signs what the relay sends, `inboundSecret` what the desk answers. */
export type DeskConfig = {
  secret: string;
  inboundSecret: string;
  label: string;
  /** City, shown to the visitor. */
  place: string;
  /** IANA zone. */
  timezone: string;
  agents: readonly { id: string; name: string }[];
  /** That answer here, as people call them; an agent may say which is theirs. Default none. */
  teams?: readonly { id: string; name: string; place?: string | undefined; timezone?: string | undefined }[] | undefined;
};

export type DeskServerOptions = {
  /** Where signed replies go: `http://127.0.0.1:8787`. */
  relayUrl: string;
  /** By id: the name of the desk in the relay's config, and the last part of its hook's path. */
  desks: Readonly<Record<string, DeskConfig>>;
  /** Folder of the case file; made when missing. */
  dir: string;
  /** Waits between attempts to reach the relay, milliseconds; default 300, 1,000, 3,000. */
  retryDelaysMs?: readonly number[] | undefined;
  /** Whose shift it is at a desk; default: nobody's is known. */
  shifts?: ((deskId: string) => DeskShifts) | undefined;
  /** Articles that a question may be attached to; default none. */
  articles?: (() => Promise<readonly { id: string; title: string; language: string }[]>) | undefined;
};

export type DeskServer = {
  /** Answers everything under `/desk`; `undefined` for other paths. */
  handle(request: Request): Promise<Response | undefined>;
  /** Ends the open streams, so that a server can stop. */
  close(): void;
};

/** Throws when a secret is not one, or the case file cannot be read. */
export function createDeskServer({ relayUrl, desks, dir, retryDelaysMs, articles, shifts }: DeskServerOptions): DeskServer {
  const board = createBoard(dir);
  const streams = createStreams(board);
  const hooks = new Map(Object.entries(desks).map(([id, { secret }]) => [id, createHook(id, secret, board)]));
  const speakers = new Map(Object.entries(desks).map(([id, desk]) => [id, speakerOf(desk, { relayUrl, retryDelaysMs })]));
  const actions = createActions(board, (id) => speakers.get(id));
  const roster = Object.entries(desks).map(([id, { label, place, timezone, agents }]) => ({ id, label, place, timezone, agents }));

  async function route(request: Request, path: string, query: URLSearchParams): Promise<Response> {
    if (path.startsWith("/hook/")) {
      const hook = hooks.get(path.slice("/hook/".length));
      if (hook === undefined) return refuse(404, "unknown-desk", "no desk of this name");
      return request.method === "POST" ? hook(request) : refuse(405, "method", "expected POST");
    }
    // The hook is signed and may come by any name; all else is for people, and only for those at this machine.
    if (!isLoopback(request)) return refuse(403, "loopback-only", "the demo desk has no login and answers on localhost only");
    if (path === "/action") {
      if (request.method !== "POST") return refuse(405, "method", "expected POST");
      if (!isSameOrigin(request)) return refuse(403, "other-origin", "actions come from the desk's own page");
      return actions(request);
    }
    if (request.method !== "GET") return refuse(405, "method", "expected GET");
    if (path === "/roster") return json(200, { desks: roster });
    if (path === "/shifts") {
      const deskId = query.get("desk") ?? "";
      if (!speakers.has(deskId)) return refuse(400, "unknown-desk", "expected ?desk= and the id of a desk");
      return json(200, shifts?.(deskId) ?? { batonMs: 0, teams: [] });
    }
    if (path === "/articles") {
      // Each once, by the title an agent reads.
      const found = new Map((await articles?.())?.filter(({ language }) => language === "en").map(({ id, title }) => [id, { id, title }]));
      return json(200, { articles: [...found.values()] });
    }
    if (path === "/stream") {
      const desk = query.get("desk") ?? "";
      const agent = speakers.get(desk)?.agent(query.get("agent") ?? "");
      return agent === undefined
        ? refuse(400, "unknown-agent", "expected ?desk= and ?agent= of one of its agents")
        : streams.open(desk, agent.id);
    }
    return (await page(path)) ?? refuse(404, "not-found", "nothing here");
  }

  return {
    handle: async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname !== "/desk" && !pathname.startsWith("/desk/")) return undefined;
      try {
        return await route(request, pathname.slice("/desk".length), searchParams);
      } catch {
        // The case file could not be written, mostly. 5xx makes the relay, and the page, come again.
        return refuse(503, "unavailable", "the desk could not keep this; send it again");
      }
    },
    close: () => streams.close(),
  };
}

function speakerOf(
  { inboundSecret, label, place, timezone, agents, teams = [] }: DeskConfig,
  to: { relayUrl: string; retryDelaysMs: readonly number[] | undefined },
): ActionDesk {
  return {
    agent: (id, teamId) => {
      const found = agents.find((agent) => agent.id === id);
      const team = teams.find((one) => one.id === teamId);
      const where = { place: team?.place ?? place, timezone: team?.timezone ?? timezone };
      return found && { id: found.id, name: found.name, team: team?.name ?? label, ...where };
    },
    replies: createReplyClient({ ...to, secret: inboundSecret }),
  };
}
