/**
 * Asking for a person, understood without any example, in the eight languages the widget speaks. Clear phrases only: a question that merely
 * mentions a person is left to the model.
 */
import { listed, plain } from "./plain-words.ts";

const enNot = "(?<!(?:don t|dont|do not|no need|not)(?: want| need| have| wish)?(?: to)? )";
const enKind = "(?:(?:real|live|actual|proper|human) )?";
const enPerson = `(?:(?:an?|the|some|your|any|another|one of your) )?${enKind}(?:human(?: being| agent)?s?|person|people|agents?|representative|rep|operator|advis[oe]r|staff|someone|somebody|supervisor|manager|employee|colleague|support team|customer (?:service|support|care)|team member|member of (?:staff|your team|the team))`;
const enNotThatOne = "(?! (?:who|that|which) (?:has )?(?:signed|delivered|packed|took|sent|ordered|bought|received|lives))";
const esPerson =
  "(?:(?:un|una|el|la|algun|alguna|vuestro|su|otra|otro) )?(?:(?:verdadera?) )?(?:personas?|humanos?|ser humano|agente(?! de aduana| aduan)|asesora?|operadora?|representante|alguien|empleado|ejecutivo|atencion al cliente|encargado|gestora?)";
const deKind = "(?:(?:echten?|richtigen?|realen?|menschlichen?|lebenden?) )?";
const dePerson = `(?:(?:einem|einer|ihrem|eurem|irgend|dem|der|den) )?${deKind}(?:mensch(?:en)?|person|mitarbeiter(?:in|n)?|kundenberater(?:in)?|berater(?:in)?|kundendienst|kundenservice|support|agenten|jemand(?:em|en)?|ansprechpartner(?:in)?)`;
const frPerson =
  "(?:(?:un|une|le|la|votre|vos|l un de vos|au) )?(?:(?:vraie?) )?(?:personne(?! qui)|humain|etre humain|conseill(?:er|ere|ers)|agent|operateur|operatrice|quelqu un|service client|representant|employe|collaborateur|teleconseiller)";
const ptPerson =
  "(?:(?:um|uma|o|a|algum|alguma) )?(?:pessoa(?! que)|humano|ser humano|atendente|agente(?! alfandeg)|alguem|operadora?|representante|consultora?|funcionari[oa]|atendimento humano|suporte humano)";

const otherScript = /[\u0600-\u06ff\u3040-\u9fff]/;
const latinLetter = /[a-z]/;

/** Tested against `plain` text. Written in the normal form of `words.ts`: no accents, Arabic letters unified. */
const latinPatterns: readonly RegExp[] = [
  // en
  new RegExp(
    `\\b${enNot}(?:talk|speak|chat|connect(?: me)?|transfer(?: me)?|put me through|switch(?: me)?|hand me over|pass me on|escalate(?: this| me)?)(?: (?:directly|please|now))? (?:to|with) ${enPerson}\\b${enNotThatOne}`,
  ),
  new RegExp(
    `\\b(?:want|need|get me|give me|i d like|would like|prefer|can i (?:get|have)|could i (?:get|have)|is there) (?:an? |some )?(?:human(?: being| agent)?|(?:real|live|actual) (?:human|person|agent)|representative)\\b(?! error| rights)`,
  ),
  /\b(?:want|need|get me|give me) (?:a |an )?(?:person|agent|operator|someone)(?: please| now)?$/,
  /\b(?:no|not an?|stop the|hate this|enough of this) (?:ro)?bots?\b|\bdon t want (?:to (?:talk|speak|chat) (?:to|with) )?(?:a |this )?(?:ro)?bot\b/,
  // es
  new RegExp(
    `\\b(?:hablar|chatear|comunicarme|comunicar|conectarme|conecteme|conectame|pasame|paseme|pasarme|ponme|pongame|transfiereme|transfierame|transferirme|derivame|atienda|atiende|ayude)(?: (?:ya|directamente|mejor))?(?: (?:con|a|por))? ${esPerson}\\b(?! que (?:firmo|recibio|entrego))`,
  ),
  /\b(?:quiero|necesito|quisiera|prefiero) (?:un |una |a un |a una )?(?:humano|agente|asesor|persona(?: real| de verdad)?)(?: por favor| ya)?$/,
  // de
  new RegExp(`\\bmit ${dePerson}(?: \\p{L}+){0,2} (?:sprechen|reden|chatten|schreiben|verbinden|verbunden|verbinde|telefonieren)\\b`, "u"),
  new RegExp(
    `\\b(?:sprechen|reden|verbinden sie mich|verbinde mich|verbindung|weiterleitung)(?: bitte)? (?:mit|zu|an) ${dePerson}\\b(?! (?:der|die|das) )`,
  ),
  /\b(?:einen?|nen) (?:echten |richtigen )?(?:menschen|mitarbeiter(?:in)?|berater(?:in)?) (?:bitte|sprechen)\b|\bjemanden? (?:echten |richtigen )?sprechen\b|\b(?:mochte|will|brauche|brauch|gib mir) (?:einen?|nen) (?:echten |richtigen )?(?:menschen|mitarbeiter(?:in)?)$/,
  // fr
  new RegExp(
    `\\b(?:parler|discuter|echanger|dialoguer|en relation|passer|passez moi|transferer|transferez moi|transfere moi)(?: (?:directement|plutot))?(?: (?:a|avec|au|vers))? ${frPerson}\\b`,
  ),
  /\b(?:je veux|je voudrais|j aimerais|je souhaite|besoin d) ?(?:un |une |avoir un )?(?:humain|conseiller|vraie personne|agent)(?: svp| s il vous plait)?$/,
  // pt
  new RegExp(
    `\\b(?:falar|conversar|falo|transfira|transferir|transfere|passar|me passa|me passe|conectar|conecta|ser atendid[oa])(?: (?:direto|diretamente))?(?: (?:com|para|pra|por|a))? ${ptPerson}\\b`,
  ),
  /\b(?:quero|preciso de|queria) (?:um |uma )?(?:humano|atendente|pessoa(?: real| de verdade)?|atendimento humano)(?: por favor| ja)?$/,
];
const otherPatterns: readonly RegExp[] = [
  // ja
  /(?:人間|(?<![一二三友恋])人|オペレーター?|担当者|担当の方|担当の人|スタッフ|係の人|係の方|係員|有人)(?:の方)?(?:と|に|へ)(?:直接)?(?:お?話(?!題)|はな|チャット|つない|繋い|つなげ|繋げ|つなが|繋が|代わ|かわ|変わ|替わ|相談)/,
  /有人(?:の)?(?:チャット|対応|サポート|窓口)|オペレーター?(?:を|で|に)?(?:お願い|おねがい|希望|呼んで)|人間(?:に|の)?(?:対応|お願い|おねがい)/,
  // zh
  /[转轉接](?:接)?(?:到)?人工(?!智[能慧])|(?:找|要|叫|换|換|联系|聯繫|呼叫|需要|接入|切换|切換)(?:一下|一?[个個]|到)?(?:人工(?!智|费|費)|真人|活人)|人工(?:客服|服务|服務|坐席|座席)|真人(?:客服|服务|服務|聊|回[复覆])|(?:找|联系|聯繫|聯絡)(?:一下|你们的?|你們的?|个|個)?客服/,
  /(?:跟|和|与|與|同)(?:一?[个個]|你们的?|你們的?)?(?:真人|人工|客服人[员員]|客服|活人|真正的人|人[类類])(?:说|說|聊|讲|講|谈|談|沟通|溝通|对话|對話)/,
  // ar
  /(?:التحدث|اتحدث|نتحدث|تحدث|اتكلم|التكلم|احكي|اكلم|التواصل|اتواصل|تحويلي|حولني|حولوني|توصيلي|وصلني|وصلوني)(?: مباشره)? (?:مع |الي |ل|ب)?(?:احد|شخص|موظف|انسان|ممثل|مندوب(?! التوصيل| الشحن)|بشر|وكيل|خدمه العملاء|الدعم|الموظف)/,
  /(?:شخص|موظف|انسان) حقيقي/,
];

/** Whole messages that ask for a person. */
const personMessages: ReadonlySet<string> = new Set(
  listed(
    "human | a human | human please | a human please | real human | real person | a real person | person | person please",
    "agent | agent please | live agent | human agent | operator | representative | customer service | customer support",
    "live chat | live person | humano | persona | persona real | una persona | una persona por favor | agente",
    "agente humano | asesor | un asesor | operador | atención al cliente | un humano | un humano por favor | mensch",
    "echter mensch | mitarbeiter | mitarbeiter bitte | kundenservice | kundendienst | berater | ein mensch | einen menschen",
    "ansprechpartner | humain | un humain | un humain svp | conseiller | un conseiller | un conseiller svp",
    "un conseiller s'il vous plaît | service client | une vraie personne | agent humain | atendente | um atendente",
    "pessoa real | uma pessoa | atendimento humano | um humano | 人間 | オペレーター | 担当者 | 有人対応 | 人と話したい | スタッフ | 人工 | 真人 | 客服",
    "人工服务 | 人工客服 | 找人 | موظف | شخص حقيقي | خدمة العملاء | إنسان | موظف خدمة العملاء | أريد موظف | أريد موظفا",
    "ممثل خدمة العملاء",
  ).map(plain),
);

const allPatterns = [...latinPatterns, ...otherPatterns];

function mayMatch(words: string): readonly RegExp[] {
  if (!otherScript.test(words)) return latinPatterns;
  return latinLetter.test(words) ? allPatterns : otherPatterns;
}

/** True when the words themselves ask for a person, in any of the languages. */
export function asksForPerson(text: string): boolean {
  const words = plain(text.slice(0, 600));
  return personMessages.has(words) || mayMatch(words).some((pattern) => pattern.test(words));
}
