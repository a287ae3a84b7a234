/** Importing this module registers `<allhours-chat>`. Loading it twice is harmless, and so is loading it on a server. */
import { defineChatElement, type AllhoursChatElement } from "./chat-element.ts";

// Served by a relay, the module's own origin is the relay; bundled into a shop's code, the page's origin is the guess.
const origin = URL.canParse(import.meta.url) ? new URL(import.meta.url).origin : "null";

if (globalThis.customElements !== undefined)
  defineChatElement(() => import("./view/mount.ts"), origin.startsWith("http") ? origin : undefined);

declare global {
  interface HTMLElementTagNameMap {
    "allhours-chat": AllhoursChatElement;
  }
}
