/**
 * Danger and theft in a few words, in the widget's languages: the message goes to a person at once, whatever else it says.
 * A short list on purpose; a question about a product ("is the lamp child-safe?") must not match.
 */
import type { Priority, Step } from "../turn.ts";

const critical: readonly RegExp[] = [
  // fire, shock, injury, choking
  /\b(is|are|was|it'?s|caught|catching|on) (on )?fire\b|\b(electric(al)?|bad) shock\b|\bgot (an? )?(electric )?shock(ed)?\b|\bcan(no|')?t breathe\b|\b(is|are) (choking|bleeding|unconscious)\b|\bsmells? (of|like) (burning|gas)\b|\b(is|started) smoking\b/iu,
  /\bbrennt\b|\bin flammen\b|\bstromschlag\b|\bbekomm\w* keine luft\b|\berstick\w*\b|\bblutet\b|\bverschmort\b|\braucht\b/iu,
  /\ba pris feu\b|\ben feu\b|\bbrûle\b.*\b(lampe|câble|prise)\b|\b(lampe|câble|prise)\b.*\bbrûle\b|\bélectrocut|\bdécharge électrique\b|\bs.étouffe\b|\bne (peut|peux) (plus|pas) respirer\b|\bsaigne\b/iu,
  /\bse (está )?(quema|quemando|incendi\w+|prendió fuego)\b|\ben llamas\b|\bdescarga eléctrica\b|\bme dio (un )?calambre\b|\bno puede respirar\b|\bse (está )?(ahoga|ahogando|atragant\w+)\b/iu,
  /\bpegou fogo\b|\bpegando fogo\b|\bem chamas\b|\bchoque elétrico\b|\blevei (um )?choque\b|\bnão consegue respirar\b|\bengasg\w+\b/iu,
  /着火|起火|冒烟|触电|漏电|无法呼吸|喘不过气|窒息/u,
  /燃えて|火が出|発火|煙が出|感電|息ができ|窒息/u,
  /يحترق|اشتعل|احترق|حريق|صعق|كهربت|لا يستطيع التنفس|يختنق|دخان/u,
  // stolen or misused card or account
  /\b(card|wallet|account|phone)\b.{0,24}\b(was|been|got|is)?\s*(stolen|hacked|compromised|cloned)\b|\bstole my (card|wallet|phone|account)\b|\b(fraud\w*|unauthori[sz]ed|unrecogni[sz]ed) (charge|payment|transaction)/iu,
  /\b(karte|konto|geldbörse|handy)\b.{0,24}\b(gestohlen|geklaut|gehackt)\b|\bcarte\b.{0,24}\b(volée?|piratée?)\b|\bcompte\b.{0,24}\bpiraté\b|\btarjeta\b.{0,24}\b(robad\w|clonad\w)\b|\bme (han )?robaron la tarjeta\b|\bcuenta\b.{0,24}\bhacke\w+\b|\bcartão\b.{0,24}\b(roubad\w|clonad\w)\b/iu,
  /(卡|账户|账号|钱包).{0,6}(被盗|被偷|盗刷)|盗刷|(カード|アカウント|財布).{0,8}(盗まれ|盗難|不正)|不正利用|(سرقت|سُرقت|سرقة).{0,12}(بطاقة|بطاقتي|حساب)|(بطاقتي|حسابي).{0,12}(سرق|مسروق|اخترق)/u,
];
/** What makes a hypothetical or a product question of it. */
const hypothetical = /\b(what if|in case|could it|can it|if my|falls|was wenn|et si|y si|e se)\b|如果|万一|もし|لو /iu;

/** A piece of every pattern above that is written in Latin letters, and the scripts of the others: without one of them none can match. */
const maybe =
  /fire|shock|breath|chok|bleed|unconsc|smell|smok|brennt|flammen|schlag|luft|erstick|blutet|verschm|raucht|feu|brûle|électro|décharge|étouffe|respirar|respirer|saigne|quema|incendi|prendi|llamas|descarga|calambre|ahoga|atrag|fogo|chamas|choque|engasg|stole|hack|compro|clone|fraud|unauth|unrecog|gestohlen|geklaut|volé|pirat|robad|clonad|robaron|roubad|[\u0600-\u06ff\u3040-\u9fff]/iu;

/** Pure: the priority of a text, with what matched. */
export function priorityOf(text: string): { priority: Priority; because: string | undefined } {
  if (!maybe.test(text)) return { priority: "normal", because: undefined };
  if (hypothetical.test(text)) return { priority: "normal", because: undefined };
  const index = critical.findIndex((pattern) => pattern.test(text));
  return index < 0 ? { priority: "normal", because: undefined } : { priority: "critical", because: `urgent-${index + 1}` };
}

export const urgency: Step = {
  name: "urgency",
  run(turn) {
    const { priority, because } = priorityOf(turn.text);
    turn.priority = priority;
    if (priority !== "critical") return { next: true };
    return { next: false, note: because, outcome: { kind: "handoff", parts: [], handoff: { reason: "urgent", priority } } };
  },
};
