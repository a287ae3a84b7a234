/** Replies on their way: shown at once, sent in order, one at a time per case, and kept with a retry when they did not get through. */
import { postAction } from "./link.js";

/**
 * @param {{ onChange: (caseId: string) => void }} options told after every change of a case's pending replies
 */
export function createOutbox({ onChange }) {
  /** @type {Map<string, { actionId: string, at: string, text: string, author: object, state: "sending" | "failed", message?: string, action: object }[]>} */
  const pending = new Map();
  const running = new Set();

  const listOf = (caseId) => pending.get(caseId) ?? [];

  async function run(caseId) {
    if (running.has(caseId)) return;
    running.add(caseId);
    try {
      for (let entry = next(caseId); entry !== undefined; entry = next(caseId)) {
        const result = await postAction(entry.action);
        if (result.ok) drop(caseId, entry.actionId);
        else Object.assign(entry, { state: "failed", message: result.message, unsure: result.unsure });
        onChange(caseId);
      }
    } finally {
      running.delete(caseId);
    }
  }

  /** The first entry, unless it failed: what was written later must not overtake it. */
  function next(caseId) {
    const [first] = listOf(caseId);
    return first?.state === "sending" ? first : undefined;
  }

  function drop(caseId, actionId) {
    pending.set(
      caseId,
      listOf(caseId).filter((entry) => entry.actionId !== actionId),
    );
  }

  return {
    /** Replies of a case that the relay has not taken yet, oldest first. */
    pending: listOf,
    add(caseId, action, author) {
      const entry = { actionId: action.actionId, at: new Date().toISOString(), text: action.text, author, state: "sending", action };
      pending.set(caseId, [...listOf(caseId), entry]);
      onChange(caseId);
      void run(caseId);
    },
    retry(caseId, actionId) {
      for (const entry of listOf(caseId)) if (entry.actionId === actionId) entry.state = "sending";
      onChange(caseId);
      void run(caseId);
    },
    discard(caseId, actionId) {
      drop(caseId, actionId);
      onChange(caseId);
      void run(caseId);
    },
    /** The line is back: what failed for want of one goes again, under its old id. */
    retryUnsure() {
      for (const [caseId, entries] of pending) {
        for (const entry of entries) if (entry.unsure) entry.state = "sending";
        onChange(caseId);
        void run(caseId);
      }
    },
  };
}
