/**
 * Joins state, outbox, log and link into one chat, and is the only file that knows all of them. Owns who does what when:
 * only the leading tab connects and sends; the others read what it stored and add to the outbox. Decides no retry itself.
 */
import {
  LIMITS,
  newId,
  type Ack,
  type Command,
  type Event,
  type Hello,
  type UnknownDurable,
  type VisitorPart,
  type Welcome,
} from "@allhours/protocol";
import { announcements } from "./announce.ts";
import type { Chat, ChatOptions, ChatPorts } from "./chat-types.ts";
import { createConnection } from "./connection.ts";
import { checkParts, withoutCards } from "./draft.ts";
import { helloFor, wireLanguages } from "./hello.ts";
import type { Joining } from "./joining.ts";
import { createHostEvents } from "./host-events.ts";
import type { ChatModel } from "./model.ts";
import { createOutbox } from "./outbox.ts";
import type { LogEvent, Snapshot, StoredSession } from "./ports.ts";
import { createRequests } from "./requests.ts";
import { initialState, isAhead, nextExpiry, reduce, startsOver, type Action } from "./reduce.ts";
import { createStore } from "./store.ts";
import { createSync } from "./sync.ts";
import { transmit } from "./transmit.ts";
import { createTypingSign } from "./typing.ts";

/** How long a request of the visitor (a person, a rating, older entries) waits for a link, milliseconds. */
const ASK_MS = 12_000;
const NOTHING_STORED: Snapshot = { session: undefined, cursor: undefined, events: [], outbox: [] };

/** Makes a chat. Nothing is read, opened or sent before `load`, `connect` or `send`. */
export function createChat(options: ChatOptions, { transports, storage, tabs, clock, net, logger }: ChatPorts): Chat {
  const store = createStore<ChatModel, Action>(initialState(storage.kind), reduce);
  const host = createHostEvents(clock, logger);
  const { getState, dispatch } = store;
  let session: StoredSession | undefined;
  let loading: Promise<void> | undefined;
  let reloading: Promise<void> | undefined;
  let reloadAgain = false;
  let connected = false;
  let leading = false;
  let closed = false;
  let readSent = 0;
  let cancelExpiry = (): void => {};
  /** Only where the link of a notice has led here. */
  let joining: Joining | undefined;

  const hello = (): Hello => {
    const plain = helloFor(options, session, getState());
    return joining?.hello(plain) ?? plain;
  };
  /** Where the conversation is. */
  const relays = (): readonly string[] => session?.endpoints ?? options.relays;
  const report = (error: unknown, message: string): void => logger.warn({ error: String(error) }, message);

  const connection = createConnection({
    transports,
    relays: options.relays,
    standby: options.standby,
    clock,
    net,
    logger,
    hello,
    on: {
      state: (connection) => dispatch({ type: "connection", connection }),
      welcome: onWelcome,
      resumed: () => outbox.start(),
      head(seq) {
        if (seq > getState().seq) sync.catchUp(seq);
      },
      event: onEvent,
      lost: () => sync.restart(),
      unknown(code) {
        if (joining?.unknown(code) !== true && code === "session-unknown") session = undefined;
        connection.use(relays());
      },
    },
  });
  const outbox = createOutbox({
    storage,
    clock,
    logger,
    send: (entry) => transmit(connection, session === undefined ? undefined : getState().conversationId, entry),
    on: {
      changed(entries) {
        dispatch({ type: "outbox", entries });
        joining?.go();
      },
      sending: (id) => dispatch({ type: "sending", id }),
      acked: (id, { seq }) => dispatch({ type: "acked", id, seq }),
      failed(id, code) {
        dispatch({ type: "failed", id, code });
        tabs.hint("outbox");
      },
    },
  });
  const sync = createSync({
    storage,
    logger,
    state: getState,
    send: (command, timeoutMs) => connection.send(command, timeoutMs),
    apply: applyPage,
    giveUp: () => connection.renew("resume failed", false),
    saved: (what) => tabs.hint(what),
  });

  const typing = createTypingSign(clock, (on) => {
    const { conversationId = "" } = getState();
    void connection.send({ type: "typing-set", conversationId, typing: on }, LIMITS.ackTimeoutMs);
  });
  const requests = createRequests({
    clock,
    state: getState,
    ask,
    showOlder: (events) => dispatch({ type: "older", events }),
    fault: (code, message) => host.emit({ name: "error", data: { code, message } }),
  });

  store.subscribe((after, before) => {
    for (const news of announcements(before, after)) host.emit(news);
    if (after.streams === before.streams && after.typing === before.typing) return;
    cancelExpiry();
    const at = nextExpiry(after);
    if (at !== undefined) cancelExpiry = clock.after(Math.max(0, at - clock.now()), () => dispatch({ type: "expire", now: clock.now() }));
  });
  storage.onKind((kind) => {
    dispatch({ type: "storage", storage: kind });
    // Nobody else can see this tab's outbox any more.
    if (connected && !leading && !closed) void lead();
  });
  tabs.onHint((kind) => {
    if (loading === undefined || closed) return;
    if (kind === "outbox") outbox.refresh().catch((error: unknown) => report(error, "could not read the outbox"));
    else if (!leading) void reload();
    else if (kind === "session") void rereadSession();
  });

  async function read(): Promise<void> {
    const snapshot = await storage.load().catch((error: unknown) => {
      report(error, "could not load");
      return NOTHING_STORED;
    });
    if (closed) return;
    session = snapshot.session;
    dispatch({ type: "loaded", snapshot });
    await lookFor(session);
    await outbox.refresh();
  }

  async function loadJoining(): Promise<Joining> {
    const { createJoining } = await import("./joining.ts");
    return (joining ??= createJoining({
      get session() {
        return session;
      },
      set session(next) {
        session = next;
      },
      get leading() {
        return leading;
      },
      state: getState,
      dispatch,
      save(next) {
        session = next;
        sync.saveSession(next);
        return sync.idle();
      },
      reopen() {
        connection.close();
        connection.use(relays());
        connection.open();
      },
      fault: (code, message) => host.emit({ name: "error", data: { code, message } }),
    }));
  }
  /** Takes up what a link has left in the storage, in this tab or another. Without the code for it the chat works as it did. */
  async function lookFor(stored: StoredSession | undefined): Promise<void> {
    if (joining === undefined && stored?.join === undefined && stored?.other === undefined) return;
    await loadJoining().then(
      (loaded) => loaded.found(stored),
      (error: unknown) => report(error, "joining"),
    );
  }

  /** Reads storage again; hints that come meanwhile are served by one more read. */
  function reload(): Promise<void> {
    reloadAgain = reloading !== undefined;
    reloading ??= read().finally(() => {
      reloading = undefined;
      if (reloadAgain && !leading && !closed) void reload();
    });
    return reloading;
  }

  /** Another tab changed the session: it read further, or the visitor logged out there. */
  async function rereadSession(): Promise<void> {
    await sync.idle();
    const stored = (await storage.load()).session;
    await lookFor(stored);
    if (closed || session === undefined) return;
    if (stored === undefined) {
      session = undefined;
      dispatch({ type: "loaded", snapshot: NOTHING_STORED });
      await outbox.refresh();
      connection.use(options.relays);
      connection.renew("session gone", true);
    } else if (stored.conversationId === session.conversationId) {
      dispatch({ type: "seen", seq: stored.seenSeq ?? 0 });
      tellSeen();
    }
  }

  function load(): Promise<void> {
    loading ??= read();
    return loading;
  }

  async function lead(): Promise<void> {
    if (leading) return;
    leading = true;
    await reload();
    if (!leading || closed) return;
    dispatch({ type: "leading", leading: true });
    connection.use(relays());
    connection.open();
  }

  function follow(): void {
    if (storage.kind === "memory" && !closed) return;
    leading = false;
    outbox.stop();
    connection.close();
    dispatch({ type: "leading", leading: false });
  }

  function onWelcome(welcome: Welcome): void {
    const before = getState();
    const over = startsOver(before, welcome);
    dispatch({ type: "welcome", welcome });
    sync.restart();
    const { token, visitorId, conversationId, region, endpoints } = welcome;
    const { seenSeq } = getState();
    const moved = endpoints?.join(" ") !== session?.endpoints?.join(" ");
    if (
      moved ||
      joining !== undefined ||
      session?.token !== token ||
      session.conversationId !== conversationId ||
      (session.seenSeq ?? 0) > seenSeq
    ) {
      const next = { ...session, token, visitorId, conversationId, seenSeq, region: endpoints && region, endpoints };
      session = joining?.joined(next, before) ?? next;
      sync.saveSession(session);
    }
    absorb(over ? 0 : before.seq, welcome.events, over);
    outbox.start();
    if (welcome.more || welcome.head > getState().seq) sync.catchUp(welcome.head);
    readSent = 0;
    tellSeen();
  }

  function onEvent(event: Event | UnknownDurable): void {
    const before = getState();
    dispatch({ type: "event", event, now: clock.now() });
    if (!("seq" in event)) return;
    if (isAhead(before, event)) sync.catchUp(event.seq);
    else absorb(before.seq, [event], false);
  }

  function applyPage(events: readonly LogEvent[]): void {
    const { seq } = getState();
    dispatch({ type: "page", events });
    absorb(seq, events, false);
  }

  /** Saves what the cursor passed, and takes a message of ours found there as acknowledged. */
  function absorb(after: number, events: readonly LogEvent[], reset: boolean): void {
    const { seq, conversationId } = getState();
    const passed = events.filter((event) => event.conversationId === conversationId && event.seq > after && event.seq <= seq);
    sync.save(passed, reset);
    for (const event of passed) {
      if (event.type === "message-added" && event.message.author.kind === "visitor")
        outbox.confirm(event.message.id, { seq: event.seq, known: true });
    }
  }

  /** A command whose answer the visitor waits for. */
  async function ask(build: (conversationId: string) => Command): Promise<Ack | undefined> {
    const command = (): Command => build(getState().conversationId ?? "");
    if (leading) return connection.ask(command, ASK_MS);
    if (session === undefined) return undefined;
    return import("./errand.ts").then(
      ({ runErrand }) => runErrand(transports, relays()[0]!, hello(), command()),
      // Its code is gone, as its relay may be: nobody answered.
      () => undefined,
    );
  }

  async function send(parts: VisitorPart[]): Promise<string> {
    checkParts(parts, getState().limits);
    await load();
    const language = wireLanguages(options.languages())[0];
    const { id } = await outbox.enqueue({
      id: newId(clock.now()),
      parts: withoutCards(parts),
      language,
      createdAt: clock.now(),
      attempts: 0,
    });
    typing.clear();
    tabs.hint("outbox");
    return id;
  }

  function tellSeen(): void {
    const { seenSeq: seq, conversationId } = getState();
    if (!leading || conversationId === undefined || seq <= readSent) return;
    readSent = seq;
    connection.send({ type: "read-set", conversationId, seq }, LIMITS.ackTimeoutMs).then(
      (ack) => {
        // Told again with the next link, or when the visitor has seen more.
        if (ack?.ok !== true && readSent === seq) readSent = 0;
      },
      (error: unknown) => report(error, "read-set"),
    );
  }

  /** Stops everything but the tabs and the storage; resolves when what was to be saved is saved. */
  function halt(): Promise<void> {
    closed = true;
    leading = false;
    outbox.stop();
    connection.close();
    cancelExpiry();
    return sync.idle();
  }

  return {
    ...requests,
    getState,
    subscribe: (listener) => store.subscribe((state) => listener(state)),
    on: host.on,
    load,
    connect() {
      if (connected || closed) return;
      connected = true;
      load()
        .then(() => {
          if (closed) return;
          if (storage.kind === "memory") void lead();
          else tabs.elect({ lead: () => void lead(), follow });
        })
        .catch((error: unknown) => report(error, "could not connect"));
    },
    send,
    sendText: (text, { voice } = {}) => send([{ type: "text", text: text.trim(), ...(voice === true ? { voice } : {}) }]),
    async choose(messageId, { id, label, action }) {
      if (action === "handoff") await requests.requestHandoff();
      else await send([{ type: "choice", messageId, optionId: id, text: label }]);
    },
    join: async (ticket) => {
      await load();
      return (await loadJoining()).join(ticket);
    },
    goToOther: () => joining?.goToOther(),
    async retry(messageId) {
      await outbox.retry(messageId);
      tabs.hint("outbox");
    },
    async discard(messageId) {
      await outbox.discard(messageId);
      tabs.hint("outbox");
    },
    setTyping(on) {
      if (leading && getState().conversationId !== undefined) typing.set(on);
    },
    markSeen() {
      const before = getState().seenSeq;
      dispatch({ type: "seen", seq: getState().seq });
      const { seenSeq } = getState();
      if (seenSeq === before || session === undefined) return;
      session = { ...session, seenSeq };
      sync.saveSession(session);
      tellSeen();
    },
    close() {
      const saved = halt();
      tabs.close();
      void saved.then(() => storage.close());
    },
    async reset() {
      await halt();
      await storage.clear();
      tabs.hint("session");
      tabs.close();
      storage.close();
    },
  };
}
