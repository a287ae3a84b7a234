/** The adapters this relay knows, by kind and name: what `use: <name>` in a config may say. Owns the list, nothing else. */
import { httpAction } from "./action/http.ts";
import { httpExpert } from "./expert/http.ts";
import { chatwootHandoff } from "./handoff/chatwoot.ts";
import { emailDesk } from "./handoff/email.ts";
import { requestTracker } from "./handoff/request-tracker.ts";
import { slackHandoff } from "./handoff/slack.ts";
import { zendeskHandoff } from "./handoff/zendesk.ts";
import { webhookHandoff } from "./handoff/webhook.ts";
import { embeddedKnowledge } from "./knowledge/embedded.ts";
import { algoliaKnowledge } from "./knowledge/remote/algolia.ts";
import { difyKnowledge } from "./knowledge/remote/dify.ts";
import { elasticsearchKnowledge } from "./knowledge/remote/elasticsearch.ts";
import { httpKnowledge } from "./knowledge/remote/http.ts";
import { mcpKnowledge } from "./knowledge/remote/mcp.ts";
import { meilisearchKnowledge } from "./knowledge/remote/meilisearch.ts";
import { postgresKnowledge } from "./knowledge/remote/postgres.ts";
import { typesenseKnowledge } from "./knowledge/remote/typesense.ts";
import { embeddedNlu } from "./nlu/embedded.ts";
import { httpNlu } from "./nlu/http.ts";
import { dialogflowNlu } from "./nlu/dialogflow-cx.ts";
import { difyNlu } from "./nlu/dify.ts";
import { lexNlu } from "./nlu/lex.ts";
import { rasaNlu } from "./nlu/rasa.ts";
import { openAiNlu } from "./nlu/openai/openai.ts";
import { emailNotify } from "./notify/email.ts";
import { lineNotify } from "./notify/line.ts";
import { slackNotify } from "./notify/slack.ts";
import { twilioNotify } from "./notify/twilio.ts";
import { whatsAppNotify } from "./notify/whatsapp.ts";
import { webhookNotify } from "./notify/webhook.ts";
import { emailNotice } from "./notify/visitor-email.ts";
import { twilioNotice } from "./notify/visitor-twilio.ts";
import { webhookNotice } from "./notify/visitor-webhook.ts";
import { whatsAppNotice } from "./notify/visitor-whatsapp.ts";
import type { AdapterDefinition, AdapterKind } from "./spec.ts";

const definitions: { [Kind in AdapterKind]: readonly AdapterDefinition<Kind>[] } = {
  nlu: [embeddedNlu, httpNlu, openAiNlu, rasaNlu, difyNlu, dialogflowNlu, lexNlu],
  knowledge: [
    embeddedKnowledge,
    httpKnowledge,
    meilisearchKnowledge,
    elasticsearchKnowledge,
    typesenseKnowledge,
    algoliaKnowledge,
    difyKnowledge,
    mcpKnowledge,
    postgresKnowledge,
  ],
  handoff: [webhookHandoff, slackHandoff, chatwootHandoff, requestTracker, emailDesk, zendeskHandoff],
  notify: [webhookNotify, emailNotify, slackNotify, whatsAppNotify, twilioNotify, lineNotify],
  notice: [emailNotice, twilioNotice, whatsAppNotice, webhookNotice],
  expert: [httpExpert],
  action: [httpAction],
};

export type AdapterLookup<Kind extends AdapterKind> = { ok: true; definition: AdapterDefinition<Kind> } | { ok: false; issue: string };

/** The definition of an adapter, or a sentence that lists the names there are. */
export function lookupAdapter<Kind extends AdapterKind>(kind: Kind, name: string): AdapterLookup<Kind> {
  const definition = definitions[kind].find((one) => one.name === name);
  return definition === undefined
    ? { ok: false, issue: `expected the name of a known ${kind} adapter: ${adapterNames(kind).join(", ")}` }
    : { ok: true, definition };
}

export function adapterNames(kind: AdapterKind): string[] {
  return definitions[kind].map((definition) => definition.name);
}
