/**
 * The house's words for visitors who left: what a notice says, and the page by which no more of them come. In the languages of phrases.ts; a
 * merchant's own words come from the config. Places: `{shop}`, `{agent}`, `{link}`, and `{optout}` in `stop` alone.
 */
import { matchLanguage } from "./language.ts";

export type NoticePhrases = {
  subject: string;
  body: string;
  lateSubject: string;
  lateBody: string;
  /** Follows every body, also a merchant's. */
  stop: string;
  /** The page behind that link: what it asks, its button, and what it says when it is done, or when the link is not known. */
  stopAsk: string;
  stopButton: string;
  stopped: string;
  stopUnknown: string;
};

const table: Record<string, NoticePhrases> = {
  en: {
    subject: "{shop}: {agent} has answered you",
    body: "{agent} of {shop} has answered your message. Read it in the chat: {link}",
    lateSubject: "{shop}: your question is still open",
    lateBody: "We’re sorry: nobody at {shop} has answered by the time we told you. Your question comes first now. See the chat: {link}",
    stop: "No more of these messages: {optout}",
    stopAsk: "Shall {shop} stop writing to you when somebody has answered in the chat?",
    stopButton: "Yes, no more messages",
    stopped: "Done. {shop} will not write to this address again, unless it is entered in the chat anew.",
    stopUnknown: "This link is not known any more.",
  },
  "zh-Hans": {
    subject: "{shop}：{agent} 已回复您",
    body: "{shop} 的 {agent} 已回复您的消息。请在对话中查看：{link}",
    lateSubject: "{shop}：您的问题仍在处理中",
    lateBody: "很抱歉，{shop} 没有在答应您的时间之前回复。现在会优先处理您的问题。查看对话：{link}",
    stop: "不再接收此类消息：{optout}",
    stopAsk: "以后对话中有人回复时，{shop} 不再通知您，确定吗？",
    stopButton: "确定，不再通知",
    stopped: "已设置。除非您在对话中重新填写，{shop} 不会再向此地址发送消息。",
    stopUnknown: "此链接已失效。",
  },
  es: {
    subject: "{shop}: {agent} te ha respondido",
    body: "{agent}, de {shop}, ha respondido a tu mensaje. Léelo en el chat: {link}",
    lateSubject: "{shop}: tu consulta sigue abierta",
    lateBody: "Lo sentimos: nadie de {shop} ha respondido a la hora que te dijimos. Ahora tu consulta va primero. Ver el chat: {link}",
    stop: "No recibir más mensajes como este: {optout}",
    stopAsk: "¿Quieres que {shop} deje de escribirte cuando alguien responda en el chat?",
    stopButton: "Sí, no más mensajes",
    stopped: "Hecho. {shop} no volverá a escribir a esta dirección, salvo que se introduzca de nuevo en el chat.",
    stopUnknown: "Este enlace ya no es válido.",
  },
  de: {
    subject: "{shop}: {agent} hat Ihnen geantwortet",
    body: "{agent} von {shop} hat auf Ihre Nachricht geantwortet. Lesen Sie die Antwort im Chat: {link}",
    lateSubject: "{shop}: Ihre Frage ist noch offen",
    lateBody:
      "Es tut uns leid: Bei {shop} hat bis zur genannten Zeit niemand geantwortet. Ihre Frage kommt jetzt zuerst dran. Zum Chat: {link}",
    stop: "Keine solchen Nachrichten mehr: {optout}",
    stopAsk: "Soll {shop} Ihnen nicht mehr schreiben, wenn im Chat jemand geantwortet hat?",
    stopButton: "Ja, keine Nachrichten mehr",
    stopped: "Erledigt. {shop} schreibt nicht mehr an diese Adresse, außer sie wird im Chat neu angegeben.",
    stopUnknown: "Dieser Link ist nicht mehr bekannt.",
  },
  fr: {
    subject: "{shop} : {agent} vous a répondu",
    body: "{agent}, de {shop}, a répondu à votre message. Lisez la réponse dans le chat : {link}",
    lateSubject: "{shop} : votre question est toujours ouverte",
    lateBody:
      "Nous sommes désolés : personne chez {shop} n’a répondu à l’heure annoncée. Votre question passe maintenant en premier. Voir le chat : {link}",
    stop: "Ne plus recevoir ces messages : {optout}",
    stopAsk: "{shop} doit-il cesser de vous écrire quand quelqu’un a répondu dans le chat ?",
    stopButton: "Oui, plus de messages",
    stopped: "C’est fait. {shop} n’écrira plus à cette adresse, sauf si elle est à nouveau saisie dans le chat.",
    stopUnknown: "Ce lien n’est plus valable.",
  },
  "pt-BR": {
    subject: "{shop}: {agent} respondeu a você",
    body: "{agent}, da {shop}, respondeu à sua mensagem. Leia no chat: {link}",
    lateSubject: "{shop}: sua pergunta ainda está aberta",
    lateBody: "Sentimos muito: ninguém da {shop} respondeu até o horário informado. Agora sua pergunta vem primeiro. Ver o chat: {link}",
    stop: "Não receber mais estas mensagens: {optout}",
    stopAsk: "Quer que a {shop} pare de escrever quando alguém responder no chat?",
    stopButton: "Sim, sem mais mensagens",
    stopped: "Pronto. A {shop} não escreverá mais para este endereço, a menos que ele seja informado de novo no chat.",
    stopUnknown: "Este link não é mais válido.",
  },
  ja: {
    subject: "{shop}：{agent}から返信がありました",
    body: "{shop}の{agent}がご質問に返信しました。チャットでご確認ください：{link}",
    lateSubject: "{shop}：ご質問への対応が続いています",
    lateBody: "申し訳ございません。お約束の時刻までに{shop}から返信できませんでした。最優先で対応いたします。チャットを見る：{link}",
    stop: "今後この通知を受け取らない：{optout}",
    stopAsk: "チャットに返信があったときの{shop}からの通知を停止しますか？",
    stopButton: "はい、停止します",
    stopped: "停止しました。チャットで改めて入力されない限り、{shop}からこの宛先に通知は届きません。",
    stopUnknown: "このリンクは無効です。",
  },
  ar: {
    subject: "{shop}: ردّ عليك {agent}",
    body: "ردّ {agent} من {shop} على رسالتك. اقرأ الرد في المحادثة: {link}",
    lateSubject: "{shop}: سؤالك ما زال مفتوحًا",
    lateBody: "نعتذر: لم يرد أحد من {shop} في الوقت الذي أخبرناك به. سؤالك الآن في المقدمة. اطّلع على المحادثة: {link}",
    stop: "لإيقاف هذه الرسائل: {optout}",
    stopAsk: "هل تريد أن يتوقف {shop} عن مراسلتك عندما يرد أحد في المحادثة؟",
    stopButton: "نعم، لا مزيد من الرسائل",
    stopped: "تم. لن يراسل {shop} هذا العنوان مجددًا، إلا إذا أُدخل في المحادثة من جديد.",
    stopUnknown: "هذا الرابط لم يعد معروفًا.",
  },
};
export const noticeLanguages: readonly string[] = Object.keys(table);

/** The tag of the language that a notice is in; English where there is none. */
export function noticeLanguage(language: string): string {
  return matchLanguage([language], noticeLanguages) ?? "en";
}
export function noticePhrases(language: string): NoticePhrases {
  return table[noticeLanguage(language)]!;
}

/** Puts values into their places; what is no place stays. Control characters and line ends in values become spaces. */
export function fillPlaces(words: string, values: Readonly<Record<string, string>>): string {
  return words.replace(/\{(\w+)\}/g, (all, place: string) => (Object.hasOwn(values, place) ? oneLine(values[place] ?? "") : all));
}
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
}
