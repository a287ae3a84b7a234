/**
 * A visitor of many links: the page (the widget's core), which writes and shows, and raw links beside it that say each command again under the
 * same id until it is answered, whatever dies in between.
 */
import { setTimeout as wait } from "node:timers/promises";
import { newId, policyOf, type Ack } from "@allhours/protocol";
import { createClient, type Client } from "../../client/index.ts";
import { ledgerText, type Sighting } from "../ledger.ts";
import type { Random } from "../random.ts";
import { SITE } from "./relay.ts";
import { createVisitor, type Visitor } from "./visitor.ts";
import { until } from "./waiting.ts";

export interface CaseVisitor {
  readonly name: string;
  readonly page: Visitor;
  readonly conversationId: string;
  readonly links: number;
  /** Messages that were acknowledged to a raw link; those of the page are `page.sent`. */
  readonly acked: Sighting[];
  /** A command over one of the links, with an id of its own or the one given, until there is an answer that is not "try again". */
  insist(link: number, type: "handoff-request" | "handoff-cancel", id?: string): Promise<Ack>;
  /** Writes over one of the links; resolves once it is acknowledged. One after another on each link, so that their order can be judged. */
  write(link: number): Promise<Sighting>;
  close(): void;
}

/** A relay that starts again is asked again this soon. */
const AGAIN_MS = 50;
/** The page waits a random share of up to 20 s for a relay that has died often; a proof that kills it all the time lets it draw the low end. */
const IMPATIENCE = 0.05;

/** Resolves once the page has been welcomed. */
export async function createCaseVisitor(options: { name: string; relayUrl: string; links: number; random: Random }): Promise<CaseVisitor> {
  const { name, relayUrl, random } = options;
  const clock = {
    now: () => Date.now(),
    random: () => random.next() * IMPATIENCE,
    after(delayMs: number, run: () => void) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  };
  const page = createVisitor({ name, relays: [relayUrl], random, ports: { clock } });
  if (!(await until(() => page.token() !== "", 30_000))) throw new Error(`${name} was not welcomed`);
  const acked: Sighting[] = [];
  let over = false;
  let conversationId = "";
  const links = Array.from({ length: options.links }, (_, index) => ({
    client: undefined as Client | undefined,
    opening: undefined as Promise<Client> | undefined,
    written: Promise.resolve() as Promise<unknown>,
    sender: `${name}.l${index}`,
    n: 0,
  }));
  const linkOf = (index: number): (typeof links)[number] => {
    const link = links[index];
    if (link === undefined) throw new Error(`${name} has no link ${index}`);
    return link;
  };

  async function opened(index: number): Promise<Client> {
    const link = linkOf(index);
    if (link.client !== undefined && link.client.closed === undefined) return link.client;
    link.opening ??= open(index).finally(() => (link.opening = undefined));
    return link.opening;
  }
  async function open(index: number): Promise<Client> {
    const link = linkOf(index);
    for (;;) {
      link.client?.close();
      const client = createClient({ url: relayUrl, site: SITE, pipe: index === 0 ? "sse" : "socketio" });
      const welcome = await client.hello({ token: page.token(), languages: ["en"] }).catch(() => undefined);
      if (over) client.close();
      if (welcome?.ok === true && !over) {
        // Not before it is welcome: whoever asks meanwhile would speak too early.
        link.client = client;
        conversationId = welcome.value.conversationId;
        return client;
      }
      client.close();
      if (over) throw new Error("closed");
      await wait(AGAIN_MS);
    }
  }
  /** Until it is answered by something that is not "try again". */
  async function insisted(index: number, frame: object): Promise<Ack> {
    for (;;) {
      const client = await opened(index);
      const ack = await client.command(frame).catch(() => undefined);
      // SSE learns late that its relay has died: a command may reach the next one before the stream has ended.
      const isStale = ack === undefined || (!ack.ok && ack.error.code === "session-unknown");
      if (!isStale && (ack.ok || !policyOf(ack.error.code).retryable)) return ack;
      if (over) throw new Error("closed");
      if (isStale) client.close();
      await wait(AGAIN_MS);
    }
  }
  async function write(index: number): Promise<Sighting> {
    const link = linkOf(index);
    const { text, sighting } = ledgerText(link.sender, (link.n += 1), random);
    const frame = { type: "message-send", id: newId(), conversationId, parts: [{ type: "text", text }] };
    const done = link.written.then(async () => {
      const ack = await insisted(index, frame);
      if (!ack.ok) throw new Error(`a message was refused: ${ack.error.code}`);
      acked.push(sighting);
    });
    link.written = done;
    await done;
    return sighting;
  }

  await Promise.all(links.map(async (_, index) => opened(index)));
  return {
    name,
    page,
    conversationId,
    links: links.length,
    acked,
    insist: async (index, type, id = newId()) => insisted(index, { type, id, conversationId }),
    write,
    close() {
      over = true;
      page.chat.close();
      for (const { client } of links) client?.close();
    },
  };
}
