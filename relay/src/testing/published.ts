/**
 * Published API descriptions, for checking what an adapter sends and reads against them. They lie beside the clone, in
 * `../shared/contracts`, and are not part of the project: a test that needs one is skipped where it is not. For tests only.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const folder = new URL("../../../../shared/contracts/", import.meta.url);

type Node = Record<string, unknown>;
export type Published = {
  /** A schema below `components.schemas`, or by a JSON pointer that begins with `#`. */
  schema(name: string): Node;
  /** What does not fit: keys that no alternative knows, required ones that are missing, wrong types; as paths. Empty: it fits. */
  misfits(value: unknown, schema: Node): string[];
};

/** True when the description is there; else says in a line that what needs it is skipped. */
export function isPublished(file: string): boolean {
  if (existsSync(new URL(file, folder))) return true;
  process.stderr.write(`skipped: ../shared/contracts/${file} is not there\n`);
  return false;
}

export function readPublished(file: string): Published {
  const source = readFileSync(fileURLToPath(new URL(file, folder)), "utf8");
  const root = (file.endsWith(".json") ? JSON.parse(source) : parse(source)) as Node;
  const at = (pointer: string): Node =>
    pointer
      .slice(2)
      .split("/")
      .reduce<unknown>((node, key) => (node as Node)[decodeURIComponent(key.replaceAll("~1", "/").replaceAll("~0", "~"))], root) as Node;
  const resolved = (schema: Node): Node => (typeof schema["$ref"] === "string" ? resolved(at(schema["$ref"])) : schema);
  const list = (schema: Node, key: string): Node[] => (schema[key] as Node[] | undefined) ?? [];

  /** Of a schema and all it is put together from. */
  function properties(schema: Node): { known: Record<string, Node>; required: string[]; open: boolean } {
    const own = resolved(schema);
    const parts = list(own, "allOf").map(properties);
    return {
      known: Object.assign({}, ...parts.map(({ known }) => known), own["properties"]) as Record<string, Node>,
      required: [...parts.flatMap(({ required }) => required), ...((own["required"] as string[] | undefined) ?? [])],
      open:
        parts.some(({ open }) => open) ||
        (own["additionalProperties"] !== undefined && own["additionalProperties"] !== false) ||
        // An object of which nothing is said.
        (own["type"] === "object" && own["properties"] === undefined && own["additionalProperties"] !== false),
    };
  }
  function misfits(value: unknown, given: Node, path = ""): string[] {
    const schema = resolved(given);
    const choices = [...list(schema, "oneOf"), ...list(schema, "anyOf")];
    if (choices.length > 0) {
      const results = choices.map((one) => misfits(value, one, path));
      return results.find((one) => one.length === 0) ?? results.sort((one, other) => one.length - other.length)[0] ?? [];
    }
    if (Array.isArray(value)) {
      const item = schema["items"] as Node | undefined;
      if (schema["type"] !== undefined && !typesOf(schema).includes("array"))
        return [`${path}: an array, expected ${typesOf(schema).join(" or ")}`];
      return item === undefined ? [] : value.flatMap((one, index) => misfits(one, item, `${path}[${index}]`));
    }
    if (typeof value === "object" && value !== null) {
      const { known, required, open } = properties(schema);
      if (Object.keys(known).length === 0) return [];
      const missing = required.filter((key) => !Object.hasOwn(value, key)).map((key) => `${path}.${key}: missing`);
      const wrong = Object.entries(value).flatMap(([key, one]) => {
        const child = known[key];
        if (child === undefined) return open ? [] : [`${path}.${key}: not known`];
        return one === undefined ? [] : misfits(one, child, `${path}.${key}`);
      });
      return [...missing, ...wrong];
    }
    const types = typesOf(schema);
    const is = value === null ? "null" : typeof value;
    const fits =
      types.length === 0 ||
      types.includes(is) ||
      (is === "number" && types.includes("integer")) ||
      (is === "null" && schema["nullable"] === true);
    const values = schema["enum"] as unknown[] | undefined;
    if (!fits) return [`${path}: ${is}, expected ${types.join(" or ")}`];
    return values !== undefined && !values.includes(value) ? [`${path}: not one of the values`] : [];
  }
  return {
    schema: (name) => resolved(name.startsWith("#") ? at(name) : ((root["components"] as Node)["schemas"] as Record<string, Node>)[name]!),
    misfits,
  };
}

function typesOf(schema: Node): string[] {
  const type = schema["type"];
  return type === undefined ? [] : ((Array.isArray(type) ? type : [type]) as string[]);
}
