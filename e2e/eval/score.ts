/** From the relay's answers to figures. Pure. */
import type { Message } from "@allhours/protocol";

/** What the visitor saw. `answered`: one article; `asked-back`: buttons; `passed-on`: neither. Ids are article ids. */
export type Reply = { kind: "answered"; articleId: string } | { kind: "asked-back"; articleIds: string[] } | { kind: "passed-on" };
/** `expected` is the article that is right, `undefined` when none is. `ms`: from the send to the answer. */
export type Scored = { line: number; expected: string | undefined; reply: Reply; ms: number };

/** Shares are 0 to 1 of the in-scope utterances, or of the out-of-scope ones; `undefined` where there are none of them. */
export type Score = {
  utterances: number;
  inScope: number;
  outOfScope: number;
  /** In scope and answered with the right article. */
  accuracy: number | undefined;
  answered: number | undefined;
  /** In scope and answered with another article. */
  wrong: number | undefined;
  askedBack: number | undefined;
  /** In scope, asked back, and the right article was among the buttons. */
  rightAmongButtons: number | undefined;
  passedOn: number | undefined;
  /** Out of scope and neither answered nor asked back. */
  outOfScopePassedOn: number | undefined;
  outOfScopeAskedBack: number | undefined;
  outOfScopeAnswered: number | undefined;
  p50Ms: number | undefined;
  p99Ms: number | undefined;
  /** Most frequent mistakes first: the article given in place of the right one. */
  confusions: { expected: string; given: string; count: number }[];
};

/** Option ids of buttons that offer an article. */
const ARTICLE_OPTION = /^article:(.+)$/;

/** Reads what a bot's message says. An answer of several sources counts by its first. */
export function replyOf(message: Pick<Message, "parts">): Reply {
  for (const part of message.parts) {
    const source = part.type === "sources" ? part.items[0] : undefined;
    if (source !== undefined) return { kind: "answered", articleId: source.id };
  }
  const articleIds = message.parts.flatMap((part) =>
    part.type === "choices" ? part.options.flatMap((option) => ARTICLE_OPTION.exec(option.id)?.[1] ?? []) : [],
  );
  return articleIds.length > 0 ? { kind: "asked-back", articleIds } : { kind: "passed-on" };
}

export function scoreOf(results: readonly Scored[]): Score {
  const inScope = results.filter((result) => result.expected !== undefined);
  const outOfScope = results.filter((result) => result.expected === undefined);
  const among = (list: readonly Scored[], holds: (result: Scored) => boolean): number | undefined =>
    list.length === 0 ? undefined : list.filter(holds).length / list.length;
  const of =
    (kind: Reply["kind"]) =>
    ({ reply }: Scored): boolean =>
      reply.kind === kind;
  const times = results.map((result) => result.ms).sort((one, other) => one - other);
  return {
    utterances: results.length,
    inScope: inScope.length,
    outOfScope: outOfScope.length,
    accuracy: among(inScope, ({ reply, expected }) => reply.kind === "answered" && reply.articleId === expected),
    answered: among(inScope, of("answered")),
    wrong: among(inScope, ({ reply, expected }) => reply.kind === "answered" && reply.articleId !== expected),
    askedBack: among(inScope, of("asked-back")),
    rightAmongButtons: among(
      inScope,
      ({ reply, expected }) => reply.kind === "asked-back" && expected !== undefined && reply.articleIds.includes(expected),
    ),
    passedOn: among(inScope, of("passed-on")),
    outOfScopePassedOn: among(outOfScope, of("passed-on")),
    outOfScopeAskedBack: among(outOfScope, of("asked-back")),
    outOfScopeAnswered: among(outOfScope, of("answered")),
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    confusions: confusionsOf(inScope),
  };
}

/** Of an ascending list: the least value that `share` of the list does not exceed (nearest rank). */
export function quantile(ascending: ArrayLike<number>, share: number): number | undefined {
  return ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)];
}

function confusionsOf(inScope: readonly Scored[]): Score["confusions"] {
  const counts = new Map<string, { expected: string; given: string; count: number }>();
  for (const { expected = "", reply } of inScope) {
    if (reply.kind !== "answered" || reply.articleId === expected) continue;
    const key = JSON.stringify([expected, reply.articleId]);
    const seen = counts.get(key) ?? { expected, given: reply.articleId, count: 0 };
    seen.count += 1;
    counts.set(key, seen);
  }
  return [...counts.values()].sort((one, other) => other.count - one.count);
}
