/**
 * `POST /desk/action`: what an agent did in the page. Sends it to the relay signed, one at a time per case and in order, and changes
 * the case when the relay has taken it. The page makes one id per action; the same id, twice or at once, is sent once.
 */
import type { Board } from "./board.ts";
import { accepted, closed, left, seen, withLine, type Case } from "./cases.ts";
import { json, readBody, refuse } from "./edge.ts";
import { explain, type ReplyAgent, type ReplyBody, type ReplyClient, type ReplyRef } from "./reply.ts";

/** Of the wire: characters of one message. */
const TEXT_CHARS = 8_000;
const BODY_BYTES = 64 * 1024;
const NOTE_CHARS = 2_000;
/** Answers remembered, for a double click and a page's own retry. After that the relay's dedupe still holds. */
const ANSWERS_KEPT = 1_000;

const types = [
  "handoff.accepted",
  "message.created",
  "agent.typing",
  "message.read",
  "question.attached",
  "agent.left",
  "handoff.passed",
  "handoff.released",
  "conversation.ended",
] as const;
type Action = {
  desk: string;
  caseId: string;
  agentId: string;
  /** Team the agent says to be of; empty: none in particular. */
  teamId: string;
  actionId: string;
  type: (typeof types)[number];
  text: string;
  typing: boolean;
  seq: number;
  articleId: string;
};
type Answer = { status: number; body: object };

export type ActionDesk = { agent(id: string, teamId?: string): ReplyAgent | undefined; replies: ReplyClient };

/** The route. `desk` finds a desk by its id. */
export function createActions(board: Board, desk: (id: string) => ActionDesk | undefined): (request: Request) => Promise<Response> {
  const answers = new Map<string, Promise<Answer>>();
  const tails = new Map<string, Promise<unknown>>();

  /** Runs after everything asked for earlier on the same case: a visitor reads the words in the order they were written. */
  async function inOrder(caseId: string, work: () => Promise<Answer>): Promise<Answer> {
    const mine = (tails.get(caseId) ?? Promise.resolve()).then(work);
    const tail = mine.catch(() => undefined);
    tails.set(caseId, tail);
    void tail.then(() => {
      if (tails.get(caseId) === tail) tails.delete(caseId);
    });
    return mine;
  }

  async function once(actionId: string, work: () => Promise<Answer>): Promise<Answer> {
    const known = answers.get(actionId);
    if (known !== undefined) return known;
    const answer = work();
    answers.set(actionId, answer);
    for (const oldest of answers.keys()) {
      if (answers.size <= ANSWERS_KEPT) break;
      answers.delete(oldest);
    }
    // What failed may be tried again under the same id.
    const forget = (): void => void answers.delete(actionId);
    answer.then(({ status }) => (status === 200 ? undefined : forget()), forget);
    return answer;
  }

  async function perform(action: Action, { agent, replies }: { agent: ReplyAgent; replies: ReplyClient }): Promise<Answer> {
    const item = board.get(action.desk, action.caseId);
    if (item === undefined) return failure(404, "unknown-case", "This desk does not know the case.");
    const takesOver = item.handover === true && action.type === "handoff.accepted";
    if (item.agent !== undefined && item.agent.id !== agent.id && !takesOver)
      return failure(409, "conflict", `${item.agent.name} has this case.`);
    const now = new Date().toISOString();
    const ephemeral = action.type === "agent.typing" || action.type === "message.read";
    if (action.type === "message.read") await board.put(seen(item, action.seq));
    const result = await replies.send(item.replyPath, action.actionId, bodyOf(action, item, agent, now), { once: ephemeral });
    // Read again: the relay may have told us more in the meantime.
    const current = board.get(action.desk, action.caseId) ?? item;
    if (!result.ok) {
      if (result.status === 404 && !ephemeral) await board.put(closed(current, "gone", now, action.actionId));
      return failure(result.status === 0 ? 502 : result.status, result.code, explain(result));
    }
    // What is learnt changes no case.
    if (!ephemeral && action.type !== "question.attached") await board.put(outcome(action, current, agent, now, result.messageId));
    return { status: 200, body: { ok: true } };
  }

  return async (request) => {
    const action = readAction(await readBody(request, BODY_BYTES));
    if (typeof action === "string") return refuse(400, "bad-action", action);
    const found = desk(action.desk);
    const agent = found?.agent(action.agentId, action.teamId);
    if (found === undefined || agent === undefined) return refuse(400, "unknown-agent", "expected a desk and one of its agents");
    const work = async (): Promise<Answer> => perform(action, { agent, replies: found.replies });
    const queued = action.type === "agent.typing" ? work : async (): Promise<Answer> => inOrder(action.caseId, work);
    const { status, body } = await once(action.actionId, queued);
    return json(status, body);
  };
}

function failure(status: number, code: string, message: string): Answer {
  return { status, body: { ok: false, error: { code, message } } };
}

/** What the relay's yes makes of the case. */
function outcome(action: Action, item: Case, { id, name }: ReplyAgent, at: string, messageId: string | undefined): Case {
  const holder = { id, name };
  const noteId = action.actionId;
  switch (action.type) {
    case "handoff.accepted":
      return accepted(item, holder, at, noteId);
    case "message.created":
      // A desk that answers without accepting first has accepted.
      return withLine(item.status === "waiting" ? accepted(item, holder, at, noteId) : item, {
        id: messageId ?? action.actionId,
        at,
        author: { kind: "agent", id, name },
        text: action.text,
        actionId: action.actionId,
      });
    case "agent.left":
      return left(item, holder, at, noteId);
    case "handoff.passed":
      // Of a case somebody has: whether it comes back here is the relay's to say.
      return item.status === "open" ? left(item, holder, at, noteId) : item;
    case "handoff.released":
      return closed(item, "released", at, noteId);
    case "conversation.ended":
      return closed(item, "ended", at, noteId);
    default:
      return item;
  }
}

function bodyOf(action: Action, item: Case, agent: ReplyAgent, timestamp: string): ReplyBody {
  const data: ReplyRef = { caseId: item.caseId, conversationId: item.conversationId, agent };
  switch (action.type) {
    case "message.created":
      return { type: action.type, timestamp, data: { ...data, text: action.text } };
    case "agent.typing":
      return { type: action.type, timestamp, data: { ...data, typing: action.typing } };
    case "message.read":
      return { type: action.type, timestamp, data: { ...data, seq: action.seq } };
    case "question.attached":
      return { type: action.type, timestamp, data: { ...data, articleId: action.articleId } };
    case "handoff.passed":
      return { type: action.type, timestamp, data: { ...data, ...(action.text === "" ? {} : { note: action.text }) } };
    default:
      return { type: action.type, timestamp, data };
  }
}

/** The action, or in words what is wrong with it. */
function readAction(rawBody: string | undefined): Action | string {
  if (rawBody === undefined) return `a body may have ${BODY_BYTES} bytes`;
  let body: Record<string, unknown>;
  try {
    body = Object(JSON.parse(rawBody)) as Record<string, unknown>;
  } catch {
    return "body: expected JSON";
  }
  const field = (name: string): string => (typeof body[name] === "string" ? body[name] : "");
  const type = types.find((one) => one === body["type"]);
  const [desk, caseId, agentId, actionId, text] = [
    field("desk"),
    field("caseId"),
    field("agentId"),
    field("actionId"),
    field("text").trim(),
  ];
  const { typing = false, seq = 0 } = body;
  if (type === undefined) return `type: expected ${types.join(" | ")}`;
  if (desk === "" || caseId === "" || agentId === "") return "expected desk, caseId and agentId";
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(actionId)) return "actionId: expected a UUID";
  if (type === "message.created" && (text === "" || text.length > TEXT_CHARS)) return `text: expected 1 to ${TEXT_CHARS} characters`;
  if (type === "handoff.passed" && text.length > NOTE_CHARS) return `text: expected a note of at most ${NOTE_CHARS} characters`;
  const articleId = field("articleId").trim();
  if (type === "question.attached" && !/^[\w.-]{1,127}$/.test(articleId)) return "articleId: expected the id of an article";
  if (typeof typing !== "boolean") return "typing: expected true or false";
  if (typeof seq !== "number" || !Number.isSafeInteger(seq) || seq < 0) return "seq: expected a whole number";
  return { desk, caseId, agentId, teamId: field("teamId"), actionId, type, text, typing, seq, articleId };
}
