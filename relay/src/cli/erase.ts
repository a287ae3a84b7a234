/** `allhours erase`: has the running relay forget one conversation. */
import { defineCommand } from "citty";
import { askAdmin, type AdminDoor } from "./dead-letters.ts";
import { guarded, type Tools } from "./tools.ts";
import { regionAndRelay } from "./webhooks.ts";

export function eraseCommand(
  { config, say, fail }: Pick<Tools, "config" | "say" | "fail">,
  door: (file: string, url: string | undefined) => Promise<AdminDoor>,
) {
  return defineCommand({
    meta: { name: "erase", description: "forget a conversation for good" },
    args: { config, url: regionAndRelay.url, id: { type: "positional", description: "id of the conversation", required: true } },
    run: ({ args }) =>
      guarded(fail, async () => {
        const { erased } = await askAdmin<{ erased: string }>(await door(args.config, args.url), "/v1/admin/erase", {
          conversation: args.id,
        });
        say(`${erased} is erased`);
      }),
  });
}
