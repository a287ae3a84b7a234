/** Who serves a conversation: the pure machine `bot | queued | agent | ended`. Says which changes are allowed; changes nothing itself. */
import type { Agent, Mode } from "@allhours/protocol";

export type ModeState = { mode: Mode; caseId?: string | undefined; agent?: Agent | undefined };
export type ModeAction =
  | { type: "request"; caseId: string }
  | { type: "accept"; caseId: string; agent: Agent }
  /** By another agent, who was asked to: nobody has the case in between. */
  | { type: "take-over"; caseId: string; agent: Agent }
  | { type: "leave"; caseId: string; agentId: string }
  | { type: "release"; caseId: string }
  | { type: "end"; caseId: string }
  | { type: "cancel" }
  /** A visitor writes after the end: the assistant is back. */
  | { type: "reopen" };

/** `unchanged`: allowed and already so (a repeat). */
export type ModeResult =
  | { ok: true; state: ModeState; unchanged: boolean }
  | { ok: false; code: "conflict" | "not-found"; message: string };

export function changeMode(state: ModeState, action: ModeAction): ModeResult {
  const changed = (next: ModeState): ModeResult => ({ ok: true, state: next, unchanged: false });
  const same: ModeResult = { ok: true, state, unchanged: true };
  const open = state.mode === "queued" || state.mode === "agent";
  if ("caseId" in action && action.type !== "request" && (!open || state.caseId !== action.caseId)) {
    return {
      ok: false,
      code: "not-found",
      message: `case ${action.caseId} is not open; ${open ? `the open one is ${state.caseId}` : "none is"}`,
    };
  }
  switch (action.type) {
    case "request":
      return open ? same : changed({ mode: "queued", caseId: action.caseId });
    case "accept":
      if (state.mode === "queued") return changed({ mode: "agent", caseId: action.caseId, agent: action.agent });
      if (state.agent?.id === action.agent.id) return same;
      return { ok: false, code: "conflict", message: `case ${action.caseId} is already with another agent` };
    case "take-over":
      if (state.mode === "agent" && state.agent?.id === action.agent.id) return same;
      return changed({ mode: "agent", caseId: action.caseId, agent: action.agent });
    case "leave":
      if (state.mode === "queued") return same;
      if (state.agent?.id !== action.agentId)
        return { ok: false, code: "conflict", message: `case ${action.caseId} is with another agent` };
      return changed({ mode: "queued", caseId: action.caseId });
    case "release":
      return changed({ mode: "bot" });
    case "end":
      return changed({ mode: "ended" });
    case "cancel":
      return open ? changed({ mode: "bot" }) : same;
    case "reopen":
      return state.mode === "ended" ? changed({ mode: "bot" }) : same;
  }
}
