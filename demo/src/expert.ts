/**
 * An electrician's practice as an expert service, the worked example of docs/experts.md: it takes a signed question, says that it will think about
 * it, and sends its signed answer a moment later. It knows four things about lamps and declines the rest.
 */
import { Hono } from "hono";
import { Webhook } from "standardwebhooks";

/** What it is asked about, in English, German, French and Spanish; answered in English, as its sign says. */
const known: { about: RegExp; answer: string; cost: number }[] = [
  {
    about: /\bdimm|regulable|variateur/iu,
    answer:
      "Dimmable lamps need a **trailing-edge** dimmer (also sold as *phase cut-off* or *LED*). With an older leading-edge dimmer they flicker or hum; that is no danger, but it wears them out.",
    cost: 1.5,
  },
  {
    about: /\b(plug|socket|voltage|110|120|230|stecker|spannung|prise|enchufe)/iu,
    answer:
      "The power supply takes 100 to 240 V, so an adapter for the plug is enough; no transformer is needed. The adapter must keep the earth contact if the plug has one.",
    cost: 1.2,
  },
  {
    about: /\b(bath|shower|outdoor|rain|water|IP ?\d\d|bad|dusche|garten|douche|ducha)/iu,
    answer:
      "Within 60 cm of a bath or shower only lamps marked **IP44** or higher are allowed in most of Europe (IEC 60364-7-701). A lamp without an IP mark belongs in dry rooms.",
    cost: 1.8,
  },
  {
    about: /\b(heat|hot|warm|burn|smell|heiß|chaud|caliente)/iu,
    answer:
      "An LED lamp of this size may be hand-warm at its base. If it is too hot to hold, smells, or the cable is discoloured: unplug it, do not use it again, and ask the shop for a replacement.",
    cost: 1.5,
  },
];

/** How long the expert thinks, milliseconds. */
const THINKS_MS = 2_500;

export function createExpertService({ secret, relayUrl }: { secret: string; relayUrl: string }): {
  handle(request: Request): Promise<Response | undefined>;
} {
  const key = new Webhook(secret);
  const app = new Hono();
  /** By consultation: whoever is asked twice answers once. */
  const taken = new Set<string>();

  async function answer(id: string, question: string, replyPath: string): Promise<void> {
    const found = known.find(({ about }) => about.test(question));
    const at = new Date();
    const body = JSON.stringify(
      found === undefined
        ? { type: "expert.declined", timestamp: at.toISOString(), data: { id, reason: "not about electricity" } }
        : { type: "expert.answered", timestamp: at.toISOString(), data: { id, answer: found.answer, cost: found.cost } },
    );
    const headers = {
      "content-type": "application/json",
      "webhook-id": `answer-${id}`,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
      "webhook-signature": key.sign(`answer-${id}`, at, body),
    };
    await fetch(new URL(replyPath, relayUrl), { method: "POST", headers, body }).catch(() => undefined);
  }

  app.post("/expert/ask", async (context) => {
    const raw = await context.req.text();
    let asked: { data: { id: string; question: string; replyPath: string } };
    try {
      asked = key.verify(raw, Object.fromEntries(context.req.raw.headers)) as typeof asked;
    } catch {
      return context.json({ error: { code: "unauthorized", message: "webhook-signature: does not fit" } }, 401);
    }
    const { id, question, replyPath } = asked.data;
    if (!taken.has(id)) {
      taken.add(id);
      setTimeout(() => void answer(id, question, replyPath), THINKS_MS);
    }
    return context.json({ status: "pending" }, 202);
  });
  app.get("/expert/privacy", (context) =>
    context.html(
      "<!doctype html><html lang=en><title>Volt &amp; Watt</title><h1>Volt &amp; Watt, electricians</h1><p>A demo. Questions are answered and forgotten.</p></html>",
    ),
  );
  return {
    async handle(request) {
      return new URL(request.url).pathname.startsWith("/expert/") ? app.fetch(request) : undefined;
    },
  };
}
