/** `allhours webhooks list|replay`: the delivery log of the running relay, and sending again what is in it. */
import { defineCommand } from "citty";
import { askAdmin, type AdminDoor } from "./dead-letters.ts";
import { guarded, type Tools } from "./tools.ts";

type Delivery = {
  id: string;
  at: string;
  receiver: string;
  type: string;
  conversationId: string;
  state: string;
  attempts: number;
  ms: number;
  error?: string;
};

export const regionAndRelay = {
  region: { type: "string", description: "region id", required: true },
  url: { type: "string", description: "origin of the relay; default: as the config says it listens" },
} as const;

export function webhooksCommand(
  { config, say, fail }: Pick<Tools, "config" | "say" | "fail">,
  door: (file: string, url: string | undefined) => Promise<AdminDoor>,
) {
  const list = defineCommand({
    meta: { name: "list", description: "what was delivered to whom, newest first" },
    args: {
      config,
      ...regionAndRelay,
      receiver: { type: "string", description: "only this receiver" },
      state: { type: "string", description: "delivered or failed" },
      since: { type: "string", description: "as 2026-11-27T03:00:00Z; default: the last day" },
      limit: { type: "string", description: "at most this many, up to 1000", default: "100" },
    },
    run: ({ args }) =>
      guarded(fail, async () => {
        const query = new URLSearchParams({ region: args.region, limit: args.limit });
        for (const name of ["receiver", "state", "since"] as const) if (args[name] !== undefined) query.set(name, args[name]);
        const { deliveries } = await askAdmin<{ deliveries: Delivery[] }>(
          await door(args.config, args.url),
          `/v1/admin/webhooks?${query.toString()}`,
        );
        if (deliveries.length === 0) return say("no deliveries");
        for (const one of deliveries)
          say(
            `${one.at}  ${one.id}  ${one.receiver}  ${one.type}  ${one.conversationId}  ${one.state}, try ${one.attempts}, ${one.ms} ms  ${one.error ?? ""}`.trimEnd(),
          );
      }),
  });
  const replay = defineCommand({
    meta: { name: "replay", description: "send deliveries again, each under its old webhook-id" },
    args: { config, ...regionAndRelay, id: { type: "positional", description: "id of a delivery; several may follow", required: true } },
    run: ({ args }) =>
      guarded(fail, async () => {
        const body = { region: args.region, ids: args._ };
        const { replayed, unknown } = await askAdmin<{ replayed: string[]; unknown: string[] }>(
          await door(args.config, args.url),
          "/v1/admin/webhooks/replay",
          body,
        );
        say(`${replayed.length} sent again${unknown.length === 0 ? "" : `, not in the log: ${unknown.join(", ")}`}`);
      }),
  });
  return defineCommand({ meta: { name: "webhooks", description: "the delivery log of webhooks" }, subCommands: { list, replay } });
}
