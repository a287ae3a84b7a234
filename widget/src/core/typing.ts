/** Tells the relay that the visitor types: at most twice in the time the sign lasts, and once when it ends. */
import { LIMITS } from "@allhours/protocol";
import type { Clock } from "./ports.ts";

export interface TypingSign {
  set(typing: boolean): void;
  /** A message went out: the relay takes the sign down by itself. */
  clear(): void;
}

export function createTypingSign(clock: Clock, tell: (typing: boolean) => void): TypingSign {
  let shown = false;
  let at = 0;
  return {
    set(typing) {
      const now = clock.now();
      if (typing === shown && (!typing || now - at < LIMITS.typingTtlMs / 2)) return;
      shown = typing;
      at = now;
      tell(typing);
    },
    clear() {
      shown = false;
    },
  };
}
