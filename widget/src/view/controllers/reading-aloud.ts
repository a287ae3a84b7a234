/** Replies read aloud: off until the visitor turns it on, which is also the gesture browsers ask for. Loads speech when turned on. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Speaker } from "../../voice/web-speech.ts";

export class ReadingAloud implements ReactiveController {
  /** The browser can speak. */
  readonly supported = "speechSynthesis" in globalThis;
  on = false;
  readonly #host: ReactiveControllerHost;
  #speaker: Speaker | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.stop();
  }

  /** Turns it on or off. */
  toggle(): void {
    this.on = !this.on;
    this.stop();
    this.#host.requestUpdate();
    if (!this.on || this.#speaker !== undefined) return;
    import("../../voice/web-speech.ts").then(
      ({ createSpeaker }) => (this.#speaker = createSpeaker(speechSynthesis, SpeechSynthesisUtterance)),
      () => this.toggle(), // Not loaded: show that it is off.
    );
  }

  /** Reads a plain text in `language` (BCP 47) when turned on. */
  speak(text: string, language: string): void {
    if (this.on) this.#speaker?.speak(text, language);
  }

  /** Silence, now: the visitor writes, speaks or leaves. */
  stop(): void {
    this.#speaker?.stop();
  }
}
