/**
 * Cases as the log tells them: which are open, who had one when, and where the log contradicts itself. A witness of its own that knows no more of
 * the relay than the protocol says: it shares no code with the relay's state machine.
 */
import BetterSqlite3 from "better-sqlite3";

type ModeEvent = { mode: string; caseId?: string | undefined; agent?: { id: string } | undefined };
/** From this `seq` on the conversation is served so; `agentId` where a person has it. */
export type Stretch = { from: number; mode: string; caseId: string | undefined; agentId: string | undefined };
export type CaseWalk = {
  /** Every case that was opened, in that order. */
  opened: string[];
  /** Those not closed yet: more than one is a fork. */
  open: string[];
  stretches: Stretch[];
  /** Steps that nothing explains, in words. */
  wrong: string[];
};
export type KnownCases = CaseWalk & { row: { mode: string; caseId: string | undefined } };

/** `changes`: the mode changes of one conversation, by `seq`. Pure. */
export function walkCases(changes: readonly { seq: number; event: ModeEvent }[]): CaseWalk {
  const opened: string[] = [];
  const open = new Set<string>();
  const wrong: string[] = [];
  const stretches: Stretch[] = [{ from: 0, mode: "bot", caseId: undefined, agentId: undefined }];
  for (const { seq, event } of changes) {
    const before = stretches.at(-1);
    const { mode, caseId, agent } = event;
    const say = (what: string): void => void wrong.push(`${seq}: ${what}`);
    if (mode === "queued" || mode === "agent") {
      if (caseId === undefined) say(`${mode} without a case`);
      else if (!open.has(caseId)) {
        if (mode === "agent") say("an agent has a case that is not open");
        if (opened.includes(caseId)) say("a closed case is open again");
        if (open.size > 0) say("a second case is opened");
        opened.push(caseId);
        open.add(caseId);
      } else if (before?.caseId !== caseId) say("the open case changes");
      else if (before.mode === mode) say(mode === "agent" ? "an agent takes what another has" : "waiting begins twice");
    } else {
      if (mode === "ended" && open.size === 0) say("an end without a case");
      if (mode === "bot" && before?.mode === "bot") say("the assistant is back twice");
      open.clear();
    }
    stretches.push({ from: seq, mode, caseId, agentId: agent?.id });
  }
  return { opened, open: [...open], stretches, wrong };
}

/** By conversation, in one snapshot of the database, beside a running relay or after one. What the row says must be what the log says. */
export function readCases(databaseFile: string): Map<string, KnownCases> {
  const database = new BetterSqlite3(databaseFile, { readonly: true });
  try {
    const read = database.transaction(() => ({
      rows: database.prepare("select id, mode, case_id from conversations").all() as { id: string; mode: string; case_id: string | null }[],
      changes: database
        .prepare("select conversation_id, seq, event from entries where event like '%\"mode-changed\"%' order by conversation_id, seq")
        .all() as { conversation_id: string; seq: number; event: string }[],
    }));
    const { rows, changes } = read();
    const by = new Map<string, { seq: number; event: ModeEvent }[]>();
    for (const { conversation_id: id, seq, event: text } of changes) {
      const event = JSON.parse(text) as ModeEvent & { type: string };
      if (event.type !== "mode-changed") continue;
      const list = by.get(id) ?? [];
      by.set(id, list);
      list.push({ seq, event });
    }
    return new Map(
      rows.map((row) => {
        const walk = walkCases(by.get(row.id) ?? []);
        const caseId = row.case_id ?? undefined;
        const last = walk.stretches.at(-1);
        if (last?.mode !== row.mode || last.caseId !== caseId)
          walk.wrong.push(`the row says ${row.mode} ${caseId}, the log ${last?.mode} ${last?.caseId}`);
        return [row.id, { ...walk, row: { mode: row.mode, caseId } }];
      }),
    );
  } finally {
    database.close();
  }
}

/** Who served when entry `seq` was written, and who did next. */
export function servedAt({ stretches }: CaseWalk, seq: number): { now: Stretch | undefined; next: Stretch | undefined } {
  const index = stretches.findLastIndex(({ from }) => from <= seq);
  return { now: stretches[index], next: stretches[index + 1] };
}
