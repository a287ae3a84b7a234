/** What the browser says about the network and about the page waking up. A hint for `connection.ts`, which probes. */
import type { Net } from "../core/ports.ts";

/** Listens to `window` and `document` only while somebody listens to it. */
export function createBrowserNet(): Net {
  function listen(target: EventTarget, types: readonly string[], listener: () => void): () => void {
    for (const type of types) target.addEventListener(type, listener);
    return () => {
      for (const type of types) target.removeEventListener(type, listener);
    };
  }
  return {
    get online() {
      return navigator.onLine;
    },
    onChange: (listener) => listen(window, ["online", "offline"], () => listener(navigator.onLine)),
    onWake(listener) {
      const stops = [
        listen(window, ["online", "pageshow", "focus"], listener),
        listen(document, ["visibilitychange"], () => {
          if (document.visibilityState === "visible") listener();
        }),
      ];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}
