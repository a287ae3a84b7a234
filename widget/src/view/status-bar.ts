/** What the header and the banner say about the link, the storage and who serves. The decisions are pure. */
import { html, nothing, type TemplateResult } from "lit";
import type { ChatState } from "../core/state.ts";
import type { ExtraKey, I18n, TextKey } from "../i18n/i18n.ts";
import { icon, type IconName } from "./icons.ts";

export type Dot = "on" | "wait" | "off";
export type Status = { dot: Dot; text: TextKey; timezone?: string | undefined };
export type Banner = { tone: "warn" | "danger"; icon: IconName; text: TextKey | ExtraKey };

/** The line under the title. `undefined` state: not opened yet. */
export function statusOf(state: ChatState | undefined): Status {
  if (state === undefined) return { dot: "wait", text: "statusConnecting" };
  const { mode } = state;
  switch (state.connection.status) {
    case "idle":
    case "connecting":
    case "reconnecting":
      return { dot: "wait", text: "statusConnecting" };
    case "offline":
      return { dot: "off", text: "statusOffline" };
    case "refused":
      return { dot: "off", text: "statusUnavailable" };
    case "online":
  }
  if (mode === "queued") return { dot: "wait", text: "statusQueued" };
  if (mode === "ended") return { dot: "off", text: "statusEnded" };
  if (mode === "agent") return { dot: "on", text: "statusAgent", timezone: state.agent?.timezone };
  return { dot: "on", text: "statusAssistant" };
}

/** What stands across the top, if anything: the worst thing first. `reasonOf` has words for a wire error code. */
export function bannerOf(state: ChatState | undefined, reasonOf: ((code: string) => Banner["text"]) | undefined): Banner | undefined {
  if (state === undefined) return undefined;
  if (state.connection.status === "refused")
    return { tone: "danger", icon: "alert", text: reasonOf?.(state.connection.code) ?? "errorRefused" };
  const memory = state.storage === "memory";
  if (state.connection.status === "offline")
    return { tone: "warn", icon: "offline", text: memory ? "bannerOfflineMemory" : "bannerOffline" };
  return memory ? { tone: "warn", icon: "alert", text: "bannerMemory" } : undefined;
}

/** The status in words; the agent's own time is left out until times are formatted (`timed`). */
export function statusText(status: Status, i18n: I18n, now: number, timed: boolean): string {
  const time = timed && status.timezone !== undefined ? i18n.time(now, status.timezone) : undefined;
  return time === undefined ? i18n.t(status.text) : i18n.t("statusAgentTime", { time });
}

export function renderBanner(banner: Banner | undefined, i18n: I18n): TemplateResult | typeof nothing {
  if (banner === undefined) return nothing;
  return html`<div class="banner ${banner.tone}" part="banner">${icon(banner.icon)}<span>${i18n.t(banner.text)}</span></div>`;
}
