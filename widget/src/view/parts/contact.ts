/**
 * "Tell me when somebody has answered": the line above the composer while a person is waited for, the form behind it, and the way to change or take
 * back. A chunk of its own, fetched where it is on offer. Owns what is being typed here and nothing else: what is set comes from the state, masked, and the address is kept nowhere.
 */
import { css, html, nothing, type TemplateResult } from "lit";
import type { ContactChannel } from "@allhours/protocol";
import type { Chat } from "../../core/chat-types.ts";
import type { ChatState } from "../../core/state.ts";
import { contactWords } from "../../i18n/contact-words.ts";
import type { ContactKey, I18n } from "../../i18n/i18n.ts";

const styles = css`
  .contact {
    display: flex;
    flex: none;
    flex-wrap: wrap;
    gap: 2px 12px;
    max-block-size: 65%;
    padding: 8px 18px;
    border-block-start: 1px solid var(--_line);
    overflow: auto;
    font-size: 13.5px;
  }
  .contact > p,
  .contact > strong,
  .contact > label,
  .contact > fieldset,
  .contact-ends {
    flex: 1 0 100%;
  }
  .contact .bad {
    color: var(--_danger);
  }
  .contact .plain {
    padding: 4px 0;
    border: 0;
    border-radius: 6px;
    background: none;
    color: color-mix(in oklab, var(--_accent) 82%, var(--_ink));
    font-weight: 600;
    text-align: start;
  }
  .contact fieldset {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 16px;
    margin: 0;
    padding: 4px 0;
    border: 0;
  }
  .contact label {
    display: flex;
    align-items: flex-start;
    gap: 8px;
    padding-block: 4px;
  }
  .contact input {
    flex: none;
    margin: 0.2em 0 0;
    accent-color: var(--_accent);
  }
  .contact [dir="ltr"] {
    flex: 1 0 100%;
    min-inline-size: 0;
    margin: 0 0 4px;
    padding: 8px 12px;
    border: 1px solid var(--_line);
    border-radius: 12px;
    background: var(--_surface);
    color: inherit;
    /* Below 16 px Safari on iOS zooms the page when the field gets the focus. */
    font: 16px/1.4 var(--_font);
  }
  .contact [aria-invalid="true"] {
    border-color: var(--_danger);
  }
  .consent {
    color: var(--_ink-2);
    font-size: 12.5px;
  }
  .contact-ends {
    display: flex;
    align-items: center;
    gap: 16px;
    padding-block: 4px 2px;
  }
  .contact [type="submit"] {
    padding: 8px 16px;
    border: 1px solid transparent;
    border-radius: 12px;
    background: var(--_accent);
    color: var(--_accent-ink);
    font-weight: 600;
  }
  .contact :disabled {
    opacity: 0.45;
  }
`;

/** The panel: where this is drawn, and through which it speaks. */
export type ContactHost = {
  readonly chat: () => Promise<Pick<Chat, "setContact">>;
  readonly i18n: I18n;
  readonly state: ChatState | undefined;
  /** Said by its live region. */
  said: string;
  readonly updateComplete: Promise<unknown>;
  requestUpdate(): void;
  querySelector<One extends Element>(selector: string): One | null;
  getRootNode(): Node;
};

const NAMES: Record<ContactChannel, ContactKey> = { email: "contactEmail", sms: "contactSms", whatsapp: "contactWhatsapp" };
/** Refusals that are about what was typed, by the wire's codes. */
const REASONS: Readonly<Record<string, ContactKey>> = {
  "bad-email": "errorEmail",
  "bad-phone": "errorPhone",
  "channel-not-offered": "errorChannel",
};

/** A telephone number as people write it, in the form the relay takes: `0033 (6) 12-34` is `+3361234`. An e-mail address without the space around it. */
export function wireAddress(channel: ContactChannel, written: string): string {
  if (channel === "email") return written.trim();
  return written
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 0xf))
    .normalize("NFKC")
    .replace(/[\s().\-\u2010-\u2015/\u200e\u200f\u2066-\u2069]/g, "")
    .replace(/^00/, "+");
}

export class ContactBar {
  readonly #host: ContactHost;
  #open = false;
  #channel: ContactChannel | undefined;
  #problem: ContactKey | undefined;
  #busy = false;

  constructor(host: ContactHost) {
    this.#host = host;
    for (const [locale, words] of Object.entries(contactWords)) host.i18n.add(locale as keyof typeof contactWords, words);
    (host.getRootNode() as ShadowRoot).adoptedStyleSheets.push(styles.styleSheet!);
    host.requestUpdate();
  }

  /** Is there something to be seen above the composer? */
  get shown(): boolean {
    const { state } = this.#host;
    if (channelsOf(state).length === 0) return false;
    return this.#open || state?.mode === "queued" || (state?.mode === "agent" && state.contact?.masked !== undefined);
  }

  /** Opens the form, the focus in it. */
  readonly show = (): void => {
    this.#open = true;
    this.#problem = undefined;
    this.#focus("#contact-address");
  };

  readonly #hide = (): void => {
    this.#open = false;
    this.#channel = undefined;
    this.#focus("[part~=contact-open]");
  };

  #focus(selector: string): void {
    this.#host.requestUpdate();
    void this.#host.updateComplete.then(() => this.#host.querySelector<HTMLElement>(selector)?.focus());
  }

  async #set(channel: ContactChannel, address: string, said: () => string): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#problem = undefined;
    this.#host.requestUpdate();
    const ack = await this.#host
      .chat()
      .then(async (chat) => chat.setContact(channel, address))
      // What goes wrong on the way is no answer.
      .catch(() => undefined);
    this.#busy = false;
    if (ack?.ok === true) {
      this.#hide();
      this.#host.said = said();
    } else {
      this.#problem = REASONS[ack?.error.code ?? ""] ?? "contactFailed";
      if (this.#open) this.#focus("#contact-address");
      else this.#host.requestUpdate();
    }
  }

  #submit(event: Event, channel: ContactChannel, i18n: I18n): void {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const address = wireAddress(channel, form.querySelector<HTMLInputElement>("#contact-address")?.value ?? "");
    const agreed = form.querySelector<HTMLInputElement>("[part~=contact-consent] input")?.checked === true;
    if (address === "" || !agreed) {
      this.#problem = address === "" ? (channel === "email" ? "errorEmail" : "errorPhone") : "contactUnticked";
      return this.#focus(address === "" ? "#contact-address" : "[part~=contact-consent] input");
    }
    void this.#set(channel, address, () => i18n.t("contactSaved"));
  }

  readonly #keydown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.isComposing) return;
    // Closes this, not the chat.
    event.stopPropagation();
    this.#hide();
  };

  render(): TemplateResult | typeof nothing {
    const { state, i18n } = this.#host;
    if (state === undefined || !this.shown) return nothing;
    return this.#open ? this.#renderForm(state, i18n) : this.#renderLine(state, i18n);
  }

  #renderLine({ contact }: ChatState, i18n: I18n): TemplateResult {
    const { masked, channel } = contact ?? {};
    if (masked === undefined || !isKnown(channel))
      return html`<div class="contact" part="contact">
        <button type="button" class="plain" part="contact-open" aria-expanded="false" @click=${this.show}>${i18n.t("contactAsk")}</button>
      </div>`;
    const stop = (): void => void this.#set(channel, "", () => i18n.t("contactStopped"));
    // The address stands in its own direction, whatever the sentence's is.
    return html`<div class="contact" part="contact">
      <p>${i18n.t("contactSet", { address: `\u2068${masked}\u2069` })}</p>
      ${this.#renderProblem(i18n)}
      <button type="button" class="plain" part="contact-open" aria-expanded="false" @click=${this.show}>${i18n.t("contactChange")}</button>
      <button type="button" class="plain" part="contact-stop" ?disabled=${this.#busy} @click=${stop}>${i18n.t("contactStop")}</button>
    </div>`;
  }

  #renderForm(state: ChatState, i18n: I18n): TemplateResult {
    const channels = channelsOf(state);
    const channel = [this.#channel, state.contact?.channel].find((one) => channels.includes(one as ContactChannel)) ?? channels[0];
    const chosen = channel as ContactChannel;
    const mail = chosen === "email";
    const choose = (one: ContactChannel): void => {
      this.#channel = one;
      this.#problem = undefined;
      this.#host.requestUpdate();
    };
    return html`<form
      class="contact"
      part="contact"
      novalidate
      aria-labelledby="contact-title"
      @submit=${(event: Event) => this.#submit(event, chosen, i18n)}
      @keydown=${this.#keydown}
    >
      <strong id="contact-title">${i18n.t("contactAsk")}</strong>
      ${
        channels.length === 1
          ? nothing
          : html`<fieldset>
              <legend class="hidden">${i18n.t("contactHow")}</legend>
              ${channels.map(
                (one) =>
                  html`<label part="contact-channel">
                    <input
                      type="radio"
                      name="contact-channel"
                      .checked=${one === chosen}
                      @change=${() => choose(one)}
                    />${i18n.t(NAMES[one])}
                  </label>`,
              )}
            </fieldset>`
      }
      <label for="contact-address">${i18n.t(mail ? "contactAddressEmail" : "contactAddressPhone")}</label>
      <input
        id="contact-address"
        part="contact-address"
        type=${mail ? "email" : "tel"}
        autocomplete=${mail ? "email" : "tel"}
        maxlength="254"
        dir="ltr"
        aria-required="true"
        aria-invalid=${this.#problem !== undefined && this.#problem !== "contactUnticked"}
        aria-describedby="contact-problem"
      />
      <label class="consent" part="contact-consent">
        <input type="checkbox" aria-describedby="contact-problem" />
        <span>${i18n.t("contactConsent", { shop: state.siteName ?? "" })}</span>
      </label>
      ${this.#renderProblem(i18n)}
      <div class="contact-ends">
        <button type="submit" part="contact-save" ?disabled=${this.#busy}>${i18n.t("contactSave")}</button>
        <button type="button" class="plain" part="contact-cancel" @click=${this.#hide}>${i18n.t("contactCancel")}</button>
      </div>
    </form>`;
  }

  #renderProblem(i18n: I18n): TemplateResult {
    return html`<p id="contact-problem" class="bad" role="alert" ?hidden=${this.#problem === undefined}>
      ${this.#problem === undefined ? nothing : i18n.t(this.#problem)}
    </p>`;
  }
}

/** On offer, and known to this page. */
function channelsOf(state: ChatState | undefined): ContactChannel[] {
  return (state?.contact?.channels ?? []).filter(isKnown);
}
function isKnown(channel: string | undefined): channel is ContactChannel {
  return channel !== undefined && Object.hasOwn(NAMES, channel);
}
