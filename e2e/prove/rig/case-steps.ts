/**
 * One visitor's case, step by step: asked for many times at once, offered, accepted by everybody at once, answered, passed on, closed, and said
 * again. Each step notes in the tally what must not happen. Who kills the relay meanwhile is the scenario's.
 */
import { setTimeout as wait } from "node:timers/promises";
import { newId } from "@allhours/protocol";
import { ledgerText, type Sighting } from "../ledger.ts";
import type { Random } from "../random.ts";
import { AGENTS, DESKS, type CaseAgent, type CaseDesks, type Said } from "./case-desks.ts";
import type { KnownCases } from "./case-log.ts";
import type { CaseVisitor } from "./case-visitor.ts";
import type { DeskAnswer } from "./desk.ts";
import { until } from "./waiting.ts";

/** How a case goes; drawn for each. */
export type Plan = {
  /** Nobody accepts until the next team is asked; or the team that is asked passes the offer on; or it is accepted at once. */
  offer: "late" | "declined" | "at-once";
  passedOn: "handoff.passed" | "agent.left" | undefined;
  end: "handoff.released" | "conversation.ended" | "visitor-cancelled";
};
export type Visit = {
  visitor: CaseVisitor;
  random: Random;
  plan: Plan;
  caseId: string;
  holder: CaseAgent | undefined;
  /** What was said of this case and taken. */
  said: Said[];
  /** Requests that opened it, as far as their acks came. */
  openers: string[];
  /** Replies of agents so far. */
  replies: number;
  /** Texts that were refused. */
  refused: number;
};
export type Tally = {
  /** What happened and must not, in words. */
  wrong: string[];
  requests: number;
  races: number;
  /** Acceptances that were refused because somebody else has it. */
  conflicts: number;
  /** Acceptances after the lease, and how many were refused. */
  late: { said: number; refused: number };
  /** Replies of agents who no longer have the case, and how many were refused. */
  stale: { said: number; refused: number };
  repeats: number;
  /** Acknowledged replies of agents. */
  replies: Sighting[];
  /** Messages after the case that the assistant must answer, and how many it did. */
  back: { asked: number; answered: number };
};
/** What the steps need of the scenario. */
export type Stage = { desks: CaseDesks; tally: Tally; known: (conversationId: string) => KnownCases };

/** Longest wait for something that the relay must do by itself; a step that is not done by then is broken. */
const PATIENCE_MS = 60_000;
/** An offer that was written down is on its way: its desk hears of it within this. */
const TOLD_MS = 3_000;
/** Most copies of a reply or a command at once. */
const COPIES = 3;

/** Whoever does not fit is noted; the case goes on, so that one fault is seen as one. */
function judge({ tally }: Stage, visit: Visit, what: string, ok: boolean, seen: string): void {
  if (!ok) tally.wrong.push(`${visit.visitor.name}: ${what}: ${seen}`);
}
const told = ({ status, body }: DeskAnswer): string => `${status} ${body.error?.code ?? ""}`.trim();
const isRefused = ({ status, body }: DeskAnswer): boolean =>
  (status === 404 && body.error?.code === "not-found") || (status === 409 && body.error?.code === "conflict");
const refs = ({ visitor, caseId }: Visit): { caseId: string; conversationId: string } => ({
  caseId,
  conversationId: visitor.conversationId,
});

async function settled(stage: Stage, visit: Visit, what: string, done: () => boolean): Promise<void> {
  judge(stage, visit, what, await until(done, PATIENCE_MS), `not within ${PATIENCE_MS / 1_000} s`);
}

/** Asks for a person `times` times at once: over all links, some requests over two of them, messages in between. */
export async function ask(stage: Stage, visit: Visit, times: number): Promise<void> {
  const { visitor, random } = visit;
  const before = stage.known(visitor.conversationId).opened.length;
  const work: Promise<unknown>[] = [visitor.page.say()];
  for (let n = 0; n < times; n += 1) {
    const id = newId();
    const links = random.chance(0.1) ? [n, n + 1] : [n];
    stage.tally.requests += links.length;
    for (const link of links) {
      work.push(
        visitor.insist(link % visitor.links, "handoff-request", id).then((ack) => {
          judge(stage, visit, "a request was refused", ack.ok, ack.ok ? "" : ack.error.code);
          if (ack.ok && !(ack.value as { known: boolean }).known) visit.openers.push(id);
        }),
      );
    }
    if (n % 20 === 10) work.push(visitor.write(random.int(0, visitor.links - 1)));
  }
  await Promise.all(work);
  const { opened, open } = stage.known(visitor.conversationId);
  judge(
    stage,
    visit,
    "one case is opened",
    opened.length === before + 1 && open.length === 1,
    `${opened.length - before}, ${open.length} open`,
  );
  judge(stage, visit, "one request opens it", visit.openers.length <= 1, String(visit.openers.length));
  visit.caseId = open[0] ?? "";
}

/** Waits for the offer; where the plan says so, until another desk has it, and the first accepts too late. */
export async function offered(stage: Stage, visit: Visit): Promise<void> {
  const { visitor, plan, random } = visit;
  const offers = (): ReturnType<CaseDesks["offers"]> => stage.desks.offers(visitor.conversationId, visit.caseId);
  const writing = visitor.write(random.int(0, visitor.links - 1));
  await settled(stage, visit, "is offered", () => offers().length > 0);
  const [heard] = offers();
  const first = AGENTS.find(({ desk }) => desk === heard?.desk);
  // A desk that did not hear is asked once more. The relay was killed while it told of each offer before: both have had both, and there is no next.
  const isLast = (heard?.event.data["offer"] ?? 1) >= 2 * DESKS.length;
  if (plan.offer !== "at-once" && first !== undefined && !isLast) {
    if (plan.offer === "declined") await copies(stage, visit, first, "handoff.passed", { note: "lunch" }, [200, 409]);
    await settled(stage, visit, "is offered to the next", () => offers().some(({ desk }) => desk !== first.desk));
    const answer = await stage.desks.say(first, "handoff.accepted", refs(visit));
    // A team that passed gets it as a ticket when no other is left: told so, it may.
    const again = answer.status === 200 && (await until(() => offers().at(-1)?.desk === first.desk, TOLD_MS));
    if (again) return void (await writing);
    stage.tally.late.said += 1;
    if (answer.status === 409 && isRefused(answer)) stage.tally.late.refused += 1;
    judge(stage, visit, "an acceptance after the lease", answer.status === 409, told(answer));
  }
  await writing;
}

/** Everybody accepts at once, each some times under one id. One has it; who has not is told so. */
export async function race(stage: Stage, visit: Visit): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    stage.tally.races += 1;
    const answers = await Promise.all(
      AGENTS.map(async (by) => ({ by, answers: await copies(stage, visit, by, "handoff.accepted", {}, [200, 409]) })),
    );
    // A copy may be refused and the next one taken, when an offer has moved on in between.
    const won = answers.filter((one) => one.answers.some(({ status }) => status === 200));
    stage.tally.conflicts += answers.length - won.length;
    judge(stage, visit, "agents who got it at once", won.length <= 1, won.map(({ by }) => by.agent.id).join());
    const holder = won[0]?.by;
    if (holder === undefined) {
      await wait(20);
      continue;
    }
    hold(stage, visit, holder);
    return;
  }
  judge(stage, visit, "is accepted", false, "never");
}
function hold(stage: Stage, visit: Visit, holder: CaseAgent | undefined): void {
  visit.holder = holder;
  stage.desks.holds(visit.visitor.conversationId, holder === undefined ? undefined : { ...holder, caseId: visit.caseId });
}

/** The same command under the same id, one to three times at once. Those that were taken are remembered. */
async function copies(stage: Stage, visit: Visit, by: CaseAgent, type: string, data: object, allowed: number[]): Promise<DeskAnswer[]> {
  const id = newId();
  const all = { ...refs(visit), ...data };
  const answers = await Promise.all(Array.from({ length: visit.random.int(1, COPIES) }, async () => stage.desks.say(by, type, all, id)));
  for (const answer of answers)
    judge(
      stage,
      visit,
      `${type} of ${by.agent.id}`,
      allowed.includes(answer.status) && (answer.status === 200 || isRefused(answer)),
      told(answer),
    );
  const taken = answers.find(({ status }) => status === 200);
  if (taken !== undefined) visit.said.push(taken.said);
  return answers;
}

/** Both write at the same time; each reply comes some times under other request ids, and who has not the case writes too. */
export async function talk(stage: Stage, visit: Visit, each: number): Promise<void> {
  const { visitor, random, holder } = visit;
  if (holder === undefined) return;
  const writing = Array.from({ length: each }, async (_, n) => (n % 2 === 0 ? visitor.write(n % visitor.links) : visitor.page.say()));
  for (let n = 0; n < each; n += 1) {
    const { text, sighting } = ledgerText(`${visitor.name}.agent`, (visit.replies += 1), random);
    const data = { ...refs(visit), text, id: `${visitor.name}-${visit.replies}` };
    const answers = await Promise.all(
      Array.from({ length: random.int(1, COPIES) }, async () => stage.desks.say(holder, "message.created", data)),
    );
    const ids = new Set(answers.map(({ body }) => body.value?.messageId));
    for (const answer of answers)
      judge(stage, visit, "a reply", answer.status === 200 && ids.size === 1, `${told(answer)}, ${ids.size} ids`);
    if (answers.some(({ status }) => status === 200)) stage.tally.replies.push(sighting);
    const [first] = answers;
    if (first !== undefined) visit.said.push(first.said);
  }
  for (const other of AGENTS.filter((one) => one.agent.id !== holder.agent.id)) await stale(stage, visit, other);
  await Promise.all(writing);
}

/** A reply by who has not the case, or no longer: refused with a code, and never shown. Its words are those of nobody in the ledger. */
async function stale(stage: Stage, visit: Visit, by: CaseAgent): Promise<void> {
  const { text } = ledgerText(`${visit.visitor.name}.refused`, (visit.refused += 1), visit.random);
  const answer = await stage.desks.say(by, "message.created", { ...refs(visit), text });
  stage.tally.stale.said += 1;
  if (isRefused(answer)) stage.tally.stale.refused += 1;
  judge(stage, visit, `a reply of ${by.agent.id}, who has not the case`, isRefused(answer), told(answer));
}

/** The agent passes it on or leaves; others are asked, all accept at once, and who had it can write no longer. */
export async function passOn(stage: Stage, visit: Visit): Promise<void> {
  const { visitor, holder, plan, random } = visit;
  if (plan.passedOn === undefined || holder === undefined) return;
  const offers = (): number => stage.desks.offers(visitor.conversationId, visit.caseId).length;
  const before = offers();
  const to = AGENTS.find(({ desk }) => desk !== holder.desk)?.desk;
  hold(stage, visit, undefined);
  const writing = visitor.write(random.int(0, visitor.links - 1));
  await copies(stage, visit, holder, plan.passedOn, plan.passedOn === "handoff.passed" ? { to, note: "my shift is over" } : {}, [200]);
  // Half wait for the next offer; the others are taken in the moment in which nobody has been asked yet.
  if (random.chance(0.5)) await settled(stage, visit, "is offered again", () => offers() > before);
  await race(stage, visit);
  const taken = visit.holder;
  if (taken !== undefined && taken.agent.id !== holder.agent.id) await stale(stage, visit, holder);
  await writing;
}

/** Closed by the agent or the visitor, while the visitor writes. */
export async function end(stage: Stage, visit: Visit): Promise<void> {
  const { visitor, holder, plan, random } = visit;
  if (holder === undefined) return;
  hold(stage, visit, undefined);
  const writing = visitor.write(random.int(0, visitor.links - 1));
  if (plan.end === "visitor-cancelled") {
    const acks = await Promise.all(Array.from({ length: visitor.links }, async (_, link) => visitor.insist(link, "handoff-cancel")));
    for (const ack of acks) judge(stage, visit, "a cancellation", ack.ok, ack.ok ? "" : ack.error.code);
  } else await copies(stage, visit, holder, plan.end, {}, [200]);
  await writing;
}

/** What comes too late is refused; what is said again changes nothing; the assistant answers again. */
export async function afterwards(stage: Stage, visit: Visit): Promise<void> {
  const { visitor, random } = visit;
  const { conversationId } = visitor;
  for (const by of AGENTS) {
    await stale(stage, visit, by);
    const answer = await stage.desks.say(by, "handoff.accepted", refs(visit));
    judge(stage, visit, "an acceptance of a closed case", answer.status === 404 && isRefused(answer), told(answer));
  }
  // What the page had not sent yet would wake the assistant by itself.
  await settled(stage, visit, "the page has sent everything", () => visitor.page.waiting() === 0);
  const before = JSON.stringify(stage.known(conversationId));
  const again = await Promise.all(
    visit.said.map(async (said) => {
      const answer = await stage.desks.say(said.by, said.type, said.data, said.id);
      stage.tally.repeats += 1;
      const same = answer.status === 200 && answer.body.value?.duplicate === true && answer.body.value.messageId === said.messageId;
      judge(stage, visit, `${said.type} again`, same, `${told(answer)} ${JSON.stringify(answer.body.value)}`);
    }),
  );
  for (const id of visit.openers) {
    const ack = await visitor.insist(random.int(0, visitor.links - 1), "handoff-request", id);
    stage.tally.repeats += 1;
    judge(stage, visit, "the request again", ack.ok && (ack.value as { known: boolean }).known, JSON.stringify(ack));
  }
  const after = JSON.stringify(stage.known(conversationId));
  judge(stage, visit, `${again.length + visit.openers.length} repeats change nothing`, after === before, `${before} became ${after}`);

  const { sender, n } = await visitor.write(random.int(0, visitor.links - 1));
  stage.tally.back.asked += 1;
  const answered = (): boolean => visitor.page.shown("bot").some((one) => one.sender === `re:${sender}` && one.n === n);
  await settled(stage, visit, "the assistant is back", answered);
  if (answered()) stage.tally.back.answered += 1;
}
