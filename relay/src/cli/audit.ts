/** `allhours consultations` and `allhours actions`: the audits of the running relay, what experts were asked and what was done for visitors. */
import { defineCommand } from "citty";
import { askAdmin, type AdminDoor } from "./dead-letters.ts";
import { guarded, type Tools } from "./tools.ts";
import { regionAndRelay } from "./webhooks.ts";

type Consultation = {
  id: string;
  at: string;
  expertId: string;
  state: string;
  cost?: number;
  reserved?: number;
  over?: true;
  currency?: string;
  question: string;
};
type Action = { id: string; at: string; actionId: string; state: string; reason?: string; values: Record<string, string> };

function consultationWords(one: Consultation): string[] {
  const money = one.cost ?? (one.state === "consulting" ? one.reserved : undefined);
  const cost = money === undefined ? "" : `${money} ${one.currency ?? ""}${one.over === true ? " (more than allowed)" : ""}`;
  return [one.expertId, one.state, cost, one.question.replaceAll("\n", " / ")];
}
function actionWords({ actionId, state, reason, values }: Action): string[] {
  const shown = Object.entries(values).map(([name, value]) => `${name}: ${value}`);
  return [actionId, reason === undefined ? state : `${state} (${reason})`, shown.join(", ")];
}

export function auditCommands(
  { config, say, fail }: Pick<Tools, "config" | "say" | "fail">,
  door: (file: string, url: string | undefined) => Promise<AdminDoor>,
) {
  const command = <Shown extends { id: string; at: string }>(name: string, description: string, wordsOf: (one: Shown) => string[]) =>
    defineCommand({
      meta: { name, description },
      args: {
        config,
        ...regionAndRelay,
        since: { type: "string", description: "as 2026-11-27T03:00:00Z; default: the last 30 days" },
        limit: { type: "string", description: "at most this many, up to 1000", default: "100" },
      },
      run: ({ args }) =>
        guarded(fail, async () => {
          const query = new URLSearchParams({ region: args.region, limit: args.limit });
          if (args.since !== undefined) query.set("since", args.since);
          const path = `/v1/admin/${name}?${query.toString()}`;
          const answer = await askAdmin<Record<string, Shown[]>>(await door(args.config, args.url), path);
          const list = answer[name] ?? [];
          if (list.length === 0) return say(`no ${name}`);
          for (const one of list) say([one.at, one.id, ...wordsOf(one)].filter((word) => word !== "").join("  "));
        }),
    });
  return {
    consultations: command("consultations", "what experts were asked, who agreed, what it cost; newest first", consultationWords),
    actions: command("actions", "what visitors were asked to agree to, and what came of it; newest first", actionWords),
  };
}
