/** Dictation as the composer shows it: the browser's recogniser, and what is said beside the field meanwhile. A chunk of its own, fetched when it is asked for. */
import type { I18n, VoiceKey } from "../../i18n/i18n.ts";
import { voiceWords } from "../../i18n/voice-words.ts";
import type { VoiceProblem, VoiceState } from "../../voice/machine.ts";

export { createDictation } from "../../voice/web-speech.ts";

const problems: Record<VoiceProblem, VoiceKey> = {
  denied: "voiceDenied",
  "no-device": "voiceNoDevice",
  "no-speech": "voiceNoSpeech",
  network: "voiceNetwork",
  language: "voiceLanguage",
  error: "voiceError",
};
const worded = new WeakSet<I18n>();

/** What stands under the field; `undefined` while nobody dictates and nothing went wrong. */
export function noteOf({ status }: VoiceState, i18n: I18n): { text: string; bad: boolean } | undefined {
  if (!worded.has(i18n)) {
    worded.add(i18n);
    for (const [locale, words] of Object.entries(voiceWords)) i18n.add(locale as keyof typeof voiceWords, words);
  }
  if (status === "asking") return { text: i18n.t("voiceAsking"), bad: false };
  if (status === "listening") return { text: i18n.t("listening"), bad: false };
  return Object.hasOwn(problems, status) ? { text: i18n.t(problems[status as VoiceProblem]), bad: true } : undefined;
}
