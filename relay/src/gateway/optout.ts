/**
 * The way out of notices: `/v1/optout/<token>`. GET shows a page with one button and changes nothing, since mail scanners follow links; POST does it,
 * from the page or from a mail program (RFC 8058). The token is the only authority. Nothing here is logged: the address would be a token.
 */
import type { Context } from "hono";
import { html } from "hono/html";
import type { Contacts } from "../conversation/contacts.ts";
import { fillPlaces, noticePhrases, noticeLanguage } from "../pipeline/notice-phrases.ts";
import type { Site } from "../routing/types.ts";
import { documentsOf } from "./document.ts";

export type OptOutDoor = { contacts: Pick<Contacts, "linkOf" | "optOut">; site: (id: string) => Site | undefined };

const STYLE =
  "body{font:17px/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1.5rem;color:#14171f;background:#fff}" +
  "button{font:inherit;padding:.6rem 1.1rem;border:0;border-radius:12px;background:#3b5bdb;color:#fff;cursor:pointer}" +
  "@media(prefers-color-scheme:dark){body{color:#eef1f7;background:#12151c}button{background:#8ba3ff;color:#0c1024}}";
const documents = documentsOf(STYLE);
/** `ask`: may be shown to anybody. `done`: it is off now. */
type Shown = "ask" | "done" | "unknown" | "failed";
const STATUS = { ask: 200, done: 200, unknown: 404, failed: 503 } as const;

export async function showOptOut(context: Context, door: OptOutDoor): Promise<Response> {
  return answer(context, door, async (_token, link) => (link === undefined ? "unknown" : link.out ? "done" : "ask"));
}

export async function takeOptOut(context: Context, door: OptOutDoor): Promise<Response> {
  return answer(context, door, async (token) => ((await door.contacts.optOut(token)) ? "done" : "unknown"));
}

async function answer(
  context: Context,
  { contacts, site }: OptOutDoor,
  act: (token: string, link: Awaited<ReturnType<Contacts["linkOf"]>>) => Promise<Shown>,
): Promise<Response> {
  const token = context.req.param("token") ?? "";
  try {
    const link = await contacts.linkOf(token);
    const shop = link === undefined ? "" : (site(link.siteId)?.name ?? link.siteId);
    return await page(context, await act(token, link), link?.language ?? languageOf(context), shop);
  } catch {
    return page(context, "failed", languageOf(context), "");
  }
}
/** For a link that is not known the browser's language is all there is. */
function languageOf(context: Context): string {
  return /^[A-Za-z-]{2,20}/.exec(context.req.header("accept-language") ?? "")?.[0] ?? "en";
}

async function page(context: Context, shown: Shown, language: string, shop: string): Promise<Response> {
  const words = noticePhrases(language);
  const say = (text: string): string => fillPlaces(text, { shop });
  const lang = noticeLanguage(language);
  const inside = {
    ask: html`<p>${say(words.stopAsk)}</p>
      <form method="post"><button>${words.stopButton}</button></form>`,
    done: html`<p role="status">${say(words.stopped)}</p>`,
    unknown: html`<p>${words.stopUnknown}</p>`,
    failed: html`<p>503</p>`,
  }[shown];
  const text = await documents.make({ lang, dir: lang === "ar" ? "rtl" : "ltr", title: shop, body: inside });
  return context.html(text, STATUS[shown], documents.headers);
}
