/** One command from a tab that does not lead: a link of its own, closed when the answer is there. For rare, idempotent commands. */
import { LIMITS, type Ack, type Command, type Hello } from "@allhours/protocol";
import { LinkRefused, type Transport } from "./ports.ts";

/** Tries each transport once, in order. `undefined` when nobody answered; nothing is retried. */
export async function runErrand(
  transports: readonly (() => Promise<Transport>)[],
  relay: string,
  hello: Hello,
  command: Command,
): Promise<Ack | undefined> {
  const ignore = { event: () => {}, damaged: () => {}, lost: () => {} };
  for (const load of transports) {
    try {
      const transport = await load();
      const { link } = await transport.open(relay, () => hello, ignore, LIMITS.ackTimeoutMs, new AbortController().signal);
      const ack = await link.send(command, LIMITS.ackTimeoutMs);
      link.close();
      return ack;
    } catch (error) {
      if (error instanceof LinkRefused) return { ok: false, error: { code: "forbidden", message: error.code } };
    }
  }
  return undefined;
}
