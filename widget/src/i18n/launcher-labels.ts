/** The one label the launcher needs before any translation is loaded, by language. Every page view pays for this table. */

/** Accessible name of the closed launcher. The first part of a language tag is the key. */
export const OPEN_CHAT: Readonly<Record<string, string>> = {
  en: "Open chat",
  ar: "فتح المحادثة",
  de: "Chat öffnen",
  es: "Abrir el chat",
  fr: "Ouvrir le chat",
  ja: "チャットを開く",
  pt: "Abrir o chat",
  zh: "打开聊天",
};

/** The key of the first wanted language (BCP 47) that has a label; English without any. */
export function labelledLanguage(wanted: readonly string[]): string {
  const keys = wanted.map((tag) => tag.slice(0, 2).toLowerCase());
  return keys.find((key) => key in OPEN_CHAT) ?? "en";
}
