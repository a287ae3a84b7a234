/**
 * The region's actions as tools of a chat model, and its call of one as a proposal. Arguments come in pieces and may be anything: what is no text,
 * number or yes-or-no is left out, and what a value may be is the relay's to check.
 */
import * as v from "valibot";
import { AdapterError } from "../../errors.ts";
import type { ActionField, ActionOffer, Proposal } from "../../spec.ts";
import { parseJson } from "../../wire.ts";

/** Longer arguments are none that a visitor could read through. */
const ARGUMENTS_CHARS = 4_000;

export const toolCalls = v.optional(
  v.nullable(
    v.array(
      v.object({
        /** Which of several calls a piece belongs to; absent where an answer comes whole. */
        index: v.optional(v.number()),
        function: v.optional(
          v.nullable(v.object({ name: v.optional(v.nullable(v.string())), arguments: v.optional(v.nullable(v.string())) })),
        ),
      }),
    ),
  ),
);
export type CallPiece = NonNullable<NonNullable<v.InferOutput<typeof toolCalls>>[number]>;

/** As `tools` of the request. No value is required: the visitor is asked for those that are missing. */
export function toolsOf(actions: readonly ActionOffer[]): object[] {
  return actions.map(({ id, title, description, fields }) => ({
    type: "function",
    function: {
      name: id,
      description: `${title}. ${description}`,
      parameters: {
        type: "object",
        properties: Object.fromEntries(fields.map((field) => [field.name, propertyOf(field)])),
        additionalProperties: false,
      },
    },
  }));
}
function propertyOf({ label, description, pattern, values }: ActionField): object {
  return {
    type: "string",
    description: description === undefined ? label : `${label}: ${description}`,
    ...(pattern === undefined ? {} : { pattern }),
    ...(values === undefined ? {} : { enum: values }),
  };
}

/** Reads the first call; a model that calls several proposes the first. */
export function createCallReader(): { push(piece: CallPiece): void; end(): Proposal | undefined } {
  let first: number | undefined;
  let name = "";
  let args = "";
  return {
    push({ index = 0, function: called }) {
      if (name !== "" && (index !== first || (called?.name ?? "") !== "")) return;
      first ??= index;
      if (index !== first) return;
      name += called?.name ?? "";
      args += called?.arguments ?? "";
      if (args.length > ARGUMENTS_CHARS) throw new AdapterError("bad-response", `a tool call has more than ${ARGUMENTS_CHARS} characters`);
    },
    end() {
      if (name === "") return undefined;
      const raw = args.trim() === "" ? {} : parseJson(args, "tool call");
      if (typeof raw !== "object" || raw === null || Array.isArray(raw))
        throw new AdapterError("bad-response", "tool call: expected an object of arguments");
      const values = Object.entries(raw).flatMap(([key, value]) =>
        typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? [[key, String(value)]] : [],
      );
      return { action: name, values: Object.fromEntries(values) as Record<string, string> };
    },
  };
}
