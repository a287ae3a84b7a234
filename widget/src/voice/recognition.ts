/** Whether this browser can listen, and with what. Small: the panel asks it before anything of dictation is loaded. */

type RecognitionResult = { isFinal: boolean; 0: { transcript: string } };
/** The part of SpeechRecognition we use; TypeScript's DOM library does not have it. */
export interface Recognition extends EventTarget {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  start(): void;
  stop(): void;
  abort(): void;
}
/** What its `result` event carries, oldest first, and what its `error` event says. */
export type RecognitionResults = ArrayLike<RecognitionResult>;
export type RecognitionConstructor = new () => Recognition;

/** The browser's recogniser, prefixed or not; `undefined` where there is none (Firefox, WebKitGTK). */
export function findRecognition(scope: object): RecognitionConstructor | undefined {
  const names = scope as { SpeechRecognition?: RecognitionConstructor; webkitSpeechRecognition?: RecognitionConstructor };
  return names.SpeechRecognition ?? names.webkitSpeechRecognition;
}
