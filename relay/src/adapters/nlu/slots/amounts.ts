/** Sums of money in any notation: "12,50 EUR", "$1,299", "1.234,56 €", "30 euros", "200元". A number without a currency is no sum. */
import { baseOf } from "../../words.ts";
import type { Slot } from "../../spec.ts";

/** Signs that name one currency. */
const signs: Readonly<Record<string, string>> = {
  "€": "EUR",
  "£": "GBP",
  "₹": "INR",
  "₦": "NGN",
  "₩": "KRW",
  "₫": "VND",
  "₽": "RUB",
  "₺": "TRY",
  "₴": "UAH",
  "₪": "ILS",
  "฿": "THB",
  "₱": "PHP",
  R$: "BRL",
  US$: "USD",
  A$: "AUD",
  C$: "CAD",
  HK$: "HKD",
  NT$: "TWD",
  S$: "SGD",
  zł: "PLN",
  Kč: "CZK",
  元: "CNY",
  人民币: "CNY",
  円: "JPY",
  원: "KRW",
  บาท: "THB",
  euro: "EUR",
  euros: "EUR",
  евро: "EUR",
  欧元: "EUR",
  ユーロ: "EUR",
  유로: "EUR",
  يورو: "EUR",
  avro: "EUR",
  quid: "GBP",
  sterling: "GBP",
  yen: "JPY",
  yuan: "CNY",
  rmb: "CNY",
  renminbi: "CNY",
  rupees: "INR",
  naira: "NGN",
  reais: "BRL",
  zloty: "PLN",
  złotych: "PLN",
  baht: "THB",
  рублей: "RUB",
  руб: "RUB",
  гривень: "UAH",
  грн: "UAH",
  美元: "USD",
  美金: "USD",
  ドル: "USD",
  달러: "USD",
  دولار: "USD",
  đồng: "VND",
  درهم: "AED",
  ريال: "SAR",
  रुपये: "INR",
};
/** Signs that several currencies share: by the shop's own currency if it is one of them, else by the language, else the first. */
const shared: Readonly<Record<string, { among: readonly string[]; byLanguage?: Readonly<Record<string, string>> }>> = {
  $: { among: ["USD", "CAD", "AUD", "MXN", "SGD", "HKD", "TWD", "NZD", "ARS", "CLP", "COP"] },
  dollar: { among: ["USD", "CAD", "AUD", "SGD", "HKD", "TWD", "NZD"] },
  dollars: { among: ["USD", "CAD", "AUD", "SGD", "HKD", "TWD", "NZD"] },
  dólares: { among: ["USD"] },
  долларов: { among: ["USD"] },
  bucks: { among: ["USD", "CAD", "AUD"] },
  pesos: { among: ["MXN", "ARS", "CLP", "COP", "PHP"] },
  pounds: { among: ["GBP", "EGP"] },
  francs: { among: ["CHF", "XOF", "XAF"] },
  franken: { among: ["CHF"] },
  "¥": { among: ["JPY", "CNY"], byLanguage: { zh: "CNY" } },
  "￥": { among: ["CNY", "JPY"], byLanguage: { ja: "JPY" } },
  块: { among: ["CNY", "TWD"] },
  kr: { among: ["SEK", "NOK", "DKK"], byLanguage: { nb: "NOK", no: "NOK", da: "DKK" } },
  rs: { among: ["INR", "PKR"] },
};
/** ISO 4217 codes; those that are words of some language count in capitals only. */
const codes = Intl.supportedValuesOf("currency");
const lowerCodes = new Set(
  "eur usd gbp jpy cny inr ngn brl chf aud cad krw pln czk sek nok dkk huf thb vnd idr myr sgd hkd nzd aed sar zar uah".split(" "),
);

const escaped = (text: string): string => text.replaceAll(/[$.]/g, "\\$&");
const names = [...Object.keys(signs), ...Object.keys(shared), ...codes, ...lowerCodes].sort((one, other) => other.length - one.length);
const lookup = new Map<string, string>();
for (const name of [...Object.keys(signs), ...Object.keys(shared)]) lookup.set(name.toLowerCase(), name);
const unit = `(?:${names.map(escaped).join("|")})`;
/** Groups of digits with points, commas, spaces or apostrophes between them; then a magnitude. */
const digits = "[0-9]{1,12}(?:[.,'\u2019\u00a0\u202f ][0-9]{2,3})*(?:[.,][0-9]{1,2})?";
const magnitude = "(?:[kK](?![\\p{L}])|[万萬만])?";
const pattern = new RegExp(
  `(?<![\\p{Script=Latin}0-9.,])(${unit})[ \u00a0]?(${digits})(${magnitude})(?![0-9])|(?<![0-9.,\\p{Script=Latin}])(${digits})(${magnitude})[ \u00a0\u202f]?(${unit})(?![\\p{Script=Latin}\\p{Script=Cyrillic}\\p{Script=Arabic}])`,
  "giu",
);
const hint = new RegExp(
  `[${[...new Set([...Object.keys(signs), ...Object.keys(shared)].filter((sign) => sign.length === 1))].map(escaped).join("")}]|\\p{L}`,
  "u",
);

/** `currency`: the shop's own, ISO 4217, which decides what `$` means. Values are as "12.50 EUR". `text` has ASCII digits. */
export function amountsIn(text: string, language: string, currency: string | undefined): Slot[] {
  if (!/[0-9]/.test(text) || !hint.test(text)) return [];
  const slots: Slot[] = [];
  for (const match of text.matchAll(pattern)) {
    const [whole, before, one, oneTimes, other, otherTimes, behind] = match;
    const iso = currencyOf(before ?? behind ?? "", language, currency);
    const number = numberOf(one ?? other ?? "");
    if (iso === undefined || number === undefined) continue;
    const times = { k: 1_000, 万: 10_000, 萬: 10_000, 만: 10_000 }[(oneTimes ?? otherTimes ?? "").toLowerCase()] ?? 1;
    slots.push({ name: "amount", value: `${written(number * times, iso)} ${iso}`, start: match.index, end: match.index + whole.length });
  }
  return slots;
}

function currencyOf(name: string, language: string, own: string | undefined): string | undefined {
  const known = lookup.get(name.toLowerCase());
  if (known === undefined) return codes.includes(name) || lowerCodes.has(name) ? name.toUpperCase() : undefined;
  const one = signs[known];
  if (one !== undefined) return one;
  const { among, byLanguage } = shared[known]!;
  if (own !== undefined && among.includes(own)) return own;
  return byLanguage?.[baseOf(language)] ?? among[0];
}

/** The last point or comma is the decimal one if one or two digits follow it, and if it is the only one of its kind. */
export function numberOf(written: string): number | undefined {
  const plain = written.replaceAll(/['\u2019\u00a0\u202f ]/g, "");
  const decimal = /^(.*)([.,])([0-9]{1,2})$/.exec(plain);
  const whole = decimal !== null && !decimal[1]!.includes(decimal[2]!) ? decimal[1]! : plain;
  const value = Number(`${whole.replaceAll(/[.,]/g, "")}.${whole === plain ? "0" : decimal![3]!}`);
  return Number.isFinite(value) ? value : undefined;
}

function written(number: number, currency: string): string {
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions();
  return Number.isInteger(number) && maximumFractionDigits === 0 ? String(number) : number.toFixed(Math.max(2, maximumFractionDigits));
}
