/**
 * The script tag. Reads `data-*` of its own tag, registers the element, puts one on the page, and answers calls made
 * through `Allhours(verb, ...)`, also those made before it was loaded. A classic script: no module, one request.
 *
 * Snippet for calls before load (each call answers with a promise):
 *   window.Allhours=window.Allhours||function(){var a=arguments;return new Promise(function(r){(Allhours.q=Allhours.q||[]).push([a,r])})}
 */
import { AllhoursChatElement, defineChatElement } from "./chat-element.ts";
import type { ElementEvent, ElementEvents } from "./element-events.ts";
import type { PanelModule } from "./view/door.ts";

/** File name of the panel, beside this script; put in by the build. */
declare const PANEL_FILE: string;

type Verb = "open" | "close" | "toggle" | "show" | "hide" | "send" | "prefill" | "setLocale" | "on" | "off" | "logout" | "destroy";
type Queued = [ArrayLike<unknown>, (answer: unknown) => void];
type Api = {
  (verb: Verb, ...values: unknown[]): Promise<unknown>;
  on<Name extends keyof ElementEvents>(name: Name, listener: (event: ElementEvent<Name>) => void): () => void;
  /** The element on the page. */
  element: AllhoursChatElement;
  q?: Queued[];
};

function start(script: HTMLScriptElement): void {
  const page = window as unknown as { Allhours?: Partial<Api> };
  const waiting = page.Allhours?.q ?? [];
  if (page.Allhours?.element !== undefined) return; // The tag is on the page twice.

  defineChatElement(
    () => import(/* beside this script */ new URL(PANEL_FILE, script.src).href) as Promise<PanelModule>,
    new URL(script.src).origin,
  );
  const element = document.querySelector<AllhoursChatElement>("allhours-chat") ?? document.createElement("allhours-chat");
  element.nonce = script.nonce;
  for (const name of AllhoursChatElement.observedAttributes) {
    const value = script.dataset[name];
    if (value !== undefined && !element.hasAttribute(name)) element.setAttribute(name, value);
  }

  const call = async (verb: Verb, ...values: unknown[]): Promise<unknown> => {
    if (!Object.hasOwn(AllhoursChatElement.prototype, verb)) throw new Error(`Allhours: unknown verb "${verb}"`);
    return (element[verb] as (...values: unknown[]) => unknown).apply(element, values);
  };
  const api: Api = Object.assign(call, { element, on: element.on.bind(element) });
  page.Allhours = api;

  const ready = (): void => {
    if (!element.isConnected) document.body.append(element);
    // A promise handed to `answer` carries its failure along.
    for (const [values, answer] of waiting) answer(call(...(values as [Verb, ...unknown[]])));
  };
  if (document.body === null) document.addEventListener("DOMContentLoaded", ready);
  else ready();
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) start(script);
