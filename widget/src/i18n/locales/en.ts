/**
 * English, and with it the list of keys every other language is typed by. Text with a number is an object of plural
 * forms (CLDR names). `{{name}}` marks a value put in.
 */
const text = {
  title: "Chat with us",
  greeting: "Hi! I’m the automated assistant. Ask me anything, or ask for a person at any time.",
  close: "Close chat",
  dismiss: "Dismiss",
  menu: "More options",
  messages: "Conversation",
  composer: "Write a message",
  send: "Send",
  listen: "Dictate a message",
  listenStop: "Stop dictating",

  statusAssistant: "Automated assistant",
  statusConnecting: "Connecting…",
  statusOffline: "Offline",
  statusUnavailable: "Unavailable",
  statusQueued: "Looking for a person",
  statusAgent: "On duty",
  statusAgentTime: "On duty, {{time}} local time",
  statusEnded: "Conversation ended",

  bannerOffline: "You’re offline. Messages are kept on this device and go out when you’re back.",
  bannerOfflineMemory: "You’re offline. Keep this page open: messages go out when you’re back.",
  bannerMemory: "This browser doesn’t let us save messages. Keep this page open until they are sent.",

  sending: "Sending…",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  failed: "Not sent",
  retry: "Try again",
  discard: "Discard",

  today: "Today",
  yesterday: "Yesterday",
  newMarker: "New",
  loadingOlder: "Loading earlier messages…",
  you: "You",
  assistant: "Assistant",
  person: "Support",
  notice: "Notice",
  typing: "{{name}} is typing",
  timeIn: "{{time}} in {{place}}",

  choices: "Suggested replies",
  sources: "Sources",
  rate: "Was this helpful?",
  rateUp: "Helpful",
  rateDown: "Not helpful",
  stepDone: "Done",
  stepNext: "Still to come",
  newTab: "{{name}}, opens in a new tab",

  handoffAsk: "Talk to a person",
  handoffCancel: "Back to the assistant",
  queuedTitle: "Looking for a person for you",
  queuedPosition: "You are number {{position}} in line",
  queuedHint: "You can keep writing. Whoever joins will see it.",
  ticketTitle: "Nobody is at work right now",
  queuedBy: "A person answers by {{time}}",
  queuedAsked: "Asking {{team}}",
  atWork: "at work",
  offDuty: "not at work",
  takenTitle: "A person is taking over",
  joined: "{{name}} joined the conversation",
  left: "{{name}} left the conversation",
  backToAssistant: "You’re back with the automated assistant",
  ended: "This conversation has ended",

  speakReplies: "Read replies aloud",

  errorRefused: "Chat isn’t available here.",
};

const plurals = {
  waiting: { one: "Waiting to send", other: "{{count}} waiting to send" },
  newMessages: { one: "{{count}} new message", other: "{{count}} new messages" },
  charsLeft: { one: "{{count}} character left", other: "{{count}} characters left" },
  charsOver: { one: "{{count}} character too many", other: "{{count}} characters too many" },
  queuedMinutes: { one: "About {{count}} minute", other: "About {{count}} minutes" },
};

export type TextKey = keyof typeof text;
export type PluralKey = keyof typeof plurals;
/** A complete language with exactly these plural forms. A missing or an extra key does not compile. */
export type Locale<Form extends Intl.LDMLPluralRule> = { text: Record<TextKey, string>; plurals: Record<PluralKey, Record<Form, string>> };
/** Any of the languages, whatever its plural forms. */
export type AnyLocale = { text: Record<TextKey, string>; plurals: Record<PluralKey, Partial<Record<Intl.LDMLPluralRule, string>>> };

export const locale: Locale<"one" | "other"> = { text, plurals };
