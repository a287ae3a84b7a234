/**
 * Answers written by a chat model behind an OpenAI-compatible `/chat/completions`, from the region's own passages and with their citations.
 * No passage, no citation: no answer, and the next adapter is asked. Never acts: its tools are the region's actions, and a call of one is a proposal
 * that the visitor is asked about (tools.ts). Time-outs and retries are the guard's.
 */
import * as v from "valibot";
import type { Part } from "@allhours/protocol";
import { AdapterError } from "../../errors.ts";
import { headersOption, optionsReader, urlOption } from "../../options.ts";
import type {
  ActionOffer,
  AdapterContext,
  AdapterDefinition,
  NluAdapter,
  NluRequest,
  Passage,
  Proposal,
  Understanding,
} from "../../spec.ts";
import { discardBody } from "../../http-status.ts";
import { streamedAnswer, type Piece } from "../streamed.ts";
import { check, contentTypeOf, eventsOf, parseJson, postJson, readJson } from "../../wire.ts";
import { createBudget, estimateTokens, type Budget } from "./budget.ts";
import { createCitationReader } from "./citations.ts";
import { promptFor, type ChatMessage } from "./prompt.ts";
import { createCallReader, toolCalls, toolsOf, type CallPiece } from "./tools.ts";

const share = v.pipe(v.number("expected a number from 0 to 1"), v.minValue(0, "expected at least 0"), v.maxValue(1, "expected at most 1"));
const tokens = v.pipe(v.number("expected a number of tokens"), v.integer("expected a whole number"), v.minValue(1, "expected at least 1"));

const optionsSchema = v.strictObject({
  /** Up to and without `/chat/completions`; its origin must be in the region's `egress`. */
  baseUrl: urlOption,
  model: v.pipe(v.string("expected the name of a model"), v.minLength(1, "expected the name of a model")),
  /** Sent as a bearer token. */
  apiKey: v.optional(v.string("expected text")),
  /** Sent with each request, as Azure's `api-key`. */
  headers: v.optional(headersOption, {}),
  /** The merchant's own words on tone and rules, added to what the model is told. */
  instructions: v.optional(v.pipe(v.string("expected text"), v.maxLength(4_000, "expected at most 4000 characters")), ""),
  /** Passages shown to the model. */
  passages: v.optional(v.pipe(tokens, v.maxValue(20, "expected at most 20")), 5),
  /** Passages below this score are not shown; without any the model is not asked. */
  passageAt: v.optional(share, 0.15),
  temperature: v.optional(
    v.pipe(v.number("expected a number"), v.minValue(0, "expected at least 0"), v.maxValue(2, "expected at most 2")),
    0.2,
  ),
  /** Longest answer. */
  maxTokens: v.optional(tokens, 400),
  /** Tokens a visitor may cost in 24 hours, question and passages included. */
  visitorTokensPerDay: v.optional(tokens, 40_000),
  /** Tokens the region may cost in 24 hours. */
  tokensPerDay: v.optional(tokens, 5_000_000),
});
export type OpenAiOptions = v.InferOutput<typeof optionsSchema>;

const usage = v.optional(v.nullable(v.object({ total_tokens: v.optional(v.number()) })));
const errorBody = v.object({ error: v.union([v.string(), v.object({ code: v.optional(v.nullable(v.union([v.string(), v.number()]))) })]) });
const chunkSchema = v.object({
  choices: v.optional(
    v.array(
      v.object({
        delta: v.optional(v.nullable(v.object({ content: v.optional(v.nullable(v.string())), tool_calls: toolCalls }))),
        finish_reason: v.optional(v.nullable(v.string())),
      }),
    ),
    [],
  ),
  usage,
});
const wholeSchema = v.object({
  choices: v.array(
    v.object({
      message: v.object({ content: v.optional(v.nullable(v.string())), tool_calls: toolCalls }),
      finish_reason: v.optional(v.nullable(v.string())),
    }),
  ),
  usage,
});
/** What the model said, and when the server counts, what it cost. */
type Said = { text: string } | { call: CallPiece } | { finish: string } | { tokens: number };

/** Longer answers are cut, whatever `maxTokens` a server obeys. */
const ANSWER_CHARS = 6_000;

export function createOpenAiNlu(options: OpenAiOptions, context: AdapterContext, now: () => number = Date.now): NluAdapter {
  const budget = createBudget(options);
  const url = `${options.baseUrl.replace(/\/$/, "")}/chat/completions`;
  const headers = { ...(options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` }), ...options.headers };

  async function ask(messages: ChatMessage[], actions: readonly ActionOffer[], signal: AbortSignal): Promise<AsyncGenerator<Said, void>> {
    const response = await postJson(
      context,
      url,
      {
        model: options.model,
        messages,
        stream: true,
        stream_options: { include_usage: true },
        temperature: options.temperature,
        max_tokens: options.maxTokens,
        ...(actions.length === 0 ? {} : { tools: toolsOf(actions) }),
      },
      { accept: "text/event-stream, application/json", ...headers },
      signal,
    );
    const type = contentTypeOf(response);
    if (type === "text/event-stream") return saidIn(response);
    if (type === "application/json") return saidWhole(response);
    await discardBody(response);
    throw new AdapterError("bad-response", `answered with content type "${type}", expected text/event-stream or application/json`);
  }

  return {
    kind: "nlu",
    async understand(request, signal) {
      signal.throwIfAborted();
      const found = (await request.search?.(request.text, options.passages)) ?? [];
      const passages = found.filter(({ score }) => score >= options.passageAt);
      const { actions = [] } = request;
      // Nothing to answer from, and nothing to do: the model would only guess.
      if (request.text.trim() === "" || (passages.length === 0 && actions.length === 0)) return nothing;
      const at = now();
      const spent = budget.spent(request.visitorId, at);
      if (spent !== undefined) throw new AdapterError("rate-limited", `the budget of the ${spent} for today is spent`);
      const messages = promptFor(request, passages, options.instructions);
      const said = await ask(messages, actions, signal);
      return understood({ passages, canCall: actions.length > 0 }, said, spendingOf(budget, request, messages, at), signal);
    },
  };
}

/** `canCall`: the model was given tools. */
type Asked = { passages: readonly Passage[]; canCall: boolean };
const nothing: Understanding = { intents: [], slots: [] };

/** Counts once, when the answer has ended in whatever way: what the server says, else an estimate. */
function spendingOf(
  budget: Budget,
  { visitorId }: NluRequest,
  messages: readonly ChatMessage[],
  at: number,
): (text: string, counted?: number) => void {
  const asked = messages.reduce((sum, { content }) => sum + estimateTokens(content), 0);
  let done = false;
  return (text, counted) => {
    if (done) return;
    done = true;
    budget.spend(visitorId, counted ?? asked + estimateTokens(text), at);
  };
}

/** Resolves when the answer is known to be one: with its first citation, with a proposal, or `nothing` when it has neither. */
async function understood(
  asked: Asked,
  said: AsyncGenerator<Said, void>,
  spend: (text: string, counted?: number) => void,
  signal: AbortSignal,
): Promise<Understanding> {
  const pieces = piecesOf(asked, said, spend);
  let first = await pieces.next();
  while (first.done !== true && "text" in first.value && first.value.text === "") first = await pieces.next();
  if (first.done === true) {
    const proposal = first.value;
    return proposal === undefined ? nothing : { ...nothing, proposal };
  }
  return { ...nothing, answer: streamedAnswer(pieces, signal, first.value) };
}

/** Gives at its end what the model proposes; beside an answer that has begun, nothing. */
async function* piecesOf(
  { passages, canCall }: Asked,
  said: AsyncGenerator<Said, void>,
  spend: (text: string, counted?: number) => void,
): AsyncGenerator<Piece, Proposal | undefined> {
  const call = createCallReader();
  const reader = createCitationReader(passages.length);
  let text = "";
  let counted: number | undefined;
  let finish: string | undefined;
  try {
    for await (const one of said) {
      if ("tokens" in one) counted = one.tokens;
      if ("finish" in one) finish = one.finish;
      if ("call" in one) call.push(one.call);
      if (!("text" in one)) continue;
      text += one.text;
      const shown = reader.push(one.text);
      // A call can follow words that are no answer.
      if (shown === undefined && !canCall) return undefined;
      if (shown !== undefined && shown !== "") yield { text: shown };
      if (text.length > ANSWER_CHARS) {
        finish = "length";
        break;
      }
    }
    if (finish === "content_filter") throw new AdapterError("refused", "the service withheld the answer (content_filter)");
    if (finish === undefined) throw new AdapterError("bad-response", "the stream ended without a finish_reason");
    const rest = reader.end();
    if (rest === undefined) return call.end();
    yield { text: finish === "length" ? `${rest}…` : rest };
    yield { parts: [sourcesOf(reader.cited, passages)] };
    return undefined;
  } finally {
    spend(text, counted);
    await said.return();
  }
}

function sourcesOf(cited: readonly number[], passages: readonly Passage[]): Part {
  return {
    type: "sources",
    items: cited.flatMap((number) => {
      const passage = passages[number - 1];
      if (passage === undefined) return [];
      const { articleId: id, title, language, url, updatedAt } = passage;
      return [{ id, title, language, ...(url === undefined ? {} : { url }), ...(updatedAt === undefined ? {} : { updatedAt }) }];
    }),
  };
}

async function* saidIn(response: Response): AsyncGenerator<Said, void> {
  for await (const data of eventsOf(response)) {
    if (data === "[DONE]") return;
    const raw = parseJson(data, "chunk");
    refuseErrors(raw);
    yield* saidOf(check(chunkSchema, raw, "chunk"), (choice) => choice.delta);
  }
}

/** A server that does not stream: the same, in one piece. */
async function* saidWhole(response: Response): AsyncGenerator<Said, void> {
  const raw = await readJson(response, v.unknown(), "answer");
  refuseErrors(raw);
  yield* saidOf(check(wholeSchema, raw, "answer"), (choice) => choice.message);
}

function* saidOf<Choice extends { finish_reason?: string | null | undefined }>(
  chunk: { choices: Choice[]; usage?: { total_tokens?: number | undefined } | null | undefined },
  messageIn: (
    choice: Choice,
  ) => { content?: string | null | undefined; tool_calls?: readonly CallPiece[] | null | undefined } | null | undefined,
): Generator<Said, void> {
  const [choice] = chunk.choices;
  if (choice !== undefined) {
    const message = messageIn(choice);
    yield { text: message?.content ?? "" };
    for (const call of message?.tool_calls ?? []) yield { call };
    if (typeof choice.finish_reason === "string") yield { finish: choice.finish_reason };
  }
  if (typeof chunk.usage?.total_tokens === "number") yield { tokens: chunk.usage.total_tokens };
}

/** Some servers answer 200 and put the error into the body. Its message may quote the visitor; its code does not. */
function refuseErrors(raw: unknown): void {
  const parsed = v.safeParse(errorBody, raw);
  if (!parsed.success) return;
  const { error } = parsed.output;
  const code = typeof error === "string" ? undefined : error.code;
  throw new AdapterError(
    "failed",
    `answered 200 with an error${typeof code === "string" && /^[\w.-]{1,60}$/.test(code) ? ` (${code})` : ""}`,
  );
}

export const openAiNlu: AdapterDefinition<"nlu"> = {
  kind: "nlu",
  name: "openai",
  parseOptions: optionsReader(optionsSchema),
  create: (options: OpenAiOptions, context) => createOpenAiNlu(options, context),
};
