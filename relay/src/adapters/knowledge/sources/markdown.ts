/** One article from a Markdown file: YAML between two lines of `---`, then the body. */
import { LineCounter, isNode, parseDocument, type Document } from "yaml";
import * as v from "valibot";
import { articleOf, frontSchema, wordsFor, type ArticleProblem, type ProblemCode, type Read, type ReadOptions } from "../article.ts";

/** All mistakes of the front matter are told. */
export function readMarkdown(file: string, source: string, options: Pick<ReadOptions, "urlTemplate">): Read[] {
  const match = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)(?:\r?\n)?^---[ \t]*$/m.exec(source);
  if (match === null || match.index !== 0)
    return [{ file, line: 1, code: "no-front-matter", problem: "expected front matter between two lines of ---" }];
  const counter = new LineCounter();
  const document = parseDocument(match[1]!, { lineCounter: counter, uniqueKeys: true });
  // The front matter begins in the file's second line.
  const problemAt = (offset: number | undefined, code: ProblemCode, problem: string): ArticleProblem => ({
    file,
    line: (offset === undefined ? 0 : counter.linePos(offset).line) + 1,
    code,
    problem,
  });
  if (document.errors.length > 0)
    return document.errors.map((error) =>
      problemAt(error.pos[0], "not-yaml", `not YAML: ${error.code.toLowerCase().replaceAll("_", " ")}`),
    );
  const parsed = v.safeParse(frontSchema, document.toJS() ?? {});
  if (!parsed.success) {
    return parsed.issues.map((issue) => {
      const path = issue.path?.map((step) => step.key as string | number) ?? [];
      return problemAt(offsetOf(document, path), "bad-field", `${path.join(".") || "front matter"}: ${wordsFor(issue)}`);
    });
  }
  const body = source.slice(match[0].length).trim();
  if (body === "") return [{ file, line: source.split("\n").length, code: "no-text", problem: "expected a text below the front matter" }];
  return [{ article: articleOf(parsed.output, body, options), line: 1 }];
}

/** Where the deepest node of `path` that exists begins, in the front matter. */
function offsetOf(document: Document, path: readonly (string | number)[]): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return isNode(document.contents) ? document.contents.range?.[0] : undefined;
}
