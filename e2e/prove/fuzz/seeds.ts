/** Good frames to begin with: the golden ones of the contract, and what a desk says. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { newId } from "@allhours/protocol";
import { AGENT } from "../rig/desk.ts";

function golden(name: string): object[] {
  const file = fileURLToPath(new URL(`../../../protocol/fixtures/v1/${name}.json`, import.meta.url));
  const read = JSON.parse(readFileSync(file, "utf8")) as object | object[];
  return Array.isArray(read) ? (read as object[]) : [read];
}
/** Commands as text, those of `conversationId` where they name one. */
export function commandSeeds(conversationId?: string): string[] {
  return golden("commands").map((frame) =>
    JSON.stringify(
      conversationId !== undefined && "conversationId" in frame
        ? { ...frame, conversationId, ...("id" in frame ? { id: newId() } : {}) }
        : frame,
    ),
  );
}
export function eventSeeds(): string[] {
  return [
    ...golden("events"),
    ...golden("welcome"),
    { ok: true, value: { seq: 1, known: false } },
    { ok: false, error: { code: "internal", message: "x" } },
  ].map((frame) => JSON.stringify(frame));
}
export function helloSeeds(site: string): string[] {
  return [
    { type: "hello", version: 1, site },
    {
      type: "hello",
      version: 1,
      site,
      languages: ["fr-FR", "en"],
      timezone: "Europe/Paris",
      page: { url: "https://shop.example/a", title: "A" },
    },
    { type: "hello", version: 1, site, token: "x".repeat(43), cursor: { epoch: "e", seq: 4, at: 5 } },
  ].map((frame) => JSON.stringify(frame));
}
export function inboundSeeds(caseId: string, conversationId: string): string[] {
  const at = new Date().toISOString();
  const form = (type: string, more: object): string => JSON.stringify({ type, timestamp: at, data: { caseId, conversationId, ...more } });
  return [
    form("handoff.accepted", { agent: AGENT }),
    form("message.created", { agent: AGENT, text: "Hello", id: "m1" }),
    form("agent.typing", { agent: AGENT, typing: true }),
    form("message.read", { agent: AGENT, seq: 3 }),
  ];
}
