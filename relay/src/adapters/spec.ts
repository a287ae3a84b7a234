/**
 * Every adapter interface. An adapter is made by a factory `(options, context) => adapter`; it holds no policy: time-out, retry,
 * breaker and fallback order are the guard's (guard.ts), limits are the gateway's. Each call gets an `AbortSignal` and must
 * stop soon after it fires. Failures are `AdapterError` (errors.ts); anything else thrown counts as `failed`.
 */
import type { Agent, ContactChannel, Message, Part } from "@allhours/protocol";

/** What an adapter is given by its region. It must not reach the network by any other way. */
export type AdapterContext = {
  regionId: string;
  /** The adapter's place in the config, for messages: `regions.eu.nlu.0`. */
  path: string;
  /** Folder that relative paths in options are resolved against: the config file's. */
  baseDir: string;
  /** Folder this adapter may keep rebuildable files in (trained models, snapshots). */
  cacheDir: string;
  /** The region's fetch: listed hosts only (egress.ts). */
  fetch: typeof fetch;
  /**
   * For servers that speak no HTTP: the addresses a connection to a listed origin may go to, as `postgres://db.example:5432`. Rejects with
   * `AdapterError`: `refused` when it is not listed, `unreachable` when the name has no address.
   */
  resolve: (url: URL) => Promise<readonly { address: string; family: number }[]>;
  logger: AdapterLogger;
  /** Of this adapter alone; absent for kinds that keep nothing. */
  memory?: Memory | undefined;
  /** What the region has learnt from its visitors so far, approved by somebody. Asked at each `init`; absent where nothing learns. */
  learned?: (() => Learned) | undefined;
};
/**
 * A way to ask for an article, and whose it is: its author's, of a cluster of visitors' questions, or of an agent who attached one. `at`: the date
 * it was added, as 2026-10-12.
 */
export type Phrasing = { text: string; origin: "author" | "cluster" | "agent"; at?: string | undefined };
/** Articles of the region's own making, and more ways to ask for articles that exist. `updatedAt` is a date, as 2026-10-12. */
export type Learned = {
  articles: readonly { id: string; title: string; text: string; language: string; phrasings: readonly Phrasing[]; updatedAt: string }[];
  phrasings: readonly ({ articleId: string; language: string } & Phrasing)[];
};
export interface AdapterLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Called once before first use and again after a reload; may take seconds (training). */
export interface Lifecycle {
  init?(signal: AbortSignal): Promise<void>;
  close?(): Promise<void>;
  /** Files and folders (absolute) whose change asks for another `init`. */
  readonly watchPaths?: readonly string[] | undefined;
  /**
   * True when a call is answered from memory in this thread, without waiting for anything. The guard then sets no timer and makes no signal
   * of its own: the caller's is handed on. Retry, breaker and fallback stay. A `timeoutMs` in the config wins over this.
   */
  readonly inProcess?: true | undefined;
  /** True when `init` reads `AdapterContext.learned`: a change of it asks for another. */
  readonly learns?: true | undefined;
}

// ---------------------------------------------------------------- nlu

export type NluRequest = {
  text: string;
  /** BCP 47, decided before this call. */
  language: string;
  /** Languages the site speaks. */
  siteLanguages: readonly string[];
  conversationId: string;
  siteId: string;
  /** Unix milliseconds of the message, and where its writer is, as far as known: IANA zone, ISO 3166-1 alpha-2. */
  at: number;
  timezone?: string | undefined;
  country?: string | undefined;
  /** Whose budget a costly engine counts; made by the relay, says nothing of the person. */
  visitorId: string;
  /**
   * What the region's knowledge has on a text, best first, valid and in the region's languages; empty when it does not answer. For engines
   * that write their answers from passages. Passages are data, never instructions.
   */
  search?: ((text: string, limit: number) => Promise<Passage[]>) | undefined;
  /** What the region's own services can do; absent where they do nothing. An engine may propose one, and none is done before the visitor has agreed. */
  actions?: readonly ActionOffer[] | undefined;
  /** The last few messages before this one, oldest first. Data, never instructions. */
  history: readonly { author: "visitor" | "bot" | "agent" | "system"; text: string }[];
};
/** Something a service of the shop can do, as an engine is told of it. */
export type ActionOffer = {
  id: string;
  /** In the language of the request. */
  title: string;
  /** What it does and when it is wanted; for a model, in whatever language. */
  description: string;
  fields: readonly ActionField[];
};
/** A value it needs. `pattern`: a regular expression for the whole of it; `values`: the only ones there are. */
export type ActionField = {
  name: string;
  label: string;
  description?: string | undefined;
  pattern?: string | undefined;
  values?: readonly string[] | undefined;
  required: boolean;
};
/** What an engine would do. Values that the visitor has not written count as missing, whatever the engine says. */
export type Proposal = { action: string; values: Readonly<Record<string, string>> };
export type Intent = {
  name: string;
  /** 0 to 1. */
  confidence: number;
};
/** A value found in the text; `start` and `end` are UTF-16 offsets into it. `value` is normalised. */
export type Slot = { name: string; value: string; start: number; end: number };
export type Understanding = {
  /** Best first. Empty: nothing understood. */
  intents: Intent[];
  slots: Slot[];
  /** What the message asks for when it asks for two or three things, in its order; each is sure enough to be answered. */
  several?: readonly Intent[] | undefined;
  /** True when the message says that the best intent is not so, as "I do not want to cancel": nothing is answered without asking back. */
  denied?: true | undefined;
  /** The engine's own borders for its confidences, 0 to 1: answer at or above `answerAt`, ask back at or above `askAt`. The region's config wins. */
  borders?: { answerAt: number; askAt: number } | undefined;
  /** Of the model that understood, for the log. */
  version?: string | undefined;
  /** True when the words, not the intents, ask for a person. */
  wantsPerson?: boolean | undefined;
  /** One of the request's `actions`, where the message asks for it. Takes the place of an answer. */
  proposal?: Proposal | undefined;
  /** An answer of the engine's own (a model, a flow). Takes the place of a knowledge answer. */
  answer?: NluAnswer | undefined;
};
/** Names every NLU adapter may return for what the house answers itself. */
export const HOUSE_INTENTS = {
  person: "handoff.request",
  greeting: "smalltalk.greeting",
  thanks: "smalltalk.thanks",
  goodbye: "smalltalk.goodbye",
} as const;
/** Ids of buttons that an engine shows begin with this; the label goes back to it as a message. */
export const ENGINE_OPTION = "engine:";
export type NluAnswer = {
  /** Text in pieces as they come; Markdown. The pipeline coalesces and streams them. Empty: see `parts`. */
  text?: AsyncIterable<string> | undefined;
  /** Parts that follow the text: sources, choices, card. Resolved when `text` has ended. */
  parts: () => Promise<Part[]>;
};
export interface NluAdapter extends Lifecycle {
  readonly kind: "nlu";
  understand(request: NluRequest, signal: AbortSignal): Promise<Understanding>;
}

// ---------------------------------------------------------------- knowledge

export type KnowledgeQuery = {
  text: string;
  language: string;
  /** Languages a passage may be in when none is in `language`, best first. */
  fallbackLanguages: readonly string[];
  /** Intents of the message, best first: an article whose id (or `intents`) is among them is preferred. */
  intents: readonly Intent[];
  limit: number;
  /** Unix milliseconds: an article not valid at this time is not returned. */
  at: number;
  /** Who will read it; default visitors. Agents may read what is for visitors too. The embedded adapter keeps to it; a turn never sets it. */
  audience?: "visitors" | "agents" | undefined;
};
export type Passage = {
  articleId: string;
  title: string;
  /** Markdown. */
  text: string;
  language: string;
  /** 0 to 1, comparable within one adapter: 1 is a question the article carries word for word. */
  score: number;
  url?: string | undefined;
  /** A date, as 2026-10-12. */
  updatedAt?: string | undefined;
};
export interface KnowledgeAdapter extends Lifecycle {
  readonly kind: "knowledge";
  search(query: KnowledgeQuery, signal: AbortSignal): Promise<Passage[]>;
  /** The best article for an intent in the language or a fallback; `undefined` when none carries it. */
  byIntent?(intent: string, query: KnowledgeQuery, signal: AbortSignal): Promise<Passage | undefined>;
}

// ---------------------------------------------------------------- handoff

/** What a desk is told. `id` is the `webhook-id`: the same through every retry. */
export type HandoffEvent = {
  id: string;
  /** When it happened, ISO 8601. */
  timestamp: string;
} & (
  | { type: "handoff.offered"; data: HandoffOffer }
  | { type: "message.created"; data: CaseRef & { message: TranscriptLine } }
  /** The visitor went back to the assistant, or the offer was withdrawn. */
  | { type: "handoff.withdrawn"; data: CaseRef & { reason: string } }
  | { type: "visitor.typing"; data: CaseRef & { typing: boolean } }
);
export type CaseRef = { caseId: string; conversationId: string; siteId: string; regionId: string };
export type TranscriptLine = { id: string; seq: number; at: string; author: Message["author"]; text: string };
export type HandoffOffer = CaseRef & {
  reason: string;
  priority: "normal" | "high" | "critical";
  /** `ticket`: nobody is at work who could be asked; it lies here for those who come. */
  tier: "team" | "ticket";
  /** From 1; a case that was offered before has a higher one. */
  offer: number;
  /** Absent where the region has no teams, and for a ticket. */
  team?: { id: string; name: string } | undefined;
  /** Who has it now, where a team is asked to take over as a shift ends; an acceptance takes it from them. */
  from?: Agent | undefined;
  /** What the agent who passed it on has written for the next. */
  note?: string | undefined;
  /** ISO 8601: then the next team is asked. Absent for a ticket. */
  leaseUntil?: string | undefined;
  /** ISO 8601: what the visitor was told. */
  promisedAt?: string | undefined;
  visitor: { language: string; timezone?: string | undefined; country?: string | undefined; pageUrl?: string | undefined };
  /** What the assistant made of the messages: its last intent, and values in their normal form, oldest first. Absent when it found nothing. */
  understood?: { intent?: string | undefined; slots: { name: string; value: string }[] } | undefined;
  transcript: TranscriptLine[];
  /** The whole of it, as a page, for whoever has this: a path on the relay, and the address where the config says where that is. */
  transcriptPath: string;
  transcriptUrl?: string | undefined;
  /** Where signed replies go, as a path on the relay: `/v1/inbound/<adapter id>`. */
  replyPath: string;
};

/** What a desk says, after its signature was verified. `externalId` is unique per adapter for ever: duplicates are dropped. */
export type DeskCommand = { externalId: string; caseId: string; conversationId: string } & (
  | { type: "accept"; agent: Agent }
  | { type: "message"; agent: Agent; text: string }
  | { type: "typing"; agent: Agent; typing: boolean }
  | { type: "read"; agent: Agent; seq: number }
  /** The question of this case (the visitor's message `questionId`, else the last one) is answered by an article. */
  | { type: "attach"; agent: Agent; articleId: string; questionId?: string | undefined }
  | { type: "leave"; agent: Agent }
  /** Not for us: of an offer, the next team is asked; of a case somebody has, too, `to` first (a team's id). `note` is for the next. */
  | { type: "pass"; agent: Agent; to?: string | undefined; note?: string | undefined }
  /** Hand back to the assistant. */
  | { type: "release"; agent?: Agent | undefined }
  | { type: "end"; agent?: Agent | undefined }
);

/** What a delivery from a desk means. Nothing of it concerns us: no commands. `answer`: what the desk wants to hear; default JSON of what became of it. */
export type Received = { commands: readonly DeskCommand[]; answer?: { contentType: string; body: string } | undefined };
/** Small facts an adapter must find again, as which thread of a desk is which case. Survives a restart; `key` and value are texts up to 1,000. */
export type Memory = {
  get(key: string): Promise<string | undefined>;
  put(key: string, value: string): Promise<void>;
};

export type InboundRequest = { headers: Headers; rawBody: string; /** Unix milliseconds. */ nowMs: number };
export interface HandoffAdapter extends Lifecycle {
  readonly kind: "handoff";
  /** Delivers one event. Resolves when the desk has taken it. `AdapterError.retryAfterMs` and `.permanent` steer the job. */
  deliver(event: HandoffEvent, signal: AbortSignal): Promise<void>;
  /** Verifies and reads what the desk sent. Throws `AdapterError` with code `unauthorized` or `bad-request`. */
  receive(request: InboundRequest): Promise<Received>;
  /**
   * For desks that tell nothing by themselves: hands on what was said since it was asked last, in order. What `tell` rejects is told again at the
   * next time. The relay asks, every `everyMs`.
   */
  readonly polls?: { everyMs: number; hear(tell: (command: DeskCommand) => Promise<void>, signal: AbortSignal): Promise<void> } | undefined;
  /** What the desk said was not done, and why: for who said it. Best effort. */
  refused?(command: DeskCommand, error: { code: string; message: string }, signal: AbortSignal): Promise<void>;
}

// ---------------------------------------------------------------- notify

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

// ---------------------------------------------------------------- notices

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

// ---------------------------------------------------------------- expert

/**
 * What an expert is asked, once the visitor has agreed to exactly this. `id` is the audit id of the consultation and the `webhook-id`: the same
 * through every retry, so that who is asked twice works, and bills, once.
 */
export type ExpertRequest = {
  id: string;
  /** When the visitor agreed, ISO 8601. */
  timestamp: string;
  data: {
    /** Without numbers and addresses, as the visitor saw it. */
    question: string;
    /** BCP 47: what the answer should be in. */
    language: string;
    siteId: string;
    /** Intent of the case. */
    topic?: string | undefined;
    /** ISO 8601: an answer after this is not shown. */
    deadline: string;
    /** What the answer may cost at most; absent where the shop has set no limit. */
    limit?: { amount: number; currency: string } | undefined;
    /** Where a later answer goes, as a path on the relay: `/v1/inbound/<adapter id>`. */
    replyPath: string;
  };
};
export type ExpertOutcome =
  /** `text`: Markdown. `cost` in the currency of the request's limit. */
  | { state: "answered"; text: string; sources: readonly { title: string; url?: string | undefined }[]; cost?: number | undefined }
  | { state: "declined"; reason?: string | undefined; cost?: number | undefined }
  /** Comes later, by `receive`; or `poll` asks for it, not before `afterMs`. */
  | { state: "pending"; poll?: { ref: string; afterMs: number } | undefined };
/** A service that answers for people when nobody of the shop can. Consent, limits and what becomes of the answer are the relay's. */
export interface ExpertAdapter extends Lifecycle {
  readonly kind: "expert";
  ask(request: ExpertRequest, signal: AbortSignal): Promise<ExpertOutcome>;
  /** `ref`: of the last outcome. */
  poll(ref: string, request: ExpertRequest, signal: AbortSignal): Promise<ExpertOutcome>;
  /** Verifies and reads what the expert sent by itself. Throws `AdapterError` with code `unauthorized` or `bad-request`. */
  receive(request: InboundRequest): Promise<{ id: string; outcome: Exclude<ExpertOutcome, { state: "pending" }> }>;
}

// ---------------------------------------------------------------- actions

/**
 * What a service of the shop is to do, once the visitor has agreed to exactly this. `id` is the `webhook-id`: the same through every retry, so that
 * who is asked twice does it once.
 */
export type ActionRequest = {
  id: string;
  /** When the visitor agreed, ISO 8601. */
  timestamp: string;
  data: {
    action: string;
    values: Readonly<Record<string, string>>;
    /** BCP 47: what a message should be in. */
    language: string;
    siteId: string;
    conversationId: string;
    /** ISO 8601: after that the visitor has been told that it is not known whether it was done. */
    deadline: string;
  };
};
/** `text`: Markdown for the visitor, who is told in the house's words without it. `refused`: it was not done, and will not be. */
export type ActionOutcome = { state: "done" | "refused"; text?: string | undefined };
/** A service that does something for a visitor. Consent, retries and what the visitor is told are the relay's. */
export interface ActionAdapter extends Lifecycle {
  readonly kind: "action";
  /** Throws `AdapterError`; temporary ones are tried again until the deadline. */
  run(request: ActionRequest, signal: AbortSignal): Promise<ActionOutcome>;
}

// ---------------------------------------------------------------- registration

export type AdapterKinds = {
  nlu: NluAdapter;
  knowledge: KnowledgeAdapter;
  handoff: HandoffAdapter;
  notify: NotifyAdapter;
  notice: NoticeAdapter;
  expert: ExpertAdapter;
  action: ActionAdapter;
};
export type AdapterKind = keyof AdapterKinds;

/** A problem in options, told with its path below the adapter's own: `examples.0`. */
export type OptionIssue = { path: string; expected: string };
/** What the registry knows of an adapter: `use: <name>` in the config. Options are read strictly; issues are all listed. */
export type AdapterDefinition<Kind extends AdapterKind = AdapterKind> = {
  kind: Kind;
  name: string;
  parseOptions(input: unknown): { ok: true; options: unknown } | { ok: false; issues: OptionIssue[] };
  create(options: never, context: AdapterContext): AdapterKinds[Kind];
  /** Largest answer `context.fetch` lets through; default 1 MiB. */
  maxAnswerBytes?: number | undefined;
};
