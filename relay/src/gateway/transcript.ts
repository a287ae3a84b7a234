/** The transcript behind a signed link: one page, as it is now, in the order of the log. Nothing here is logged: the address would be a token. */
import type { Context } from "hono";
import { html } from "hono/html";
import { textOf } from "@allhours/protocol";
import type { TranscriptLinks } from "../conversation/transcript-links.ts";
import type { Entry, Store } from "../store/store.ts";
import { documentsOf } from "./document.ts";

export type TranscriptDoor = {
  links: Pick<TranscriptLinks, "read">;
  store: Pick<Store, "conversation" | "entriesBefore">;
  serves: (regionId: string) => boolean;
  siteName: (siteId: string) => string;
};

/** Entries shown: the last ones. */
const MOST = 1_000;
const STYLE =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1.5rem;color:#14171f;background:#fff}" +
  "li{list-style:none;margin:0 0 .9rem}ul{padding:0}small{color:#5a6172}p{margin:.1rem 0;white-space:pre-wrap;overflow-wrap:anywhere}" +
  ".visitor p{padding-inline-start:.8rem;border-inline-start:3px solid #3b5bdb}.note{color:#5a6172}" +
  "@media(prefers-color-scheme:dark){body{color:#eef1f7;background:#12151c}small,.note{color:#9aa3b5}.visitor p{border-color:#8ba3ff}}";
const documents = documentsOf(STYLE);

export async function showTranscript(context: Context, door: TranscriptDoor): Promise<Response> {
  const say = async (title: string, body: unknown, status: 200 | 404 | 503): Promise<Response> =>
    context.html(
      await documents.make({
        lang: "en",
        title,
        body: html`<h1>${title}</h1>
          ${body}`,
      }),
      status,
      documents.headers,
    );
  const shown = await read(context.req.param("token") ?? "", door).catch(() => "failed" as const);
  if (shown === "failed") return say("Transcript", html`<p>This cannot be shown at the moment. Please try again.</p>`, 503);
  if (shown === undefined) return say("Transcript", html`<p>This link is not known, is too old, or the conversation was erased.</p>`, 404);
  const { conversation, entries } = shown;
  const { language, country, timezone, understood } = conversation;
  const values = (understood?.slots ?? []).map(({ name, value }) => `${name}: ${value}`);
  const facts = [language, country, timezone, ...values].filter((fact) => fact !== undefined).join(" · ");
  const title = `${door.siteName(conversation.siteId)}: conversation of ${new Date(conversation.createdAt).toISOString().slice(0, 10)}`;
  return say(
    title,
    html`<p class="note">${facts}</p>
      <ul>
        ${entries.map(line)}
      </ul>`,
    200,
  );
}

async function read(token: string, { links, store, serves }: TranscriptDoor) {
  const found = await links.read(token, serves);
  const conversation = found === undefined ? undefined : await store.conversation(found.conversationId);
  // One that has moved to another region is not this link's any more.
  if (found === undefined || conversation === undefined || conversation.regionId !== found.regionId) return undefined;
  return { conversation, entries: await store.entriesBefore(conversation.id, Number.MAX_SAFE_INTEGER, MOST) };
}

function line({ event, at }: Entry) {
  const time = html`<small><time>${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC</time></small>`;
  switch (event.type) {
    case "message-added": {
      const { author, parts, language } = event.message;
      const who = author.name ?? (author.kind === "visitor" ? "Visitor" : author.kind === "bot" ? "Assistant" : "Notice");
      return html`<li class="${author.kind}">
        <b>${who}</b> ${time}
        <p dir="auto" lang="${language ?? ""}">${textOf(parts)}</p>
      </li>`;
    }
    case "mode-changed":
      return html`<li class="note">${event.mode}, ${event.reason} ${time}</li>`;
    case "agent-presence":
      return html`<li class="note">${event.agent.name} ${event.state} ${time}</li>`;
    case "message-rated":
      return html`<li class="note">rated ${event.value} ${time}</li>`;
  }
}
