import { describe, expect, it } from "vitest";
import { initialVoice, problemOf, reduceVoice, wordsOf, type VoiceEvent, type VoiceState } from "./machine.ts";

const run = (state: VoiceState, ...events: VoiceEvent[]): VoiceState => events.reduce(reduceVoice, state);
const idle = initialVoice(true);

describe("the states of dictation", () => {
  it("asks, listens, and keeps guesses as words at the end", () => {
    const listening = run(idle, { type: "start" }, { type: "started" }, { type: "words", heard: "where is", interim: "my order" });
    expect(listening).toEqual({ status: "listening", heard: "where is", interim: "my order" });
    expect(run(listening, { type: "ended" })).toEqual({ status: "idle", heard: "where is my order", interim: "" });
  });
  it("never starts where it is unsupported", () => {
    expect(run(initialVoice(false), { type: "start" }, { type: "started" }).status).toBe("unsupported");
  });
  it("keeps a problem over the end that follows it, and the words before it", () => {
    const broken = run(
      idle,
      { type: "start" },
      { type: "words", heard: "hello", interim: "wor" },
      { type: "problem", problem: "network" },
      { type: "ended" },
    );
    expect(broken).toEqual({ status: "network", heard: "hello wor", interim: "" });
    expect(run(broken, { type: "start" })).toEqual({ status: "asking", heard: "", interim: "" });
  });
  it("does not complain about silence after words, but does about silence alone", () => {
    const silence: VoiceEvent = { type: "problem", problem: "no-speech" };
    expect(run(idle, { type: "start" }, { type: "words", heard: "hello", interim: "" }, silence).status).toBe("idle");
    expect(run(idle, { type: "start" }, { type: "started" }, silence).status).toBe("no-speech");
  });
  it("ignores what comes late", () => {
    const done = run(idle, { type: "start" }, { type: "started" }, { type: "ended" });
    expect(run(done, { type: "words", heard: "late", interim: "" }, { type: "problem", problem: "network" })).toBe(done);
  });
  it("joins words without doubled spaces", () => {
    expect(wordsOf({ status: "listening", heard: " one ", interim: " two" })).toBe("one two");
  });
});

it.each([
  ["not-allowed", "denied"],
  ["service-not-allowed", "denied"],
  ["audio-capture", "no-device"],
  ["language-not-supported", "language"],
  ["network", "network"],
  ["bad-grammar", "error"],
  ["aborted", undefined],
])("%s is told as %s", (code, problem) => {
  expect(problemOf(code)).toBe(problem);
});
