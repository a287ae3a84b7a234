/** Gaps and what was learnt, by HTTP, for the operator: one GET that shows, one POST that decides. Strict; a refusal names the field. */
import type { Context } from "hono";
import * as v from "valibot";
import { refusal, type Result } from "@allhours/protocol";
import type { Review } from "../learning/review.ts";
import { readJsonBody, readStrict } from "./admin.ts";

const short = v.pipe(v.string("expected text"), v.minLength(1, "expected text"), v.maxLength(256, "expected at most 256 characters"));
const articleId = v.pipe(
  v.string("expected an article id"),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,126}$/, "expected an article id of letters, digits, dots and dashes"),
);
const querySchema = v.strictObject({
  region: short,
  status: v.optional(v.picklist(["open", "approved", "rejected", "merged"], "expected open, approved, rejected or merged"), "open"),
});
const decisionSchema = v.variant(
  "action",
  [
    v.strictObject({ action: v.literal("run"), region: short }),
    v.strictObject({ action: v.literal("check"), region: short }),
    v.strictObject({
      action: v.literal("approve"),
      region: short,
      gap: short,
      articleId: v.optional(articleId),
      title: v.optional(short),
      text: v.optional(v.pipe(v.string("expected text"), v.maxLength(20_000, "expected at most 20000 characters"))),
      by: v.optional(short),
    }),
    v.strictObject({ action: v.literal("reject"), region: short, gap: short }),
    v.strictObject({ action: v.literal("merge"), region: short, gap: short, into: short }),
    v.strictObject({ action: v.literal("attach"), region: short, articleId, questionId: short, by: v.optional(short) }),
    v.strictObject({ action: v.literal("revert"), region: short, id: short }),
  ],
  "expected run, check, approve, reject, merge, attach or revert",
);

export async function showLearning(context: Context, review: Review): Promise<Response> {
  const query = readStrict(querySchema, context.req.query());
  if (!query.ok) return context.json(query, 400);
  const { region, status } = query.value;
  return context.json({ ok: true, value: { gaps: await review.list(region, status), learned: review.learned(region) } });
}

const regionSchema = v.strictObject({ region: short });
export async function showObserved(context: Context, review: Review): Promise<Response> {
  const query = readStrict(regionSchema, context.req.query());
  if (!query.ok) return context.json(query, 400);
  const result = await review.observed(query.value.region);
  return context.json(result, result.ok ? 200 : 404);
}

export async function decideLearning(context: Context, review: Review): Promise<Response> {
  const body = await readJsonBody(context);
  if (!body.ok) return context.json(body, body.error.code === "frame-too-large" ? 413 : 400);
  const decision = readStrict(decisionSchema, body.value);
  if (!decision.ok) return context.json(decision, 400);
  const result = await decide(decision.value, review);
  return context.json(result, result.ok ? 200 : result.error.code === "not-found" ? 404 : result.error.code === "conflict" ? 409 : 400);
}

async function decide(decision: v.InferOutput<typeof decisionSchema>, review: Review): Promise<Result<unknown>> {
  const { region } = decision;
  switch (decision.action) {
    case "run":
      return review.run(region);
    case "check":
      return review.check(region);
    case "approve": {
      const { articleId: id, title, text, by } = decision;
      return review.approve(region, decision.gap, { articleId: id, title, text, by });
    }
    case "reject":
      return review.reject(region, decision.gap);
    case "merge":
      return review.merge(region, decision.gap, decision.into);
    case "attach":
      return review.attach(region, { articleId: decision.articleId, questionId: decision.questionId, by: decision.by });
    case "revert":
      return review.revert(region, decision.id);
    default:
      return refusal("bad-frame", "action: expected another");
  }
}
