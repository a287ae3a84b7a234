/**
 * The relay's own sentences, in the languages the widget speaks. What the merchant says comes from knowledge; these are the
 * few lines the house itself must be able to say when nobody else can. English serves where a language has none.
 */
export type Phrases = {
  /** First entry of every conversation: says that a machine answers. */
  notice: (site: string) => string;
  greeting: string;
  thanks: string;
  goodbye: string;
  /** Did not understand; a person is one tap away. */
  unsure: string;
  /** Several articles could be meant. */
  askBack: string;
  noneOfThese: string;
  talkToPerson: string;
  /** A case was opened because the visitor asked. */
  gettingPerson: string;
  /** A case was opened because the assistant gave up. */
  gaveUp: string;
  /** A case was opened at once: danger, or money being lost. `emergency` or `selfHarm` follows. */
  urgent: string;
  /** What to do at once, also where nobody can be called. */
  emergency: string;
  selfHarm: string;
  /** Nobody accepted in time; `by` is when a person answers at the latest, as `spokenTime` says it. */
  nobodyYet: (by: string) => string;
  /** Nobody is at work; `by` as above. */
  asleep: (by: string) => string;
  /** The time that was told has passed; `by` is the next, as above. */
  late: (by: string) => string;
  /** No person can be reached at all, because the site has no desk. */
  noDesk: string;
  /** Every adapter that could answer is down. */
  allDown: string;
  /** The assistant is back after a person. */
  botBack: string;
  /** The answer that follows is in another language than the visitor's; `language` as the visitor's language calls it. */
  onlyIn: (language: string) => string;
  /** Nobody of the shop can answer now, but a service may: the question for consent follows. `name`: the expert's, here and below. */
  expertOffer: (name: string) => string;
  expertAsked: (name: string) => string;
  /** The visitor said no, or nothing was sent. */
  expertRefused: string;
  expertNone: (name: string) => string;
  /** Buttons under an expert's answer. */
  expertSolved: string;
  expertWait: string;
};

const en: Phrases = {
  notice: (site) => `Hi! I’m ${site}’s automated assistant. Ask me anything, or ask for a person at any time.`,
  greeting: "Hello! What can I help you with?",
  thanks: "You’re welcome! Anything else?",
  goodbye: "Goodbye, and thank you for writing!",
  unsure: "I’m not sure I understood that. Could you say it in other words, or shall I get a person?",
  askBack: "Did you mean one of these?",
  noneOfThese: "None of these",
  talkToPerson: "Talk to a person",
  gettingPerson: "I’m asking a colleague to join. Your messages stay here, and you can keep writing.",
  gaveUp: "I can’t answer this well enough, so I’m asking a colleague. They will see what you wrote.",
  urgent: "This sounds urgent, so I’m calling a colleague right now.",
  emergency:
    "If anyone is in danger, call your local emergency number first. If a card or account is at risk, block it with your bank now.",
  selfHarm:
    "You are not alone with this. Please talk to somebody now: your local emergency number or a crisis line near you answers at any hour.",
  nobodyYet: (by) =>
    `Nobody has been free to answer yet. A person answers by ${by}. Your message is safe and first in line; the answer will appear here, and you can keep writing.`,
  asleep: (by) =>
    `Nobody of our team is at work right now. A person answers by ${by}. Your message is safe; the answer will appear here, and you can keep writing.`,
  late: (by) => `I’m sorry: nobody has answered by the time I told you. Your question comes first now; a person answers by ${by}.`,
  noDesk: "No person can be reached through this chat at the moment. Your message is saved.",
  allDown: "I can’t look things up at the moment. Your message is saved; I can get a person for you.",
  botBack: "The assistant is back. Ask me anything, or ask for a person again.",
  onlyIn: (language) => `This answer is only available in ${language}.`,
  expertOffer: (name) => `Nobody of our team can answer right now, but ${name} may know. Shall I ask?`,
  expertAsked: (name) => `I’ve asked ${name}. The answer will appear here; our team sees your question all the same.`,
  expertRefused: "All right, nothing is passed on. Your question stays with our team.",
  expertNone: (name) => `${name} had no answer for this. Your question stays with our team.`,
  expertSolved: "That answers it",
  expertWait: "I still need a person",
};

const table: Record<string, Phrases> = {
  en,
  "zh-Hans": {
    notice: (site) => `您好！我是${site}的自动客服助手。有问题请直接问我，也可以随时要求人工客服。`,
    greeting: "您好！请问有什么可以帮您？",
    thanks: "不客气！还有其他问题吗？",
    goodbye: "再见，感谢您的咨询！",
    unsure: "抱歉，我没有完全明白。您可以换个说法，或者我为您转接人工客服？",
    askBack: "您想问的是下面哪一项？",
    noneOfThese: "都不是",
    talkToPerson: "转人工客服",
    gettingPerson: "正在请同事加入对话。您的消息都已保存，可以继续留言。",
    gaveUp: "这个问题我答不好，正在请同事来处理，对方能看到您写的内容。",
    urgent: "情况似乎很紧急，我正在立即呼叫同事。",
    emergency: "如果有人有危险，请先拨打当地的紧急电话；如果银行卡或账户有风险，请马上联系银行冻结。",
    selfHarm: "您并不孤单。请马上和人谈一谈：当地的紧急电话或心理援助热线随时有人接听。",
    nobodyYet: (by) =>
      `暂时还没有同事空出来。我们会在${by}之前由人工回复。您的消息已安全保存并排在最前面，回复会显示在这里，您可以继续留言。`,
    asleep: (by) => `我们的同事现在都不在班。人工客服会在${by}之前回复您。您的消息已安全保存，回复会显示在这里，您可以继续留言。`,
    late: (by) => `很抱歉，我们没有在答应您的时间之前回复。现在会优先处理您的问题，人工客服会在${by}之前回复。`,
    noDesk: "目前无法通过此对话联系到人工客服。您的消息已保存。",
    allDown: "我暂时无法查询资料。您的消息已保存，可以为您转接人工客服。",
    botBack: "自动助手回来了。有问题请问我，也可以再次要求人工客服。",
    onlyIn: (language) => `此内容目前只有${language}版本。`,
    expertOffer: (name) => `我们的同事现在无法回复，但${name}或许能解答。要我去问吗？`,
    expertAsked: (name) => `已经向${name}提问，答复会显示在这里；我们的同事同样会看到您的问题。`,
    expertRefused: "好的，不会转出任何内容。您的问题仍由我们的同事处理。",
    expertNone: (name) => `${name}没能解答这个问题。您的问题仍由我们的同事处理。`,
    expertSolved: "问题已解决",
    expertWait: "仍需要人工客服",
  },
  es: {
    notice: (site) =>
      `¡Hola! Soy el asistente automático de ${site}. Pregúntame lo que quieras o pide hablar con una persona cuando quieras.`,
    greeting: "¡Hola! ¿En qué puedo ayudarte?",
    thanks: "¡De nada! ¿Algo más?",
    goodbye: "¡Hasta luego y gracias por escribir!",
    unsure: "No estoy seguro de haberlo entendido. ¿Puedes decirlo con otras palabras, o busco a una persona?",
    askBack: "¿Te refieres a algo de esto?",
    noneOfThese: "Nada de esto",
    talkToPerson: "Hablar con una persona",
    gettingPerson: "Estoy pidiendo a un compañero que se una. Tus mensajes se quedan aquí y puedes seguir escribiendo.",
    gaveUp: "No puedo responder bien a esto, así que se lo pido a un compañero. Verá lo que has escrito.",
    urgent: "Parece urgente: estoy avisando a un compañero ahora mismo.",
    emergency:
      "Si alguien está en peligro, llama antes al número de emergencias. Si una tarjeta o cuenta corre riesgo, bloquéala ya con tu banco.",
    selfHarm:
      "No estás solo con esto. Habla ahora con alguien: el número de emergencias o una línea de ayuda cercana responde a cualquier hora.",
    nobodyYet: (by) =>
      `Todavía no ha quedado nadie libre. Una persona te responderá antes del ${by}. Tu mensaje está a salvo y el primero de la fila; la respuesta aparecerá aquí y puedes seguir escribiendo.`,
    asleep: (by) =>
      `Ahora mismo no hay nadie del equipo trabajando. Una persona te responderá antes del ${by}. Tu mensaje está a salvo; la respuesta aparecerá aquí y puedes seguir escribiendo.`,
    late: (by) =>
      `Lo siento: nadie ha respondido a la hora que te dije. Tu pregunta es ahora la primera; una persona te responderá antes del ${by}.`,
    noDesk: "Ahora mismo no se puede contactar con ninguna persona por este chat. Tu mensaje queda guardado.",
    allDown: "Ahora mismo no puedo consultar la información. Tu mensaje está guardado; puedo buscar a una persona.",
    botBack: "El asistente ha vuelto. Pregúntame lo que quieras o pide otra vez una persona.",
    onlyIn: (language) => `Esta respuesta solo está disponible en ${language}.`,
    expertOffer: (name) => `Nadie del equipo puede responder ahora, pero quizá ${name} lo sepa. ¿Le pregunto?`,
    expertAsked: (name) => `He preguntado a ${name}. La respuesta aparecerá aquí; nuestro equipo también verá tu pregunta.`,
    expertRefused: "De acuerdo, no se envía nada. Tu pregunta queda con nuestro equipo.",
    expertNone: (name) => `${name} no ha tenido respuesta para esto. Tu pregunta queda con nuestro equipo.`,
    expertSolved: "Esto lo resuelve",
    expertWait: "Sigo necesitando a una persona",
  },
  de: {
    notice: (site) =>
      `Hallo! Ich bin der automatische Assistent von ${site}. Fragen Sie mich etwas oder verlangen Sie jederzeit einen Menschen.`,
    greeting: "Guten Tag! Wobei kann ich helfen?",
    thanks: "Gern geschehen! Noch etwas?",
    goodbye: "Auf Wiedersehen und danke für Ihre Nachricht!",
    unsure: "Das habe ich nicht sicher verstanden. Können Sie es anders sagen, oder soll ich einen Menschen holen?",
    askBack: "Meinen Sie etwas davon?",
    noneOfThese: "Nichts davon",
    talkToPerson: "Mit einem Menschen sprechen",
    gettingPerson: "Ich bitte eine Kollegin oder einen Kollegen dazu. Ihre Nachrichten bleiben hier, Sie können weiterschreiben.",
    gaveUp: "Das kann ich nicht gut genug beantworten und bitte deshalb jemanden aus dem Team dazu. Ihre Nachrichten sind dort zu sehen.",
    urgent: "Das klingt dringend, ich rufe sofort jemanden aus dem Team.",
    emergency:
      "Ist jemand in Gefahr, rufen Sie zuerst den Notruf. Ist eine Karte oder ein Konto gefährdet, lassen Sie es jetzt bei Ihrer Bank sperren.",
    selfHarm:
      "Sie sind damit nicht allein. Bitte sprechen Sie jetzt mit jemandem: Der Notruf oder eine Telefonseelsorge in Ihrer Nähe ist jederzeit erreichbar.",
    nobodyYet: (by) =>
      `Bisher war noch niemand frei. Ein Mensch antwortet bis ${by}. Ihre Nachricht ist sicher und steht vorn; die Antwort erscheint hier, Sie können weiterschreiben.`,
    asleep: (by) =>
      `Zurzeit arbeitet niemand aus unserem Team. Ein Mensch antwortet bis ${by}. Ihre Nachricht ist sicher; die Antwort erscheint hier, Sie können weiterschreiben.`,
    late: (by) =>
      `Es tut mir leid: Bis zur genannten Zeit hat niemand geantwortet. Ihre Frage steht jetzt vorn; ein Mensch antwortet bis ${by}.`,
    noDesk: "Zurzeit ist über diesen Chat kein Mensch erreichbar. Ihre Nachricht ist gespeichert.",
    allDown: "Ich kann gerade nichts nachschlagen. Ihre Nachricht ist gespeichert; ich kann einen Menschen dazuholen.",
    botBack: "Der Assistent ist wieder da. Fragen Sie mich, oder verlangen Sie noch einmal einen Menschen.",
    onlyIn: (language) => `Diese Antwort gibt es nur auf ${language}.`,
    expertOffer: (name) => `Aus unserem Team kann gerade niemand antworten, aber ${name} weiß es vielleicht. Soll ich fragen?`,
    expertAsked: (name) => `Ich habe ${name} gefragt. Die Antwort erscheint hier; unser Team sieht deine Frage trotzdem.`,
    expertRefused: "In Ordnung, es wird nichts weitergegeben. Deine Frage bleibt bei unserem Team.",
    expertNone: (name) => `${name} hatte darauf keine Antwort. Deine Frage bleibt bei unserem Team.`,
    expertSolved: "Das hat mir geholfen",
    expertWait: "Ich brauche noch einen Menschen",
  },
  fr: {
    notice: (site) =>
      `Bonjour ! Je suis l’assistant automatique de ${site}. Posez-moi vos questions, ou demandez une personne à tout moment.`,
    greeting: "Bonjour ! Comment puis-je vous aider ?",
    thanks: "Avec plaisir ! Autre chose ?",
    goodbye: "Au revoir et merci de votre message !",
    unsure: "Je ne suis pas sûr d’avoir compris. Pouvez-vous le dire autrement, ou dois-je appeler une personne ?",
    askBack: "Parlez-vous de l’un de ces sujets ?",
    noneOfThese: "Aucun de ceux-là",
    talkToPerson: "Parler à une personne",
    gettingPerson: "Je demande à un collègue de nous rejoindre. Vos messages restent ici et vous pouvez continuer d’écrire.",
    gaveUp: "Je ne peux pas bien répondre à cela, je demande donc à un collègue. Il verra ce que vous avez écrit.",
    urgent: "Cela semble urgent : j’appelle un collègue tout de suite.",
    emergency:
      "Si quelqu’un est en danger, appelez d’abord les secours. Si une carte ou un compte est menacé, faites-le bloquer par votre banque maintenant.",
    selfHarm:
      "Vous n’êtes pas seul. Parlez à quelqu’un maintenant : le numéro d’urgence ou une ligne d’écoute près de chez vous répond à toute heure.",
    nobodyYet: (by) =>
      `Personne n’a encore pu se libérer. Une personne vous répondra avant ${by}. Votre message est en sécurité et en tête de file ; la réponse s’affichera ici et vous pouvez continuer d’écrire.`,
    asleep: (by) =>
      `Personne de l’équipe ne travaille en ce moment. Une personne vous répondra avant ${by}. Votre message est en sécurité ; la réponse s’affichera ici et vous pouvez continuer d’écrire.`,
    late: (by) =>
      `Je suis désolé : personne n’a répondu à l’heure annoncée. Votre question passe en premier ; une personne vous répondra avant ${by}.`,
    noDesk: "Personne n’est joignable par ce chat pour le moment. Votre message est enregistré.",
    allDown: "Je ne peux rien consulter pour le moment. Votre message est enregistré ; je peux appeler une personne.",
    botBack: "L’assistant est de retour. Posez-moi vos questions, ou demandez à nouveau une personne.",
    onlyIn: (language) => `Cette réponse n’existe qu’en ${language}.`,
    expertOffer: (name) => `Personne de notre équipe ne peut répondre pour l’instant, mais ${name} sait peut-être. Dois-je demander ?`,
    expertAsked: (name) => `J’ai demandé à ${name}. La réponse s’affichera ici ; notre équipe voit aussi votre question.`,
    expertRefused: "Très bien, rien n’est transmis. Votre question reste auprès de notre équipe.",
    expertNone: (name) => `${name} n’avait pas de réponse. Votre question reste auprès de notre équipe.`,
    expertSolved: "Cela répond à ma question",
    expertWait: "J’ai toujours besoin d’une personne",
  },
  "pt-BR": {
    notice: (site) => `Olá! Sou o assistente automático da ${site}. Pergunte o que quiser ou peça uma pessoa a qualquer momento.`,
    greeting: "Olá! Como posso ajudar?",
    thanks: "De nada! Mais alguma coisa?",
    goodbye: "Até logo e obrigado pela mensagem!",
    unsure: "Não tenho certeza se entendi. Pode dizer com outras palavras, ou chamo uma pessoa?",
    askBack: "Você quis dizer alguma destas opções?",
    noneOfThese: "Nenhuma destas",
    talkToPerson: "Falar com uma pessoa",
    gettingPerson: "Estou chamando um colega. Suas mensagens ficam aqui e você pode continuar escrevendo.",
    gaveUp: "Não consigo responder bem a isso, então estou chamando um colega. Ele verá o que você escreveu.",
    urgent: "Parece urgente: estou chamando um colega agora.",
    emergency:
      "Se alguém estiver em perigo, ligue antes para a emergência. Se um cartão ou conta estiver em risco, bloqueie já com o seu banco.",
    selfHarm: "Você não está só. Fale com alguém agora: o número de emergência ou uma linha de apoio perto de você atende a qualquer hora.",
    nobodyYet: (by) =>
      `Ninguém ficou livre ainda. Uma pessoa responderá até ${by}. Sua mensagem está segura e é a primeira da fila; a resposta aparecerá aqui e você pode continuar escrevendo.`,
    asleep: (by) =>
      `Ninguém da equipe está trabalhando agora. Uma pessoa responderá até ${by}. Sua mensagem está segura; a resposta aparecerá aqui e você pode continuar escrevendo.`,
    late: (by) =>
      `Sinto muito: ninguém respondeu até a hora que informei. Sua pergunta agora é a primeira; uma pessoa responderá até ${by}.`,
    noDesk: "No momento não é possível falar com uma pessoa por este chat. Sua mensagem está salva.",
    allDown: "Não consigo consultar as informações agora. Sua mensagem está salva; posso chamar uma pessoa.",
    botBack: "O assistente voltou. Pergunte o que quiser ou peça uma pessoa de novo.",
    onlyIn: (language) => `Esta resposta só está disponível em ${language}.`,
    expertOffer: (name) => `Ninguém da nossa equipe pode responder agora, mas ${name} talvez saiba. Posso perguntar?`,
    expertAsked: (name) => `Perguntei a ${name}. A resposta aparecerá aqui; nossa equipe também verá a sua pergunta.`,
    expertRefused: "Tudo bem, nada será enviado. Sua pergunta fica com a nossa equipe.",
    expertNone: (name) => `${name} não tinha uma resposta. Sua pergunta fica com a nossa equipe.`,
    expertSolved: "Isso responde",
    expertWait: "Ainda preciso de uma pessoa",
  },
  ja: {
    notice: (site) => `こんにちは。${site}の自動アシスタントです。ご質問をどうぞ。いつでも担当者をお呼びいただけます。`,
    greeting: "こんにちは。どのようなご用件でしょうか。",
    thanks: "どういたしまして。ほかにご質問はありますか。",
    goodbye: "お問い合わせありがとうございました。",
    unsure: "うまく理解できませんでした。別の言い方でお聞かせいただくか、担当者をお呼びしましょうか。",
    askBack: "次のどれかについてでしょうか。",
    noneOfThese: "どれでもない",
    talkToPerson: "担当者と話す",
    gettingPerson: "担当者を呼んでいます。メッセージは保存されていますので、続けてお書きいただけます。",
    gaveUp: "この件はうまくお答えできないため、担当者を呼んでいます。お書きいただいた内容は担当者に伝わります。",
    urgent: "お急ぎのようですので、今すぐ担当者を呼びます。",
    emergency: "危険がある場合は、先に緊急通報番号へお電話ください。カードや口座に不安がある場合は、すぐに銀行で停止してください。",
    selfHarm: "あなたは一人ではありません。今すぐ誰かに話してください。緊急通報番号やお近くの相談窓口は、いつでもつながります。",
    nobodyYet: (by) =>
      `まだ手の空いた担当者がおりません。${by}までに担当者が返信いたします。メッセージは保存され、順番は先頭です。返信はここに表示されますので、続けてお書きいただけます。`,
    asleep: (by) =>
      `ただいま担当者の勤務時間外です。${by}までに担当者が返信いたします。メッセージは保存されており、返信はここに表示されますので、続けてお書きいただけます。`,
    late: (by) =>
      `申し訳ございません。お伝えした時刻までに返信できませんでした。お客様のご質問を最優先とし、${by}までに担当者が返信いたします。`,
    noDesk: "現在、このチャットから担当者におつなぎできません。メッセージは保存されています。",
    allDown: "ただいま情報を確認できません。メッセージは保存されています。担当者をお呼びすることもできます。",
    botBack: "アシスタントに戻りました。ご質問をどうぞ。もう一度担当者をお呼びいただくこともできます。",
    onlyIn: (language) => `この回答は${language}のみでご用意しています。`,
    expertOffer: (name) => `ただいま担当者がお答えできませんが、${name}ならお答えできるかもしれません。問い合わせてもよろしいですか？`,
    expertAsked: (name) => `${name}に問い合わせました。回答はここに表示されます。担当者にもご質問は届いています。`,
    expertRefused: "承知しました。何も送信しません。ご質問は担当者が引き続き承ります。",
    expertNone: (name) => `${name}からは回答を得られませんでした。ご質問は担当者が引き続き承ります。`,
    expertSolved: "解決しました",
    expertWait: "担当者と話したい",
  },
  ar: {
    notice: (site) => `مرحبًا! أنا المساعد الآلي لدى ${site}. اسألني عما تريد، أو اطلب التحدث إلى موظف في أي وقت.`,
    greeting: "مرحبًا! كيف يمكنني مساعدتك؟",
    thanks: "على الرحب والسعة! هل من شيء آخر؟",
    goodbye: "إلى اللقاء، وشكرًا لتواصلك!",
    unsure: "لست متأكدًا أنني فهمت. هل يمكنك قولها بكلمات أخرى، أم أطلب لك موظفًا؟",
    askBack: "هل تقصد أحد هذه المواضيع؟",
    noneOfThese: "لا شيء منها",
    talkToPerson: "التحدث إلى موظف",
    gettingPerson: "أطلب من زميل الانضمام. رسائلك محفوظة هنا ويمكنك متابعة الكتابة.",
    gaveUp: "لا أستطيع الإجابة عن هذا جيدًا، لذلك أطلب من زميل المساعدة. سيرى ما كتبته.",
    urgent: "يبدو الأمر عاجلًا، أتصل بزميل الآن.",
    emergency: "إذا كان أحد في خطر فاتصل أولًا برقم الطوارئ. وإذا كانت بطاقة أو حساب في خطر فأوقفه فورًا عبر البنك.",
    selfHarm: "لست وحدك. تحدّث مع أحد الآن: رقم الطوارئ المحلي أو خط الدعم القريب منك يجيب في أي وقت.",
    nobodyYet: (by) =>
      `لم يتفرغ أحد بعد. سيرد عليك موظف قبل ${by}. رسالتك محفوظة وهي الأولى في الدور، وسيظهر الرد هنا ويمكنك متابعة الكتابة.`,
    asleep: (by) => `لا أحد من فريقنا في العمل الآن. سيرد عليك موظف قبل ${by}. رسالتك محفوظة، وسيظهر الرد هنا ويمكنك متابعة الكتابة.`,
    late: (by) => `نعتذر: لم يرد أحد في الموعد الذي ذكرناه. سؤالك الآن هو الأول، وسيرد عليك موظف قبل ${by}.`,
    noDesk: "لا يمكن الوصول إلى موظف عبر هذه المحادثة حاليًا. رسالتك محفوظة.",
    allDown: "لا أستطيع البحث عن المعلومات الآن. رسالتك محفوظة، ويمكنني طلب موظف لك.",
    botBack: "عاد المساعد الآلي. اسألني عما تريد، أو اطلب موظفًا مرة أخرى.",
    onlyIn: (language) => `هذه الإجابة متاحة بهذه اللغة فقط: ${language}.`,
    expertOffer: (name) => `لا يستطيع أحد من فريقنا الرد الآن، لكن ربما يعرف ${name} الجواب. هل أسأل؟`,
    expertAsked: (name) => `سألتُ ${name}. سيظهر الجواب هنا، وسيرى فريقنا سؤالك أيضًا.`,
    expertRefused: "حسنًا، لن يُرسَل شيء. يبقى سؤالك لدى فريقنا.",
    expertNone: (name) => `لم يكن لدى ${name} جواب عن هذا. يبقى سؤالك لدى فريقنا.`,
    expertSolved: "هذا يجيب عن سؤالي",
    expertWait: "ما زلت بحاجة إلى شخص",
  },
};

/** The sentences of a language: by its whole tag, then by its first part, then English. */
export function phrasesFor(language: string): Phrases {
  const exact = table[language];
  if (exact !== undefined) return exact;
  const base = language.split("-")[0] ?? "";
  const near = Object.keys(table).find((tag) => tag === base || tag.startsWith(`${base}-`));
  return (near === undefined ? undefined : table[near]) ?? en;
}
export const phraseLanguages: readonly string[] = Object.keys(table);

/** Until then a weekday says which one is meant. */
const WEEKDAY_MS = 6 * 24 * 3_600_000;

/**
 * A moment as a visitor reads it: weekday and time in their zone, `Saturday 08:40`. Without a zone, or with one that is not known here, in UTC and
 * saying so.
 */
export function spokenTime(atMs: number, language: string, timezone: string | undefined, nowMs = atMs): string {
  const date = atMs - nowMs < WEEKDAY_MS ? {} : ({ day: "numeric", month: "long" } as const);
  const format = (timeZone: string, more: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(language, { weekday: "long", hour: "2-digit", minute: "2-digit", timeZone, ...date, ...more }).format(atMs);
  try {
    if (timezone !== undefined) return format(timezone, {});
  } catch {
    // A zone that this system does not have.
  }
  return format("UTC", { timeZoneName: "short" });
}

/** What a language is called in another, as "German" or "allemand". The tag itself where nobody knows. */
export function languageName(of: string, inLanguage: string): string {
  try {
    return new Intl.DisplayNames([inLanguage], { type: "language" }).of(of) ?? of;
  } catch {
    return of;
  }
}
