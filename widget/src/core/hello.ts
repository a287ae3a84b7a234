/** The first frame of a link, made from what the page knows. Whatever the relay would refuse is left out, not sent. */
import { LIMITS, PROTOCOL_VERSION, type Hello } from "@allhours/protocol";
import type { ChatOptions } from "./chat-types.ts";
import type { StoredSession } from "./ports.ts";
import type { ChatState } from "./state.ts";

const LANGUAGE = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;

/** Languages as the wire takes them: well-formed tags, each once, at most ten. */
export function wireLanguages(languages: readonly string[]): string[] {
  return Array.from(new Set(languages.filter((language) => LANGUAGE.test(language) && language.length <= 35))).slice(0, 10);
}

/** A hello for this state. Without a session the relay starts one; the cursor goes only with the session it belongs to. */
export function helloFor(options: ChatOptions, session: StoredSession | undefined, state: ChatState): Hello {
  const languages = wireLanguages(options.languages());
  const page = options.page?.();
  const known = session !== undefined && session.conversationId === state.conversationId && state.epoch !== undefined;
  // A rating or an entry of a later version leaves no item, and then no time; the cursor does without.
  const at = state.seq > 0 ? state.timeline.findLast((item) => item.seq === state.seq)?.at : undefined;
  return {
    type: "hello",
    version: PROTOCOL_VERSION,
    site: options.site,
    // One that is still being joined has none.
    ...(session?.token ? { token: session.token } : {}),
    ...(session?.region === undefined || session.endpoints === undefined ? {} : { region: session.region }),
    ...(known ? { cursor: { epoch: state.epoch!, seq: state.seq, ...(at === undefined ? {} : { at }) } } : {}),
    ...(languages.length === 0 ? {} : { languages }),
    ...(options.timezone === undefined || options.timezone.length > 64 ? {} : { timezone: options.timezone }),
    ...(options.claim ? { claim: options.claim } : {}),
    ...(page === undefined || page.url.length > LIMITS.urlChars
      ? {}
      : { page: { url: page.url, ...(page.title === undefined ? {} : { title: page.title.slice(0, LIMITS.labelChars) }) } }),
  };
}
