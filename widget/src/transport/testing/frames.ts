/** Frames of a relay, for the tests of the transports. */
import type { Welcome } from "@allhours/protocol";

export const idFor = (number: number): string => `01890000-0000-7000-8000-${String(number).padStart(12, "0")}`;

export function welcomeFrame(): Welcome {
  return {
    version: 1,
    token: "token-token-token-token",
    visitorId: idFor(2),
    conversationId: idFor(1),
    epoch: "one",
    head: 0,
    resume: "fresh",
    events: [],
    more: false,
    mode: "bot",
    receipts: { deliveredSeq: 0, readSeq: 0 },
    region: "eu",
    language: "en",
    site: { name: "Linden & Co", languages: ["en"], defaultLanguage: "en" },
    limits: { frameBytes: 32_768, messageChars: 8_000, partsPerMessage: 20 },
    features: { handoff: true },
    now: 0,
  };
}
