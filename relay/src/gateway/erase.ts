/** Erasing a conversation by HTTP. For operators; a strict body. */
import type { Context } from "hono";
import * as v from "valibot";
import { refusal } from "@allhours/protocol";
import type { Erase } from "../conversation/erase.ts";
import { readJsonBody, readStrict, text } from "./admin.ts";

const schema = v.strictObject({ conversation: text }, "expected an object with conversation");

export async function eraseConversation(context: Context, erase: Erase): Promise<Response> {
  const body = await readJsonBody(context);
  if (!body.ok) return context.json(body, body.error.code === "frame-too-large" ? 413 : 400);
  const asked = readStrict(schema, body.value);
  if (!asked.ok) return context.json(asked, 400);
  const { conversation } = asked.value;
  if (!(await erase(conversation)))
    return context.json(refusal("not-found", `no conversation "${conversation}" is known here`, { path: "conversation" }), 404);
  return context.json({ ok: true, value: { erased: conversation } });
}
