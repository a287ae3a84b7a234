import { describe, expect, it } from "vitest";
import { findRecognition, type Recognition } from "./recognition.ts";
import { createDictation, createSpeaker } from "./web-speech.ts";

/** A recogniser that does what the test tells it; real ones need a microphone and a service. */
class StubRecognition extends EventTarget implements Recognition {
  static last: StubRecognition | undefined;
  static throwOnStart = false;
  lang = "";
  continuous = true;
  interimResults = false;
  aborted = false;
  constructor() {
    super();
    StubRecognition.last = this;
  }
  start(): void {
    if (StubRecognition.throwOnStart) throw new Error("InvalidStateError");
  }
  stop(): void {}
  abort(): void {
    this.aborted = true;
  }
  tell(type: string, more: object = {}): void {
    this.dispatchEvent(Object.assign(new Event(type), more));
  }
}

const result = (isFinal: boolean, transcript: string) => ({ isFinal, 0: { transcript } });

describe("dictation", () => {
  it("tells every change, in the language asked for", () => {
    const seen: string[] = [];
    const dictation = createDictation(StubRecognition, ({ state }) => seen.push(`${state.status}:${state.heard}|${state.interim}`));
    dictation.start("es");
    const stub = StubRecognition.last!;
    stub.tell("start");
    stub.tell("result", { results: [result(true, "hola"), result(false, " mun")] });
    stub.tell("end");
    expect(stub.lang).toBe("es");
    expect(stub.interimResults).toBe(true);
    expect(seen).toEqual(["asking:|", "listening:|", "listening:hola| mun", "idle:hola mun|"]);
  });
  it("tells a refusal, and can be tried again", () => {
    const dictation = createDictation(StubRecognition, () => {});
    dictation.start("en");
    StubRecognition.last!.tell("error", { error: "not-allowed" });
    StubRecognition.last!.tell("end");
    expect(dictation.state.status).toBe("denied");
    const first = StubRecognition.last;
    dictation.start("en");
    expect(StubRecognition.last).not.toBe(first);
    expect(dictation.state.status).toBe("asking");
  });
  it("survives a browser that refuses to start", () => {
    StubRecognition.throwOnStart = true;
    const dictation = createDictation(StubRecognition, () => {});
    dictation.start("en");
    StubRecognition.throwOnStart = false;
    expect(dictation.state.status).toBe("error");
  });
  it("takes no words after being abandoned", () => {
    const dictation = createDictation(StubRecognition, () => {});
    dictation.start("en");
    const stub = StubRecognition.last!;
    dictation.abandon();
    expect(stub.aborted).toBe(true);
    stub.tell("result", { results: [result(true, "late")] });
    expect(dictation.state).toEqual({ status: "idle", heard: "", interim: "" });
  });
  it("does nothing without a recogniser", () => {
    const dictation = createDictation(undefined, () => expect.unreachable());
    dictation.start("en");
    expect(dictation.state.status).toBe("unsupported");
  });
  it("finds the prefixed recogniser", () => {
    expect(findRecognition({ webkitSpeechRecognition: StubRecognition })).toBe(StubRecognition);
    expect(findRecognition({})).toBeUndefined();
  });
});

describe("reading aloud", () => {
  class StubUtterance extends EventTarget {
    lang = "";
    readonly text: string;
    constructor(text: string) {
      super();
      this.text = text;
    }
  }
  it("speaks in a language and silences only itself", () => {
    const spoken: StubUtterance[] = [];
    let cancelled = 0;
    const synthesis = { speak: (utterance: StubUtterance) => spoken.push(utterance), cancel: () => (cancelled += 1) };
    const speaker = createSpeaker(
      synthesis as unknown as SpeechSynthesis,
      StubUtterance as unknown as new (text: string) => SpeechSynthesisUtterance,
    )!;
    speaker.stop();
    expect(cancelled).toBe(0);
    speaker.speak(" ", "en");
    speaker.speak("Hola", "es");
    expect(spoken.map((utterance) => [utterance.text, utterance.lang])).toEqual([["Hola", "es"]]);
    speaker.stop();
    expect(cancelled).toBe(1);
  });
  it("is absent where the browser cannot speak", () => {
    expect(createSpeaker(undefined, undefined)).toBeUndefined();
  });
});
