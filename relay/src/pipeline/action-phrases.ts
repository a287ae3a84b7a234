/**
 * The house's words around something that is done for a visitor: asking for what is missing, and saying what became of it. In the languages of
 * phrases.ts. Places: `{title}` is the action's, `{fields}` what is missing.
 */
import { matchLanguage } from "./language.ts";

export type ActionPhrases = {
  /** Stands above the question whether it shall be done. */
  ask: string;
  /** Values are missing, or were not to be read. */
  needs: string;
  /** Follows an article about it. */
  offer: string;
  /** The visitor said no. */
  refused: string;
  /** The question is too old, or was asked anew. */
  late: string;
  /** The visitor said yes. */
  started: string;
  /** For a service that says nothing itself: it did, or did not. */
  done: string;
  notDone: string;
  /** Nobody knows whether it was done; a person is asked for. */
  unsure: string;
};

const table: Record<string, ActionPhrases> = {
  en: {
    ask: "I can do this for you. Nothing happens before you say yes.",
    needs: "{title}: please write here what I need for it: {fields}.",
    offer: "I can do this for you: {title}. Just write here: {fields}.",
    refused: "All right, nothing was done.",
    late: "That question is out of date, so nothing was done. Ask me again if you still want it.",
    started: "One moment, I’m doing that now.",
    done: "Done: {title}.",
    notDone: "That is not possible, so nothing was done: {title}.",
    unsure: "I can’t tell whether this was done: {title}. A colleague has to look at it.",
  },
  "zh-Hans": {
    ask: "我可以为您办理。在您确认之前，什么都不会执行。",
    needs: "{title}：请在这里写上：{fields}。",
    offer: "我可以为您办理：{title}。请在这里写上：{fields}。",
    refused: "好的，没有做任何操作。",
    late: "这个确认已经过期，没有做任何操作。如仍需要，请再告诉我一次。",
    started: "请稍等，正在办理。",
    done: "已完成：{title}。",
    notDone: "无法办理，没有做任何操作：{title}。",
    unsure: "我无法确定是否已完成：{title}。需要同事来查看。",
  },
  es: {
    ask: "Puedo hacerlo por ti. No pasa nada hasta que digas que sí.",
    needs: "{title}: para eso necesito que escribas aquí: {fields}.",
    offer: "Puedo hacerlo por ti: {title}. Solo escribe aquí: {fields}.",
    refused: "De acuerdo, no se ha hecho nada.",
    late: "Esa pregunta ya no es válida, así que no se ha hecho nada. Pídemelo otra vez si aún lo quieres.",
    started: "Un momento, lo estoy haciendo.",
    done: "Hecho: {title}.",
    notDone: "No es posible, así que no se ha hecho nada: {title}.",
    unsure: "No puedo saber si se ha hecho: {title}. Tiene que mirarlo un compañero.",
  },
  de: {
    ask: "Das kann ich für Sie erledigen. Es geschieht nichts, bevor Sie Ja sagen.",
    needs: "{title}: Bitte schreiben Sie dafür hierher: {fields}.",
    offer: "Das kann ich auch für Sie erledigen: {title}. Schreiben Sie einfach hierher: {fields}.",
    refused: "In Ordnung, es wurde nichts getan.",
    late: "Diese Frage gilt nicht mehr, es wurde nichts getan. Fragen Sie noch einmal, wenn Sie es weiterhin möchten.",
    started: "Einen Moment, ich erledige das.",
    done: "Erledigt: {title}.",
    notDone: "Das ist nicht möglich, es wurde nichts getan: {title}.",
    unsure: "Ich kann nicht sagen, ob das erledigt wurde: {title}. Eine Kollegin oder ein Kollege muss nachsehen.",
  },
  fr: {
    ask: "Je peux le faire pour vous. Rien ne se passe avant votre accord.",
    needs: "{title} : écrivez ici ce qu’il me faut pour cela : {fields}.",
    offer: "Je peux m’en charger : {title}. Écrivez simplement ici : {fields}.",
    refused: "D’accord, rien n’a été fait.",
    late: "Cette question n’est plus valable, rien n’a été fait. Redemandez-moi si vous le voulez toujours.",
    started: "Un instant, je m’en occupe.",
    done: "C’est fait : {title}.",
    notDone: "Ce n’est pas possible, rien n’a été fait : {title}.",
    unsure: "Je ne sais pas si cela a été fait : {title}. Un collègue doit vérifier.",
  },
  "pt-BR": {
    ask: "Posso fazer isso para você. Nada acontece antes do seu sim.",
    needs: "{title}: para isso, escreva aqui: {fields}.",
    offer: "Posso fazer isso para você: {title}. É só escrever aqui: {fields}.",
    refused: "Tudo bem, nada foi feito.",
    late: "Essa pergunta não vale mais, então nada foi feito. Peça de novo se ainda quiser.",
    started: "Um momento, estou fazendo isso.",
    done: "Pronto: {title}.",
    notDone: "Não é possível, então nada foi feito: {title}.",
    unsure: "Não sei dizer se isso foi feito: {title}. Um colega precisa verificar.",
  },
  ja: {
    ask: "こちらで手続きできます。「はい」と答えるまで何も行われません。",
    needs: "{title}：次の内容をこちらにご記入ください：{fields}。",
    offer: "こちらで手続きすることもできます：{title}。次の内容をご記入ください：{fields}。",
    refused: "承知しました。何も行っていません。",
    late: "この確認は期限が切れたため、何も行っていません。必要でしたら、もう一度お申し付けください。",
    started: "少々お待ちください。手続きしています。",
    done: "完了しました：{title}。",
    notDone: "手続きできないため、何も行っていません：{title}。",
    unsure: "完了したかどうか確認できません：{title}。担当者が確認します。",
  },
  ar: {
    ask: "يمكنني فعل ذلك من أجلك. لن يحدث شيء قبل أن تقول نعم.",
    needs: "{title}: اكتب هنا ما أحتاج إليه لذلك: {fields}.",
    offer: "يمكنني فعل ذلك من أجلك: {title}. اكتب هنا فقط: {fields}.",
    refused: "حسنًا، لم يُفعل أي شيء.",
    late: "لم يعد هذا السؤال صالحًا، ولم يُفعل أي شيء. اطلب مني مرة أخرى إن كنت لا تزال تريده.",
    started: "لحظة من فضلك، أقوم بذلك الآن.",
    done: "تم: {title}.",
    notDone: "هذا غير ممكن، ولم يُفعل أي شيء: {title}.",
    unsure: "لا أستطيع أن أعرف هل تم ذلك: {title}. يجب أن يتحقق منه زميل.",
  },
};
export const actionPhraseLanguages: readonly string[] = Object.keys(table);

export function actionPhrases(language: string): ActionPhrases {
  return table[matchLanguage([language], actionPhraseLanguages) ?? "en"]!;
}
