/**
 * The shop's own order service, as a generic HTTP NLU adapter: it answers "where is my order 10482?" with a card, streamed, and
 * says nothing to anything else, so that the embedded engine behind it in the config goes on. The worked example of docs/adapters.md.
 */
import { Hono } from "hono";

type Order = { item: string; art: string; placeOf: string; steps: { label: string; at?: string; done: boolean }[] };

/** Three made-up orders; every other number is answered honestly. */
const orders: Record<string, Order> = {
  "10482": {
    item: "Arc table lamp",
    art: "/art/arc.svg",
    placeOf: "Osaka",
    steps: [
      { label: "Picked up, Shenzhen", at: "Tue", done: true },
      { label: "Cleared customs, Osaka", at: "02:06", done: true },
      { label: "Out for delivery", at: "Fri", done: false },
    ],
  },
  "10917": {
    item: "Halo floor lamp",
    art: "/art/halo.svg",
    placeOf: "Melbourne",
    steps: [
      { label: "Packed, Shenzhen", at: "Mon", done: true },
      { label: "In the air to Melbourne", at: "Wed", done: true },
      { label: "Delivery", done: false },
    ],
  },
  "11260": {
    item: "Pebble bedside lamp",
    art: "/art/pebble.svg",
    placeOf: "Singapore",
    steps: [{ label: "Delivered, Singapore", at: "Sun", done: true }],
  },
};

type Words = {
  onTheWay: (item: string, place: string) => string;
  delivered: (item: string, place: string) => string;
  order: (id: string) => string;
};
const en: Words = {
  onTheWay: (item, place) => `Your ${item} is on its way to ${place}. Here is where it stands:`,
  delivered: (item, place) => `Your ${item} was delivered in ${place}.`,
  order: (id) => `Order ${id}`,
};
const words: Record<string, Words> = {
  en,
  ja: {
    onTheWay: (item, place) => `${item}は${place}へ向かっています。現在の状況はこちらです。`,
    delivered: (item, place) => `${item}は${place}で配達済みです。`,
    order: (id) => `ご注文 ${id}`,
  },
  "zh-Hans": {
    onTheWay: (item, place) => `您的 ${item} 正在运往 ${place}，目前进度如下：`,
    delivered: (item, place) => `您的 ${item} 已在 ${place} 送达。`,
    order: (id) => `订单 ${id}`,
  },
};

/** The one question this service knows: an order number and nothing that asks to change, return or complain. */
const orderNumber = /(?<!\d)(1[01]\d{3})(?!\d)/;
const asksWhere = /\bwhere|track|status|arriv|when\b|どこ|届|いつ|哪|到了|什么时候|物流|查/iu;

export function createOrderService(): { handle(request: Request): Promise<Response | undefined> } {
  const app = new Hono();
  app.post("/orders/understand", async (context) => {
    const body: unknown = await context.req.json().catch(() => undefined);
    const { text, language } = (body ?? {}) as { text?: unknown; language?: unknown };
    if (typeof text !== "string") return context.json({ error: { code: "bad-request", message: "text: expected a string" } }, 400);
    const id = orderNumber.exec(text)?.[1];
    const order = id === undefined ? undefined : orders[id];
    if (id === undefined || order === undefined || !asksWhere.test(text)) return context.json({ intents: [], slots: [] });
    const say = words[typeof language === "string" ? language : "en"] ?? en;
    const done = order.steps.every((step) => step.done);
    const sentence = (done ? say.delivered : say.onTheWay)(order.item, order.placeOf);
    const lines = [
      {
        type: "understanding",
        intents: [{ name: "track-order", confidence: 0.99 }],
        slots: [{ name: "order", value: id, start: text.indexOf(id), end: text.indexOf(id) + id.length }],
      },
      ...(sentence.match(/\s*\S+/g) ?? [sentence]).map((piece) => ({ type: "delta", text: piece })),
      { type: "parts", parts: [{ type: "card", title: order.item, subtitle: say.order(id), imageUrl: order.art, steps: order.steps }] },
      { type: "done" },
    ];
    return context.body(lines.map((line) => `${JSON.stringify(line)}\n`).join(""), 200, { "content-type": "application/x-ndjson" });
  });
  return {
    async handle(request) {
      return new URL(request.url).pathname.startsWith("/orders/") ? app.fetch(request) : undefined;
    },
  };
}
