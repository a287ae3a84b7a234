/**
 * Dictation and reading aloud by the browser's own Web Speech API, where it has one. Both are created with what they
 * need from the page, so that a page without them, and a test, are the same code. Neither starts by itself.
 */
import { initialVoice, isActive, problemOf, reduceVoice, wordsOf, type VoiceEvent, type VoiceState } from "./machine.ts";
import type { Recognition, RecognitionConstructor, RecognitionResults } from "./recognition.ts";

export interface Dictation {
  readonly state: VoiceState;
  /** The microphone is in use or asked for. */
  readonly active: boolean;
  /** The words as they stand, guesses included. */
  readonly words: string;
  /** Begins listening in `language` (BCP 47). Call it from a gesture of the visitor. */
  start(language: string): void;
  /** Ends listening and keeps the words heard. */
  stop(): void;
  /** Ends listening and takes no further words, without a change being told. */
  abandon(): void;
}

/** Creates dictation. `onChange` is called after every change of state. */
export function createDictation(Recogniser: RecognitionConstructor | undefined, onChange: (dictation: Dictation) => void): Dictation {
  let state = initialVoice(Recogniser !== undefined);
  let running: { recognition: Recognition; listening: AbortController } | undefined;
  const dispatch = (event: VoiceEvent): void => {
    const next = reduceVoice(state, event);
    if (next === state) return;
    state = next;
    onChange(dictation);
  };
  const release = (): void => {
    running?.listening.abort();
    running = undefined;
  };
  const dictation: Dictation = {
    get state() {
      return state;
    },
    get active() {
      return isActive(state);
    },
    get words() {
      return wordsOf(state);
    },
    start(language) {
      if (Recogniser === undefined || isActive(state)) return;
      release();
      const recognition = new Recogniser();
      const listening = new AbortController();
      const on = (type: string, listener: (event: Event & { results?: RecognitionResults; error?: string }) => void): void =>
        recognition.addEventListener(type, listener, { signal: listening.signal });
      running = { recognition, listening };
      recognition.lang = language;
      recognition.interimResults = true;
      recognition.continuous = false;
      on("start", () => dispatch({ type: "started" }));
      on("result", ({ results = [] }) => dispatch({ type: "words", ...readResults(results) }));
      on("error", ({ error = "" }) => {
        const problem = problemOf(error);
        if (problem !== undefined) dispatch({ type: "problem", problem });
      });
      on("end", () => {
        release();
        dispatch({ type: "ended" });
      });
      dispatch({ type: "start" });
      try {
        recognition.start();
      } catch {
        // InvalidStateError: another recognition of this page is running.
        release();
        dispatch({ type: "problem", problem: "error" });
      }
    },
    stop() {
      // Not every engine sends `end` after `stop`; our own end does not wait for it.
      running?.recognition.stop();
      dispatch({ type: "ended" });
    },
    abandon() {
      const recognition = running?.recognition;
      release();
      recognition?.abort();
      state = initialVoice(Recogniser !== undefined);
    },
  };
  return dictation;
}

function readResults(results: RecognitionResults): { heard: string; interim: string } {
  let heard = "";
  let interim = "";
  for (const result of Array.from(results)) {
    if (result.isFinal) heard += result[0].transcript;
    else interim += result[0].transcript;
  }
  return { heard, interim };
}

export interface Speaker {
  /** Reads a plain text aloud in `language` (BCP 47), after what is being read. */
  speak(text: string, language: string): void;
  /** Silence, now. */
  stop(): void;
}

/** Creates a speaker, or `undefined` where the browser cannot speak. `stop` silences only what this speaker said. */
export function createSpeaker(
  synthesis: SpeechSynthesis | undefined,
  Utterance: (new (text: string) => SpeechSynthesisUtterance) | undefined,
): Speaker | undefined {
  if (synthesis === undefined || Utterance === undefined) return undefined;
  let speaking = 0;
  return {
    speak(text, language) {
      if (text.trim() === "") return;
      const utterance = new Utterance(text);
      utterance.lang = language;
      speaking += 1;
      utterance.addEventListener("end", () => (speaking -= 1), { once: true });
      utterance.addEventListener("error", () => (speaking -= 1), { once: true });
      synthesis.speak(utterance);
    },
    stop() {
      if (speaking > 0) synthesis.cancel();
    },
  };
}
