/**
 * Greeting, thanks and goodbye, understood without any example, in the eight languages the widget speaks. Only messages that are nothing else:
 * a question that begins with hello or ends with thanks is left to the model.
 */
import { listed, plain } from "./plain-words.ts";

export type SmallTalk = "greeting" | "thanks" | "goodbye";

/** Longer messages are never small talk only. In characters without spaces. */
const SMALL_TALK_CHARS = 48;

const smallTalk: Readonly<Record<SmallTalk | "filler", readonly string[]>> = {
  greeting: listed(
    "hi | hello | hey | hiya | howdy | good morning | good afternoon | good evening | good day | greetings | hello there",
    "hi there | hey there | morning | how are you | how are you doing | anybody there | anyone there | is anyone there",
    "are you there | hola | buenas | buenos días | buen día | buenas tardes | buenas noches | qué tal | cómo estás",
    "cómo está | hay alguien | hay alguien ahí | hallo | guten tag | guten morgen | guten abend | moin | moin moin | servus",
    "grüß gott | grüezi | tag | na | wie geht es ihnen | wie gehts | jemand da | ist jemand da | bonjour | bonsoir | salut",
    "coucou | ça va | comment allez-vous | il y a quelqu'un | y a quelqu'un | olá | oi | oie | bom dia | boa tarde",
    "boa noite | tudo bem | tudo bom | e aí | alguém aí | こんにちは | こんにちわ | こんばんは | おはよう | おはようございます | はじめまして | もしもし | どうも",
    "お世話になります | お世話になっております | 你好 | 您好 | 你好呀 | 你好啊 | 嗨 | 哈喽 | 哈啰 | 在吗 | 在么 | 有人吗 | 有人在吗 | 早上好 | 上午好 | 下午好 | 晚上好 | 早安 | 早 | 喂",
    "你们好 | 哈囉 | 在嗎 | 有人嗎 | مرحبا | مرحبًا | أهلا | أهلا وسهلا | السلام عليكم | السلام عليكم ورحمة الله",
    "السلام عليكم ورحمة الله وبركاته | صباح الخير | مساء الخير | هاي | هلا | كيف حالك | كيف الحال | هل يوجد أحد",
  ),
  thanks: listed(
    "thanks | thank you | thank u | thanks a lot | thanks so much | thank you so much | thank you very much | many thanks",
    "thx | ty | cheers | much appreciated | appreciate it | i appreciate it | thanks for your help",
    "thank you for your help | thanks for the help | that helped | that helps | that was helpful | very helpful",
    "you've been very helpful | gracias | muchas gracias | mil gracias | muchísimas gracias | gracias por tu ayuda",
    "gracias por su ayuda | gracias por la ayuda | te lo agradezco | se lo agradezco | danke | vielen dank | danke schön",
    "dankeschön | danke sehr | herzlichen dank | tausend dank | besten dank | danke für die hilfe | danke für ihre hilfe",
    "vielen dank für die hilfe | vielen dank für ihre hilfe | merci vielmals | danke ihnen | danke dir | das hat geholfen",
    "merci | merci beaucoup | mille mercis | un grand merci | merci bien | je vous remercie | merci pour votre aide",
    "merci pour l'aide | merci à vous | obrigado | obrigada | muito obrigado | muito obrigada | valeu | brigado | brigada",
    "obrigado pela ajuda | obrigada pela ajuda | agradeço | ありがとう | ありがとうございます | ありがとうございました | どうもありがとう | どうもありがとうございます",
    "どうもありがとうございました | 助かりました | 助かります | 感謝します | サンキュー | 本当にありがとうございます | 谢谢 | 谢谢你 | 谢谢您 | 谢谢啦 | 谢谢了 | 多谢 | 非常感谢 | 十分感谢 | 感谢",
    "太感谢了 | 谢了 | 3q | 谢谢你的帮助 | 谢谢您的帮助 | 謝謝 | 謝謝你 | 謝謝您 | 多謝 | 感謝 | 非常感謝 | شكرا | شكرًا | شكرا لك | شكرا لكم | شكرا جزيلا",
    "شكرا كثيرا | ألف شكر | جزاك الله خيرا | جزاكم الله خيرا | مشكور | مشكورين | تسلم | شكرا على المساعدة",
    "شكرا على مساعدتك | ممتاز شكرا",
  ),
  goodbye: listed(
    "bye | bye bye | goodbye | good bye | see you | see ya | see you later | have a nice day | have a good day",
    "have a great day | good night | take care | that's all | that is all | that will be all | nothing else | adiós",
    "hasta luego | hasta pronto | hasta la vista | chao | chau | nos vemos | que tengas un buen día | que tenga un buen día",
    "buen fin de semana | eso es todo | nada más | tschüss | tschüs | tschau | ciao | auf wiedersehen | bis bald | bis dann",
    "bis später | schönen tag noch | einen schönen tag | schönen tag | einen schönen tag noch | gute nacht",
    "schönen abend noch | das war alles | das wars | mach's gut | au revoir | à bientôt | bonne journée | bonne soirée",
    "bonne nuit | à plus | à plus tard | adieu | c'est tout | ce sera tout | tchau | adeus | até logo | até mais",
    "até breve | tenha um bom dia | bom fim de semana | é só isso | era só isso | só isso | さようなら | さよなら | 失礼します | 失礼いたします",
    "失礼しました | バイバイ | またね | では また | また来ます | おやすみなさい | 以上です | 再见 | 拜拜 | 拜 | 回头见 | 下次见 | 晚安 | 祝你愉快 | 没有了 | 没别的了 | 没其他问题了 | 再見",
    "掰掰 | 掰 | مع السلامة | إلى اللقاء | وداعا | باي | في أمان الله | تصبح على خير | طاب يومك | نهارك سعيد | هذا كل شيء",
  ),
  filler: listed(
    "ok | okay | okey | great | perfect | super | nice | cool | good | all good | alright | got it | yes | no | oh | ah",
    "well | and | you | there | all | everyone | team | please | sir | madam | then | so | again | anyway | now | for now",
    "really | awesome | wonderful | excellent | lovely | vale | perfecto | genial | muy bien | bien | bueno | listo | sí",
    "ya | y | estimados | equipo | amigos | de acuerdo | excelente | entendido | entonces | gut | sehr gut | alles klar",
    "klar | prima | toll | ja | nein | perfekt | ok dann | dann | und | liebes team | zusammen | also | na dann",
    "verstanden | wunderbar | parfait | très bien | d'accord | oui | non | et | génial | c'est noté | noté | entendu",
    "madame | monsieur | à vous | à vous aussi | alors | bon | à tous | certo | beleza | ótimo | perfeito | tá | tá bom",
    "está bem | sim | não | e | pessoal | entendi | legal | então | はい | 了解です | 了解しました | わかりました | 分かりました | なるほど | では | それでは",
    "ね | です | よ | 好 | 好的 | 好吧 | 行 | 嗯 | 嗯嗯 | 可以 | 知道了 | 明白了 | 明白 | 了解 | 啊 | 呀 | 哦 | 啦 | 了 | 亲 | 客服 | 没问题 | 嗯好的 | حسنا",
    "تمام | طيب | ممتاز | جيد | نعم | لا | و | أوكي | جدا | يا | بكم | فهمت",
  ),
};
const kinds = ["filler", "greeting", "thanks", "goodbye"] as const;

/** Phrases without spaces under their first character, with the place of their kind in `kinds`. */
let byFirstCharacter: Map<string, { phrase: string; kind: number }[]> | undefined;
function phraseTable(): Map<string, { phrase: string; kind: number }[]> {
  if (byFirstCharacter !== undefined) return byFirstCharacter;
  byFirstCharacter = new Map();
  for (const [kind, name] of kinds.entries()) {
    for (const text of smallTalk[name]) {
      const phrase = plain(text).replaceAll(" ", "");
      if (phrase === "") continue;
      const list = byFirstCharacter.get(phrase[0]!) ?? [];
      list.push({ phrase, kind });
      byFirstCharacter.set(phrase[0]!, list);
    }
  }
  return byFirstCharacter;
}

/**
 * The kind of a message that is small talk from its first to its last letter; `undefined` for everything else. Said together, goodbye
 * wins over thanks and thanks over a greeting.
 */
export function smallTalkOf(text: string): SmallTalk | undefined {
  if (text.length > 4 * SMALL_TALK_CHARS) return undefined;
  const compact = plain(text).replaceAll(" ", "");
  if (compact === "" || compact.length > SMALL_TALK_CHARS) return undefined;
  const table = phraseTable();
  // reached[n]: the strongest kind among phrases that cover the first n characters without a gap; -1 when none do.
  const reached = new Int8Array(compact.length + 1).fill(-1);
  reached[0] = 0;
  for (let at = 0; at < compact.length; at += 1) {
    const here = reached[at]!;
    if (here < 0) continue;
    for (const { phrase, kind } of table.get(compact[at]!) ?? []) {
      if (!compact.startsWith(phrase, at)) continue;
      const end = at + phrase.length;
      reached[end] = Math.max(reached[end]!, here, kind);
    }
  }
  const kind = kinds[reached[compact.length]!];
  return kind === undefined || kind === "filler" ? undefined : kind;
}
