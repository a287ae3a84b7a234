/** Those who are told: pagers, and visitors who left: spec.ts. */
import type { ContactChannel } from "@allhours/protocol";
import type { Lifecycle } from "./base.ts";

/** What a pager is told: enough to open the conversation, nothing that was written in it. `id` is the same through every retry. */
export type Alert = {
  id: string;
  /** When the message came, ISO 8601. */
  timestamp: string;
  data: {
    siteId: string;
    regionId: string;
    conversationId: string;
    /** Absent when the region has no desk. */
    caseId?: string | undefined;
    priority: "critical";
    /** What kind of danger, as `theft`; absent when an intent, not words, said so. */
    category?: string | undefined;
    /** BCP 47, of the conversation. */
    language: string;
  };
};
export interface NotifyAdapter extends Lifecycle {
  readonly kind: "notify";
  /** Resolves when the pager has taken it. `AdapterError.retryAfterMs` and `.permanent` steer the job. */
  notify(alert: Alert, signal: AbortSignal): Promise<void>;
}

/** `answered`: a person has written. `late`: nobody has by the time the visitor was told; they were told another. */
export type NoticeKind = "answered" | "late";
/** What a visitor who left is told. Nothing that was written in the conversation. `id` is the same through every retry. */
export type Notice = {
  id: string;
  /** When it happened, ISO 8601. */
  timestamp: string;
  what: NoticeKind;
  /** An e-mail address, or a telephone number in E.164. Must not appear in logs and errors. */
  to: string;
  /** BCP 47, of the conversation. */
  language: string;
  /** One line; for channels that have subjects. */
  subject: string;
  /** Ready to be sent: in `language`, and with the way out in it. */
  text: string;
  /** What `text` was made of, for channels with templates of their own; each is one line. `agent` is empty for `late`. */
  values: { shop: string; agent: string; link: string; optout: string };
  siteId: string;
  regionId: string;
  conversationId: string;
};
/** Writes to visitors on one channel. */
export interface NoticeAdapter extends Lifecycle {
  readonly kind: "notice";
  readonly channel: ContactChannel;
  /** What it has words for. */
  readonly tells: readonly NoticeKind[];
  /** Resolves when the other side has taken it. `AdapterError.retryAfterMs` and `.permanent` steer the job. */
  send(notice: Notice, signal: AbortSignal): Promise<void>;
}
