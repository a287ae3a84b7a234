/**
 * The seam between the launcher, which every page view pays for, and the panel, which is loaded when it is wanted. Types
 * only: neither side imports the other's code.
 */
import type { Chat, ChatEvent, ChatOptions } from "../core/chat-types.ts";

/** What the element gives the panel. */
export interface PanelHost {
  /** The element: its attributes are the settings, its root is where the panel lives. */
  readonly element: HTMLElement;
  /** The launcher's button, for the badge on it. */
  readonly launcher: HTMLElement;
  /** Languages of the interface, best first (BCP 47). */
  readonly languages: () => readonly string[];
  /** Relays when the element names none: origins separated by spaces. */
  readonly relay: string;
  /** Makes the chat; the element's `createChat`, or `undefined` for the one with storage and sockets. */
  readonly createChat: ((options: ChatOptions) => Chat) | undefined;
  /** Something a host page may hear. */
  emit(event: ChatEvent): void;
  /** The visitor asked for the panel to open or close. */
  open(): void;
  close(): void;
}

/** What the panel gives the element. */
export interface PanelHandle {
  /** The language it speaks. */
  readonly locale: string;
  /**
   * Makes the chat, loads what is stored and connects. Until then: no storage, no request to a relay. Idempotent. Rejects
   * when the chat's code cannot be loaded, and may be called again.
   */
  activate(): Promise<Chat>;
  /** Shows the panel; `focus` moves the focus into it. */
  show(focus: boolean): void;
  hide(): void;
  /** Attributes have changed. Resolves when the language is there. */
  settingsChanged(): Promise<void>;
  /** Puts text into the composer, ready to be sent. */
  prefill(text: string): void;
  /** Closes the chat and removes the panel. */
  destroy(): void;
}

/** The panel's module. Rejects when its language cannot be loaded. */
export type PanelModule = { mount(host: PanelHost): Promise<PanelHandle> };
