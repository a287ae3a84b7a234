/** A case room whose region writes to visitors who left: channels that note what they send, and fail when told to. */
import * as v from "valibot";
import type { ContactChannel } from "@allhours/protocol";
import type { AdapterError } from "../adapters/errors.ts";
import type { Notice, NoticeKind } from "../adapters/spec.ts";
import { visitorNotifySchema } from "../config/notices.ts";
import type { Team } from "../routing/rota.ts";
import { setUp } from "./case-room.ts";

export type NoticeRoom = ReturnType<typeof setUpNotices>;

/** `channels`: default all. `config`: the rest of `visitorNotify`. */
export function setUpNotices(
  teams: Team[],
  deskIds: string[],
  visitors: { channels?: ContactChannel[] | undefined; tells?: NoticeKind[]; config?: object } = {},
) {
  const { channels = ["email", "sms", "whatsapp"], tells = ["answered", "late"], config } = visitors;
  const room = setUp(teams, deskIds);
  const notices: Notice[] = [];
  /** What the channels say to the next tries, in order; `undefined` is a yes. */
  const answers: (AdapterError | undefined)[] = [];
  const given = { publicUrl: "https://chat.example/", channels: channels.map((use) => ({ use })), ...config };
  room.region.config = { ...room.region.config, visitorNotify: v.parse(visitorNotifySchema, given) };
  room.region.notices = channels.map((channel) => ({
    id: channel,
    adapter: {
      kind: "notice",
      channel,
      tells,
      send: async (notice) => {
        const failure = answers.shift();
        if (failure !== undefined) throw failure;
        notices.push(notice);
      },
    },
  }));
  return { ...room, notices, answers };
}
