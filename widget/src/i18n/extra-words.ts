/**
 * Words of what nobody needs in order to begin typing (view/parts/extras.ts): why a message was refused, by the wire's codes, and what became of the link of
 * a notice. Beside that as locales/: complete, in all our languages.
 */
import type { LocaleName } from "./match-locale.ts";

const en = {
  errorGeneric: "This message couldn’t be sent.",
  errorTooLong: "This message is too long.",
  errorTooFast: "That was a bit fast. It goes out in a moment.",
  errorUnavailable: "The service is busy. It goes out as soon as possible.",
  errorSession: "This chat session has ended. Reload the page to start a new one.",
  errorVersion: "This page is out of date. Reload it to chat.",
  linkGone: "This link no longer works. You can write here as usual.",
  otherConversation: "Go to your other conversation",
};
export type ExtraKey = keyof typeof en;

export const extraWords: Record<LocaleName, Record<ExtraKey, string>> = {
  en,
  ar: {
    errorGeneric: "تعذّر إرسال هذه الرسالة.",
    errorTooLong: "هذه الرسالة طويلة جدًا.",
    errorTooFast: "أنت ترسل بسرعة. ستُرسل الرسالة بعد لحظات.",
    errorUnavailable: "الخدمة مشغولة. ستُرسل الرسالة في أقرب وقت ممكن.",
    errorSession: "انتهت جلسة المحادثة. أعد تحميل الصفحة لبدء جلسة جديدة.",
    errorVersion: "هذه الصفحة قديمة. أعد تحميلها لبدء المحادثة.",
    linkGone: "لم يعد هذا الرابط يعمل. يمكنك الكتابة هنا كالمعتاد.",
    otherConversation: "الانتقال إلى محادثتك الأخرى",
  },
  de: {
    errorGeneric: "Diese Nachricht konnte nicht gesendet werden.",
    errorTooLong: "Diese Nachricht ist zu lang.",
    errorTooFast: "Das ging etwas schnell. Die Nachricht wird gleich gesendet.",
    errorUnavailable: "Der Dienst ist ausgelastet. Die Nachricht wird so bald wie möglich gesendet.",
    errorSession: "Diese Chatsitzung ist beendet. Laden Sie die Seite neu, um eine neue zu beginnen.",
    errorVersion: "Diese Seite ist veraltet. Laden Sie sie neu, um zu chatten.",
    linkGone: "Dieser Link funktioniert nicht mehr. Sie können hier wie gewohnt schreiben.",
    otherConversation: "Zu Ihrer anderen Unterhaltung",
  },
  es: {
    errorGeneric: "No se ha podido enviar este mensaje.",
    errorTooLong: "Este mensaje es demasiado largo.",
    errorTooFast: "Vas un poco rápido. El mensaje se enviará enseguida.",
    errorUnavailable: "El servicio está saturado. El mensaje se enviará en cuanto sea posible.",
    errorSession: "Esta sesión de chat ha terminado. Recarga la página para empezar otra.",
    errorVersion: "Esta página está desactualizada. Recárgala para chatear.",
    linkGone: "Este enlace ya no funciona. Puedes escribir aquí como siempre.",
    otherConversation: "Ir a tu otra conversación",
  },
  fr: {
    errorGeneric: "Ce message n’a pas pu être envoyé.",
    errorTooLong: "Ce message est trop long.",
    errorTooFast: "C’était un peu rapide. Le message part dans un instant.",
    errorUnavailable: "Le service est occupé. Le message partira dès que possible.",
    errorSession: "Cette session de chat est terminée. Rechargez la page pour en ouvrir une nouvelle.",
    errorVersion: "Cette page n’est plus à jour. Rechargez-la pour discuter.",
    linkGone: "Ce lien ne fonctionne plus. Vous pouvez écrire ici comme d’habitude.",
    otherConversation: "Aller à votre autre conversation",
  },
  ja: {
    errorGeneric: "このメッセージを送信できませんでした。",
    errorTooLong: "メッセージが長すぎます。",
    errorTooFast: "送信の間隔が短すぎます。まもなく送信されます。",
    errorUnavailable: "混み合っています。できるだけ早く送信します。",
    errorSession: "チャットのセッションが終了しました。ページを再読み込みして新しく始めてください。",
    errorVersion: "ページが古くなっています。再読み込みしてください。",
    linkGone: "このリンクはもう使えません。いつもどおりこちらに書き込めます。",
    otherConversation: "もう一つの会話へ",
  },
  "pt-BR": {
    errorGeneric: "Não foi possível enviar esta mensagem.",
    errorTooLong: "Esta mensagem é longa demais.",
    errorTooFast: "Foi rápido demais. A mensagem será enviada em instantes.",
    errorUnavailable: "O serviço está ocupado. A mensagem será enviada assim que possível.",
    errorSession: "Esta sessão de chat terminou. Recarregue a página para começar outra.",
    errorVersion: "Esta página está desatualizada. Recarregue para conversar.",
    linkGone: "Este link não funciona mais. Você pode escrever aqui normalmente.",
    otherConversation: "Ir para sua outra conversa",
  },
  "zh-Hans": {
    errorGeneric: "此消息无法发送。",
    errorTooLong: "消息太长。",
    errorTooFast: "发送得有点快，稍后会自动发出。",
    errorUnavailable: "服务繁忙，会尽快发出。",
    errorSession: "聊天会话已结束，请刷新页面重新开始。",
    errorVersion: "页面版本过旧，请刷新后再聊。",
    linkGone: "此链接已失效。您可以照常在这里留言。",
    otherConversation: "转到您的另一个对话",
  },
};
