/** The states of dictation, pure. What is heard stays until the next start, so a problem half way loses no words. */

/** Why dictation ended without being asked to. Each has words in the translations. */
export type VoiceProblem = "denied" | "no-device" | "no-speech" | "network" | "language" | "error";

export type VoiceState = {
  /** `asking`: started, the browser may be asking for the microphone. */
  status: "unsupported" | "idle" | "asking" | "listening" | VoiceProblem;
  /** Words that will not change any more. */
  heard: string;
  /** Words still being guessed; they follow `heard`. */
  interim: string;
};

export type VoiceEvent =
  | { type: "start" }
  | { type: "started" }
  | { type: "words"; heard: string; interim: string }
  | { type: "problem"; problem: VoiceProblem }
  | { type: "ended" };

export function initialVoice(supported: boolean): VoiceState {
  return { status: supported ? "idle" : "unsupported", heard: "", interim: "" };
}

/** True while the microphone is in use or asked for. */
export function isActive(state: VoiceState): boolean {
  return state.status === "asking" || state.status === "listening";
}

/** The words as they stand, guesses included. */
export function wordsOf(state: VoiceState): string {
  return [state.heard.trim(), state.interim.trim()].filter((words) => words !== "").join(" ");
}

/** The next state. Events that do not fit (a late result, an end after a problem) change nothing. */
export function reduceVoice(state: VoiceState, event: VoiceEvent): VoiceState {
  switch (event.type) {
    case "start":
      return state.status === "unsupported" || isActive(state) ? state : { status: "asking", heard: "", interim: "" };
    case "started":
      return state.status === "asking" ? { ...state, status: "listening" } : state;
    case "words":
      return isActive(state) ? { status: "listening", heard: event.heard, interim: event.interim } : state;
    case "problem":
      // Silence after words is an ordinary end, not something to complain about.
      if (!isActive(state)) return state;
      return {
        status: event.problem === "no-speech" && wordsOf(state) !== "" ? "idle" : event.problem,
        heard: wordsOf(state),
        interim: "",
      };
    case "ended":
      return isActive(state) ? { status: "idle", heard: wordsOf(state), interim: "" } : state;
  }
}

/** The problem behind an error name of the Web Speech API (SpeechRecognitionErrorCode); `aborted` is none. */
export function problemOf(code: string): VoiceProblem | undefined {
  switch (code) {
    case "aborted":
      return undefined;
    case "not-allowed":
    case "service-not-allowed":
      return "denied";
    case "audio-capture":
      return "no-device";
    case "no-speech":
    case "network":
      return code;
    case "language-not-supported":
      return "language";
    default:
      return "error";
  }
}
