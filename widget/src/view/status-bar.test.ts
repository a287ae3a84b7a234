import { describe, expect, it } from "vitest";
import type { ChatState } from "../core/state.ts";
import { initialState } from "../core/model.ts";
import { reasonOf } from "./parts/failed.ts";
import { bannerOf as bannerWith, statusOf, type Banner } from "./status-bar.ts";

const state = (patch: Partial<ChatState>): ChatState => ({
  ...initialState("idb"),
  connection: { status: "online", pipe: "loopback", region: "eu" },
  ...patch,
});

const bannerOf = (each: ChatState | undefined): Banner | undefined => bannerWith(each, reasonOf);

describe("the status line", () => {
  it("tells the link first, then who serves", () => {
    expect(statusOf(undefined).text).toBe("statusConnecting");
    expect(statusOf(state({ mode: "agent", connection: { status: "offline" } }))).toEqual({ dot: "off", text: "statusOffline" });
    expect(statusOf(state({ mode: "bot" }))).toEqual({ dot: "on", text: "statusAssistant" });
    expect(statusOf(state({ mode: "queued" })).dot).toBe("wait");
    expect(statusOf(state({ mode: "agent", agent: { id: "1", name: "Inés", timezone: "Asia/Manila" } })).timezone).toBe("Asia/Manila");
  });
});

describe("the banner", () => {
  it("is absent when all is well, also while reconnecting", () => {
    expect(bannerOf(undefined)).toBeUndefined();
    expect(bannerOf(state({ connection: { status: "reconnecting", attempt: 1, nextAt: undefined } }))).toBeUndefined();
  });
  it("promises to keep messages only where they are kept", () => {
    expect(bannerOf(state({ connection: { status: "offline" } }))?.text).toBe("bannerOffline");
    expect(bannerOf(state({ connection: { status: "offline" }, storage: "memory" }))?.text).toBe("bannerOfflineMemory");
    expect(bannerOf(state({ storage: "memory" }))?.text).toBe("bannerMemory");
  });
  it("gives the reason of a refusal", () => {
    expect(bannerOf(state({ connection: { status: "refused", code: "unsupported-version" } }))).toMatchObject({
      tone: "danger",
      text: "errorVersion",
    });
    expect(bannerOf(state({ connection: { status: "refused", code: "unknown-site" } }))?.text).toBe("errorRefused");
    expect(bannerWith(state({ connection: { status: "refused", code: "unsupported-version" } }), undefined)?.text).toBe("errorRefused");
  });
});
