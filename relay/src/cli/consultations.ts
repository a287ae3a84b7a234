/** `allhours consultations`: the audit of what experts were asked, of the running relay. */
import { defineCommand } from "citty";
import { askAdmin, type AdminDoor } from "./dead-letters.ts";
import { guarded, type Tools } from "./tools.ts";
import { regionAndRelay } from "./webhooks.ts";

type Shown = {
  id: string;
  at: string;
  expertId: string;
  state: string;
  cost?: number;
  reserved?: number;
  over?: true;
  currency?: string;
  shown?: boolean;
  question: string;
};

export function consultationsCommand(
  { config, say, fail }: Pick<Tools, "config" | "say" | "fail">,
  door: (file: string, url: string | undefined) => Promise<AdminDoor>,
) {
  return defineCommand({
    meta: { name: "consultations", description: "what experts were asked, who agreed, what it cost; newest first" },
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
        const { consultations } = await askAdmin<{ consultations: Shown[] }>(
          await door(args.config, args.url),
          `/v1/admin/consultations?${query.toString()}`,
        );
        if (consultations.length === 0) return say("no consultations");
        for (const one of consultations) {
          const money = one.cost ?? (one.state === "consulting" ? one.reserved : undefined);
          const cost = money === undefined ? "" : `${money} ${one.currency ?? ""}${one.over === true ? " (more than allowed)" : ""}`;
          say(
            [one.at, one.id, one.expertId, one.state, cost, one.question.replaceAll("\n", " / ")].filter((word) => word !== "").join("  "),
          );
        }
      }),
  });
}
