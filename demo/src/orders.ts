/**
 * The shop's own order service. As a generic HTTP NLU adapter it answers "where is my order 10482?" with a card, streamed, and says nothing to
 * anything else, so that the embedded engine behind it in the config goes on: the worked example of docs/adapters.md. As the service of an action it
 * cancels an order that has not left, once the visitor has agreed: the worked example of docs/actions.md.
 */
import { Hono } from "hono";
import { Webhook } from "standardwebhooks";

type Order = { sent: boolean; item: string; art: string; placeOf: string; steps: { label: string; at?: string; done: boolean }[] };

/** Four made-up orders; every other number is answered honestly. */
const orders: Record<string, Order> = {
  "10482": {
    sent: true,
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
    sent: true,
    item: "Halo floor lamp",
    art: "/art/halo.svg",
    placeOf: "Melbourne",
    steps: [
      { label: "Packed, Shenzhen", at: "Mon", done: true },
      { label: "In the air to Melbourne", at: "Wed", done: true },
      { label: "Delivery", done: false },
    ],
  },
  "11305": {
    sent: false,
    item: "Arc table lamp",
    art: "/art/arc.svg",
    placeOf: "Lyon",
    steps: [
      { label: "Paid", at: "today", done: true },
      { label: "Packed, Shenzhen", done: false },
      { label: "Delivery", done: false },
    ],
  },
  "11260": {
    sent: true,
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
  cancelled: (item: string, id: string) => string;
  tooLate: (id: string) => string;
  unknown: (id: string) => string;
};
const en: Words = {
  onTheWay: (item, place) => `Your ${item} is on its way to ${place}. Here is where it stands:`,
  delivered: (item, place) => `Your ${item} was delivered in ${place}.`,
  order: (id) => `Order ${id}`,
  cancelled: (item, id) => `Order ${id} (${item}) is cancelled. The money goes back the way it came, within five working days.`,
  tooLate: (id) => `Order ${id} has already left our warehouse, so it was not cancelled. You can return it for free within 30 days.`,
  unknown: (id) => `There is no order ${id}, so nothing was cancelled.`,
};
const words: Record<string, Words> = {
  en,
  ja: {
    onTheWay: (item, place) => `${item}は${place}へ向かっています。現在の状況はこちらです。`,
    delivered: (item, place) => `${item}は${place}で配達済みです。`,
    order: (id) => `ご注文 ${id}`,
    cancelled: (item, id) => `ご注文 ${id}（${item}）をキャンセルしました。ご返金は5営業日以内に行います。`,
    tooLate: (id) => `ご注文 ${id} はすでに発送済みのため、キャンセルしていません。30日以内でしたら無料で返品できます。`,
    unknown: (id) => `ご注文 ${id} が見つからないため、何も行っていません。`,
  },
  "zh-Hans": {
    onTheWay: (item, place) => `您的 ${item} 正在运往 ${place}，目前进度如下：`,
    delivered: (item, place) => `您的 ${item} 已在 ${place} 送达。`,
    order: (id) => `订单 ${id}`,
    cancelled: (item, id) => `订单 ${id}（${item}）已取消，款项将在五个工作日内原路退回。`,
    tooLate: (id) => `订单 ${id} 已经出库，未能取消。您可以在 30 天内免费退货。`,
    unknown: (id) => `没有找到订单 ${id}，未取消任何订单。`,
  },
};

/** The one question this service knows: an order number and nothing that asks to change, return or complain. */
const orderNumber = /(?<!\d)(1[01]\d{3})(?!\d)/;
const asksWhere = /\bwhere|track|status|arriv|when\b|どこ|届|いつ|哪|到了|什么时候|物流|查/iu;

export function createOrderService({ secret }: { secret: string }): { handle(request: Request): Promise<Response | undefined> } {
  const app = new Hono();
  const key = new Webhook(secret);
  /** By the id of the action: who is asked twice cancels once, and says the same. */
  const answered = new Map<string, { status: "done" | "refused"; message?: string }>();
  app.post("/orders/cancel", async (context) => {
    let asked: { data: { id: string; language: string; values: { order?: string } } };
    try {
      asked = key.verify(await context.req.text(), Object.fromEntries(context.req.raw.headers)) as typeof asked;
    } catch {
      return context.json({ error: { code: "unauthorized", message: "webhook-signature: does not fit" } }, 401);
    }
    const { id, language, values } = asked.data;
    const known = answered.get(id);
    if (known !== undefined) return context.json(known);
    const number = values.order ?? "";
    const order = orders[number];
    const status = order === undefined || order.sent ? "refused" : "done";
    // In a language it does not know it says nothing: the relay has words of its own in it.
    const say = words[language];
    const message = order === undefined ? say?.unknown(number) : order.sent ? say?.tooLate(number) : say?.cancelled(order.item, number);
    const answer = { status, ...(message === undefined ? {} : { message }) } as const;
    answered.set(id, answer);
    return context.json(answer);
  });
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
