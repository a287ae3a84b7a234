/**
 * The adapter witness: an HTTP NLU that writes down every message it is asked about and answers each with words of its own, so that
 * replies can be told apart and counted. One process with the harness: it survives every kill of the relay.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { sightingIn, type Sighting } from "../ledger.ts";

export interface NluStub {
  /** Where requests are POSTed. */
  readonly url: string;
  /** Messages it was asked about, in the order they came; a turn that is run again asks again. */
  readonly asked: Sighting[];
  /** Every reply it gave, the same for the same question: `[re:v1#7] ...`. */
  readonly replied: Map<string, Sighting>;
  close(): Promise<void>;
}

/** The words of the reply to a ledger message: the question's own, so that they can be checked; the sender is `re:` and the asker. */
export function replyTo(question: string): string {
  return question.replace(/\[([\w.:-]+#\d+)\]/, "[re:$1]");
}

/** `answer` may take the request over (status, streams, silence) and return true. */
export async function createNluStub(
  answer?: (text: string, response: ServerResponse, request: IncomingMessage) => boolean,
): Promise<NluStub> {
  const asked: Sighting[] = [];
  const replied = new Map<string, Sighting>();
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (piece: string) => (body += piece));
    request.on("end", () => {
      const { text } = JSON.parse(body) as { text: string };
      const sighting = sightingIn(text);
      if (sighting !== undefined) asked.push(sighting);
      if (answer?.(text, response, request) === true) return;
      const reply = replyTo(text);
      const said = sightingIn(reply);
      if (said !== undefined) replied.set(`${said.sender}#${said.n}`, said);
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ intents: [], answer: { text: reply } }));
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/nlu`,
    asked,
    replied,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
