/**
 * Where the visitor writes or dictates. Owns the text that is not sent yet; the textarea keeps it, so that nothing here
 * disturbs an input method at work. What sending means is the panel's business.
 */
import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { I18n } from "../i18n/i18n.ts";
import { findRecognition } from "../voice/recognition.ts";
import type { Dictation } from "../voice/web-speech.ts";
import type { noteOf } from "./parts/dictation.ts";
import { icon } from "./icons.ts";

export type ComposerActions = {
  /** Rejects when the text was not taken; it is put back then. */
  send(text: string, voice: boolean): Promise<unknown>;
  typing(typing: boolean): void;
  /** The visitor writes or speaks: reading aloud has to stop. */
  interrupt(): void;
  /** BCP 47 tag to dictate in. */
  language(): string;
  announce(words: string): void;
};
type Host = ReactiveControllerHost & { renderRoot: HTMLElement | DocumentFragment };

/** Whether Enter in this event sends: not with Shift, not while an input method composes (229 is Safari's way to say so). */
export function sends(event: Pick<KeyboardEvent, "key" | "shiftKey" | "isComposing" | "keyCode">): boolean {
  return event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229;
}

/** What the counter says: nothing until a tenth of the limit (at most 200 characters) is left; negative is too many. */
export function charactersLeft(length: number, limit: number): number | undefined {
  const left = limit - length;
  return left <= Math.min(200, limit / 10) ? left : undefined;
}

export class Composer implements ReactiveController {
  readonly #host: Host;
  readonly #actions: ComposerActions;
  readonly #recogniser = findRecognition(globalThis);
  /** Loaded when the visitor first asks for it. */
  #dictation: Dictation | undefined;
  #noteOf: typeof noteOf | undefined;
  #length = 0;
  #empty = true;
  #voice = false;
  /** The text before dictation began; what is heard follows it. */
  #before = "";

  constructor(host: Host, actions: ComposerActions) {
    this.#host = host;
    this.#actions = actions;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#dictation?.abandon();
  }

  focus(): void {
    this.#field?.focus();
  }

  /** Puts a text in, at the end of it the cursor. */
  prefill(text: string): void {
    this.#write(text);
    this.#voice = false;
  }

  /** Ends dictation; the words stay. */
  stop(): void {
    this.#dictation?.stop();
  }

  get #field(): HTMLTextAreaElement | null {
    return this.#host.renderRoot.querySelector("textarea");
  }

  #write(text: string): void {
    const field = this.#field;
    if (field === null) return;
    field.value = text;
    this.#measure(field);
  }

  #measure(field: HTMLTextAreaElement): void {
    this.#length = field.value.length;
    this.#empty = field.value.trim() === "";
    if (this.#empty) this.#voice = false;
    if (!CSS.supports("field-sizing", "content")) {
      field.style.blockSize = "auto";
      field.style.blockSize = `${field.scrollHeight}px`;
    }
    this.#host.requestUpdate();
  }

  readonly #input = (): void => {
    const field = this.#field;
    if (field === null) return;
    // Writing by hand ends dictation: two writers in one field would undo each other.
    if (this.#dictation?.active === true) this.#dictation.abandon();
    this.#measure(field);
    this.#actions.interrupt();
    this.#actions.typing(!this.#empty);
  };

  readonly #keydown = (event: KeyboardEvent): void => {
    if (!sends(event)) return;
    event.preventDefault();
    this.#submit();
  };

  readonly #submit = (event?: Event): void => {
    event?.preventDefault();
    const field = this.#field;
    if (field === null || this.#empty || this.#over) return;
    const text = field.value.trim();
    const voice = this.#voice;
    this.#dictation?.abandon();
    this.#actions.typing(false);
    this.#write("");
    field.focus();
    this.#actions.send(text, voice).catch(() => {
      if (this.#empty) this.#write(text);
    });
  };

  readonly #dictate = async (): Promise<void> => {
    if (this.#dictation?.active === true) return this.#dictation.stop();
    this.#actions.interrupt();
    try {
      const loaded = await import("./parts/dictation.ts");
      this.#noteOf = loaded.noteOf;
      this.#dictation ??= loaded.createDictation(this.#recogniser, (dictation) => this.#heard(dictation));
    } catch {
      return; // Not loaded; the next press tries again.
    }
    this.#before = this.#field?.value.trimEnd() ?? "";
    this.#dictation.start(this.#actions.language());
  };

  #heard({ words, active }: Dictation): void {
    if (words !== "") {
      this.#write(this.#before === "" ? words : `${this.#before} ${words}`);
      this.#voice = true;
      this.#actions.typing(true);
    }
    // Ready to be sent, or to be put right by hand.
    if (!active && words !== "") this.focus();
    this.#host.requestUpdate();
  }

  get #over(): boolean {
    return this.#length > this.#limit;
  }
  #limit = Number.POSITIVE_INFINITY;

  #note(i18n: I18n): { text: string; bad: boolean } | undefined {
    const dictated = this.#dictation && this.#noteOf?.(this.#dictation.state, i18n);
    if (dictated !== undefined) return dictated;
    const left = charactersLeft(this.#length, this.#limit);
    if (left === undefined) return undefined;
    return left < 0 ? { text: i18n.plural("charsOver", -left), bad: true } : { text: i18n.plural("charsLeft", left), bad: false };
  }

  /** The form. `limit` is in characters (UTF-16 units). */
  render(i18n: I18n, limit: number): TemplateResult {
    this.#limit = limit;
    const active = this.#dictation?.active === true;
    const note = this.#note(i18n);
    const listenLabel = i18n.t(active ? "listenStop" : "listen");
    if (note?.text !== this.#told) this.#actions.announce(note?.text ?? "");
    this.#told = note?.text;
    return html`<form class="composer" part="composer" @submit=${this.#submit}>
      <p id="note" class=${note?.bad === true ? "bad" : ""} part="composer-note" ?hidden=${note === undefined}>${note?.text}</p>
      <div class="field ${active ? "listening" : ""}" part="field">
        <textarea
          part="input"
          rows="1"
          dir="auto"
          enterkeyhint="send"
          aria-label=${i18n.t("composer")}
          placeholder=${i18n.t("composer")}
          aria-describedby="note"
          aria-invalid=${this.#over}
          @input=${this.#input}
          @keydown=${this.#keydown}
          @blur=${() => this.#actions.typing(false)}
        ></textarea>
        ${
          this.#recogniser === undefined
            ? nothing
            : html`<button
                type="button"
                class="icon ${active ? "live" : ""}"
                part="mic"
                aria-label=${listenLabel}
                title=${listenLabel}
                @click=${this.#dictate}
              >
                ${icon(active ? "stop" : "mic")}
              </button>`
        }
        <button
          type="submit"
          class="icon send"
          part="send"
          aria-label=${i18n.t("send")}
          title=${i18n.t("send")}
          ?hidden=${this.#empty}
          ?disabled=${this.#over}
        >
          ${icon("send")}
        </button>
      </div>
    </form>`;
  }
  #told: string | undefined;
}
