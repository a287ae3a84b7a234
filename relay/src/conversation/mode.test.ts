import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changeMode, type ModeAction, type ModeState } from "./mode.ts";

const ines = { id: "ines", name: "Inês" };
const tiago = { id: "tiago", name: "Tiago" };
const bot: ModeState = { mode: "bot" };
const queued: ModeState = { mode: "queued", caseId: "c1" };
const taken: ModeState = { mode: "agent", caseId: "c1", agent: ines };

describe("changeMode", () => {
  it("opens one case however often a person is asked for", () => {
    expect(changeMode(bot, { type: "request", caseId: "c1" })).toEqual({ ok: true, unchanged: false, state: queued });
    expect(changeMode(queued, { type: "request", caseId: "c2" })).toEqual({ ok: true, unchanged: true, state: queued });
    expect(changeMode(taken, { type: "request", caseId: "c2" })).toMatchObject({ unchanged: true });
  });
  it("gives the case to the first agent, lets that one repeat, refuses the second", () => {
    expect(changeMode(queued, { type: "accept", caseId: "c1", agent: ines })).toEqual({ ok: true, unchanged: false, state: taken });
    expect(changeMode(taken, { type: "accept", caseId: "c1", agent: ines })).toMatchObject({ ok: true, unchanged: true });
    expect(changeMode(taken, { type: "accept", caseId: "c1", agent: tiago })).toMatchObject({ ok: false, code: "conflict" });
  });
  it("knows no case but the open one", () => {
    for (const action of [
      { type: "accept", caseId: "old", agent: ines },
      { type: "release", caseId: "old" },
      { type: "end", caseId: "old" },
      { type: "leave", caseId: "old", agentId: "ines" },
    ] satisfies ModeAction[]) {
      expect(changeMode(queued, action)).toMatchObject({ ok: false, code: "not-found" });
      expect(changeMode(bot, action)).toMatchObject({ ok: false, code: "not-found" });
    }
  });
  it("looks for another person when one leaves, and goes back to the assistant when released", () => {
    expect(changeMode(taken, { type: "leave", caseId: "c1", agentId: "ines" })).toMatchObject({ ok: true, state: queued });
    expect(changeMode(taken, { type: "leave", caseId: "c1", agentId: "tiago" })).toMatchObject({ ok: false, code: "conflict" });
    expect(changeMode(taken, { type: "release", caseId: "c1" })).toMatchObject({ ok: true, state: bot });
    expect(changeMode(queued, { type: "cancel" })).toMatchObject({ ok: true, state: bot });
  });
  it("keeps case and agent exactly in the modes that have them, after any road", () => {
    const action = fc.oneof(
      fc.constantFrom("c1", "c2").map((caseId): ModeAction => ({ type: "request", caseId })),
      fc
        .tuple(fc.constantFrom("c1", "c2"), fc.constantFrom(ines, tiago))
        .map(([caseId, agent]): ModeAction => ({ type: "accept", caseId, agent })),
      fc
        .tuple(fc.constantFrom("c1", "c2"), fc.constantFrom("ines", "tiago"))
        .map(([caseId, agentId]): ModeAction => ({ type: "leave", caseId, agentId })),
      fc
        .tuple(fc.constantFrom("release" as const, "end" as const), fc.constantFrom("c1", "c2"))
        .map(([type, caseId]): ModeAction => ({ type, caseId })),
      fc
        .tuple(fc.constantFrom("c1", "c2"), fc.constantFrom(ines, tiago))
        .map(([caseId, agent]): ModeAction => ({ type: "take-over", caseId, agent })),
      fc.constantFrom<ModeAction>({ type: "cancel" }, { type: "reopen" }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
        let state: ModeState = bot;
        for (const one of actions) {
          const result = changeMode(state, one);
          if (result.ok) state = result.state;
          const open = state.mode === "queued" || state.mode === "agent";
          expect([state.caseId !== undefined, state.agent !== undefined]).toEqual([open, state.mode === "agent"]);
        }
      }),
    );
  });
});
