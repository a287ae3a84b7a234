/**
 * The words of the questions for consent, in all our languages: fetched with the first of them, which few are asked. Beside that as locales/: complete,
 * `{{name}}` marks a value put in; `consentWithin_*` are the plural forms of a text with `{{count}}`.
 */
import type { LocaleName } from "./match-locale.ts";

export type ConsentKey =
  | "confirmTitle"
  | "confirmYes"
  | "confirmNo"
  | "consentTitle"
  | "consentShares"
  | "consentYes"
  | "consentNo"
  | "consentPrivacy";

export const consentWords: Record<LocaleName, Record<ConsentKey, string> & Record<"consentWithin_other", string> & Record<string, string>> =
  {
    en: {
      confirmTitle: "{{title}}?",
      confirmYes: "Yes, do it",
      confirmNo: "No, don’t",
      consentTitle: "Ask {{name}}?",
      consentShares: "{{name}} would get this, and nothing else of you:",
      consentYes: "Yes, ask",
      consentNo: "No, wait for a person",
      consentPrivacy: "How {{name}} handles it",
      consentWithin_one: "You have the answer within {{count}} minute, or hear that there is none.",
      consentWithin_other: "You have the answer within {{count}} minutes, or hear that there is none.",
    },
    ar: {
      confirmTitle: "{{title}}؟",
      confirmYes: "نعم، نفّذ ذلك",
      confirmNo: "لا",
      consentTitle: "هل نسأل {{name}}؟",
      consentShares: "سيصل هذا فقط إلى {{name}}، ولا شيء آخر عنك:",
      consentYes: "نعم، اسأل",
      consentNo: "لا، أنتظر شخصًا",
      consentPrivacy: "كيف يتعامل {{name}} معه",
      consentWithin_zero: "يصلك الجواب خلال {{count}} دقيقة، أو نخبرك بعدم وجوده.",
      consentWithin_one: "يصلك الجواب خلال دقيقة واحدة، أو نخبرك بعدم وجوده.",
      consentWithin_two: "يصلك الجواب خلال دقيقتين، أو نخبرك بعدم وجوده.",
      consentWithin_few: "يصلك الجواب خلال {{count}} دقائق، أو نخبرك بعدم وجوده.",
      consentWithin_many: "يصلك الجواب خلال {{count}} دقيقة، أو نخبرك بعدم وجوده.",
      consentWithin_other: "يصلك الجواب خلال {{count}} دقيقة، أو نخبرك بعدم وجوده.",
    },
    de: {
      confirmTitle: "{{title}}?",
      confirmYes: "Ja, bitte",
      confirmNo: "Nein",
      consentTitle: "{{name}} fragen?",
      consentShares: "{{name}} bekäme das und sonst nichts von Ihnen:",
      consentYes: "Ja, fragen",
      consentNo: "Nein, auf einen Menschen warten",
      consentPrivacy: "Was {{name}} damit tut",
      consentWithin_one: "Die Antwort kommt binnen {{count}} Minute, oder Sie hören, dass es keine gibt.",
      consentWithin_other: "Die Antwort kommt binnen {{count}} Minuten, oder Sie hören, dass es keine gibt.",
    },
    es: {
      confirmTitle: "¿{{title}}?",
      confirmYes: "Sí, hazlo",
      confirmNo: "No",
      consentTitle: "¿Preguntar a {{name}}?",
      consentShares: "{{name}} recibiría esto y nada más de usted:",
      consentYes: "Sí, preguntar",
      consentNo: "No, esperar a una persona",
      consentPrivacy: "Cómo lo trata {{name}}",
      consentWithin_one: "Tendrá la respuesta en {{count}} minuto, o sabrá que no la hay.",
      consentWithin_many: "Tendrá la respuesta en {{count}} de minutos, o sabrá que no la hay.",
      consentWithin_other: "Tendrá la respuesta en {{count}} minutos, o sabrá que no la hay.",
    },
    fr: {
      confirmTitle: "{{title}} ?",
      confirmYes: "Oui, allez-y",
      confirmNo: "Non",
      consentTitle: "Demander à {{name}} ?",
      consentShares: "{{name}} recevrait ceci, et rien d’autre de vous :",
      consentYes: "Oui, demander",
      consentNo: "Non, attendre une personne",
      consentPrivacy: "Ce qu’en fait {{name}}",
      consentWithin_one: "Vous aurez la réponse d’ici {{count}} minute, ou saurez qu’il n’y en a pas.",
      consentWithin_many: "Vous aurez la réponse d’ici {{count}} de minutes, ou saurez qu’il n’y en a pas.",
      consentWithin_other: "Vous aurez la réponse d’ici {{count}} minutes, ou saurez qu’il n’y en a pas.",
    },
    ja: {
      confirmTitle: "{{title}} — よろしいですか？",
      confirmYes: "はい、お願いします",
      confirmNo: "いいえ",
      consentTitle: "{{name}}に問い合わせますか？",
      consentShares: "{{name}}に送るのは次の内容だけです：",
      consentYes: "はい、問い合わせる",
      consentNo: "いいえ、担当者を待つ",
      consentPrivacy: "{{name}}での取り扱い",
      consentWithin_other: "{{count}}分以内に、回答またはその有無をお知らせします。",
    },
    "pt-BR": {
      confirmTitle: "{{title}}?",
      confirmYes: "Sim, pode fazer",
      confirmNo: "Não",
      consentTitle: "Perguntar a {{name}}?",
      consentShares: "{{name}} receberia isto, e nada mais de você:",
      consentYes: "Sim, perguntar",
      consentNo: "Não, esperar uma pessoa",
      consentPrivacy: "Como {{name}} trata isto",
      consentWithin_one: "Você terá a resposta em {{count}} minuto, ou saberá que não há.",
      consentWithin_many: "Você terá a resposta em {{count}} de minutos, ou saberá que não há.",
      consentWithin_other: "Você terá a resposta em {{count}} minutos, ou saberá que não há.",
    },
    "zh-Hans": {
      confirmTitle: "{{title}}？",
      confirmYes: "是的，请办理",
      confirmNo: "不用了",
      consentTitle: "向{{name}}提问？",
      consentShares: "{{name}}只会收到以下内容：",
      consentYes: "好，去问",
      consentNo: "不用，等人工客服",
      consentPrivacy: "{{name}}如何处理这些内容",
      consentWithin_other: "{{count}} 分钟内会有答复，没有也会告诉您。",
    },
  };
