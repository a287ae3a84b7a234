/** One site in one region with no adapter at all, and a conversation there: what tests of the conversation start from. */
import { createRota, teamOfDesk } from "../routing/rota.ts";
import { newId } from "@allhours/protocol";
import { createGuard } from "../adapters/guard.ts";
import { checkConfig } from "../config/load.ts";
import type { Directory } from "../conversation/rooms.ts";
import type { Logger } from "../observe/logger.ts";
import type { Region, Site } from "../routing/types.ts";
import type { Conversation } from "../store/store.ts";

const config = checkConfig(
  {
    mode: "dev",
    server: { port: 0 },
    store: { kind: "memory" },
    sites: { shop: { name: "Shop", origins: [], languages: ["en"], defaultLanguage: "en", defaultRegion: "one" } },
    regions: { one: { nlu: [], knowledge: [] } },
  },
  [],
);

function only<Value>(record: Record<string, Value>): Value {
  for (const value of Object.values(record)) return value;
  throw new Error("expected one");
}

export function bareShop(logger: Logger, desks: Region["desks"] = []): { region: Region; site: Site; directory: Directory } {
  if (config === undefined) throw new Error("the config of the bare shop is wrong");
  const region: Region = {
    id: "one",
    config: only(config.regions),
    nlu: createGuard({ adapters: [], logger }),
    knowledge: createGuard({ adapters: [], logger }),
    desks,
    fetch: async () => Promise.reject(new Error("the bare shop reaches nobody")),
    rota: createRota(desks.map(({ id }) => teamOfDesk(id))),
    experts: [],
    actions: [],
    pagers: [],
    notices: [],
  };
  const site: Site = { ...only(config.sites), id: "shop" };
  return {
    region,
    site,
    directory: {
      site: () => site,
      region: () => region,
      choices: () => ({ one: region.config }),
      desk: () => undefined,
      expert: () => undefined,
      regions: () => [region],
    },
  };
}

export function bareConversation(nowMs: number, mode: Conversation["mode"] = "bot"): Conversation {
  return {
    id: newId(),
    siteId: "shop",
    regionId: "one",
    visitorId: newId(),
    mode,
    language: "en",
    giveUps: 0,
    deliveredSeq: 0,
    readSeq: 0,
    visitorReadSeq: 0,
    createdAt: nowMs,
  };
}
