import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createTestContext, type TestContext } from "../../testing/adapter-context.ts";
import { readArticles } from "./articles.ts";
import { readMarkdown } from "./sources/markdown.ts";

const options = { urlTemplate: "/help/{id}" };
const front = (...lines: string[]): string => `---\n${lines.join("\n")}\n---\nThe **answer**.\n`;
const problemsOf = (source: string) =>
  readMarkdown("a.md", source, options).map((read) => ("problem" in read ? [read.line, read.problem] : "article"));

const open: TestContext[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((test) => test.dispose()));
});
async function folderOf(files: Record<string, string>): Promise<string> {
  const test = await createTestContext();
  open.push(test);
  for (const [name, source] of Object.entries(files)) {
    await mkdir(join(test.context.baseDir, name, ".."), { recursive: true });
    await writeFile(join(test.context.baseDir, name), source);
  }
  return test.context.baseDir;
}

describe("readMarkdown", () => {
  it("reads everything an article may say", () => {
    const source = front(
      "id: return-window",
      'title: "How long: a return?"',
      "language: en",
      "topic: returns",
      "updatedAt: 2026-10-12",
      "phrasings:",
      "  - Can I still send it back?",
      "  - { text: swap it, origin: cluster, at: 2026-11-02 }",
      "intents: [returns]",
      "regions: eu",
      "validFrom: 2026-01-01",
      "validUntil: 2026-12-31",
    );
    expect(readMarkdown("a.md", source, options)).toEqual([
      {
        line: 1,
        article: {
          id: "return-window",
          title: "How long: a return?",
          language: "en",
          topic: "returns",
          updatedAt: "2026-10-12",
          phrasings: [
            { text: "Can I still send it back?", origin: "author" },
            { text: "swap it", origin: "cluster", at: "2026-11-02" },
          ],
          intents: ["returns"],
          regions: ["eu"],
          audience: "visitors",
          validFromMs: Date.UTC(2026, 0, 1),
          validUntilMs: Date.UTC(2027, 0, 1),
          url: "/help/return-window",
          text: "The **answer**.",
        },
      },
    ]);
  });
  it("takes Windows line ends, a byte order mark and a rule in the body", () => {
    const [read] = readMarkdown("a.md", "\uFEFF---\r\nid: a\r\ntitle: A\r\nlanguage: en\r\n---\r\nOne\r\n\r\n---\r\n\r\nTwo\r\n", options);
    expect(read).toMatchObject({ article: { text: "One\r\n\r\n---\r\n\r\nTwo" } });
  });
  it("names the line of every mistake", () => {
    expect(problemsOf(front("id: a", "language: english please", "phrasings:", "  - good", "  - 5", "validFrom: 2026-02-31"))).toEqual([
      [2, "title: expected, but it is missing"],
      [3, "language: expected a language, as pt-BR"],
      [6, "phrasings.1: expected text, or text, origin and at"],
      [7, "validFrom: expected a date, as 2026-10-12"],
    ]);
    expect(problemsOf(front("id: a", "titel: A", "title: A", "language: en"))).toEqual([[3, "titel: unknown field"]]);
    expect(problemsOf(front("id: a", "title: a: b", "language: en"))).toEqual([[3, expect.stringContaining("not YAML")]]);
    expect(
      problemsOf(front("id: a", "title: A", "language: en", "phrasings:", "  - text: b", "    origin: nobody", "    at: soon")),
    ).toEqual([
      [7, 'phrasings.0.origin: expected "author", "cluster" or "agent"'],
      [8, "phrasings.0.at: expected a date, as 2026-10-12"],
    ]);
    expect(problemsOf("no front matter")).toEqual([[1, expect.stringContaining("front matter")]]);
    expect(problemsOf("---\nid: a\ntitle: A\nlanguage: en\n---\n\n")).toEqual([
      [expect.any(Number), expect.stringContaining("text below")],
    ]);
    expect(problemsOf(front("- a list"))[0]).toEqual([2, expect.any(String)]);
  });
});

describe("readArticles", () => {
  it("reads folders, globs and CSV, and keeps what is right beside what is wrong", async () => {
    const baseDir = await folderOf({
      "help/en/a.md": front("id: a", "title: A", "language: en"),
      "help/de/a.md": front("id: a", "title: A", "language: de"),
      "help/en/again.md": front("id: a", "title: A again", "language: en"),
      "help/en/broken.md": front("id: b"),
      "help/en/notes.txt": "not an article",
      "faq.csv":
        'answer,id,title,language,phrasings,intents,updatedAt\n"Yes, we do.",ship,Do you ship?,,How far|Where to ,shipping | export,2026-10-01\nNo title,x,,,,,\n"bad "quote,y,Y,,,,\nJa.,ship,Liefern Sie?,de,,,\n',
    });
    const { articles, problems, missing } = await readArticles(["help", "*.csv", "gone"], { baseDir, ...options });
    expect(articles.map(({ id, language }) => `${id} ${language}`).sort()).toEqual(["a de", "a en", "ship de", "ship en"]);
    expect(articles.find(({ id, language }) => id === "ship" && language === "en")).toMatchObject({
      text: "Yes, we do.",
      phrasings: [
        { text: "How far", origin: "author" },
        { text: "Where to", origin: "author" },
      ],
      intents: ["shipping", "export"],
      url: "/help/ship",
      updatedAt: "2026-10-01",
    });
    expect(problems.map(({ file, line }) => `${file.slice(baseDir.length + 1)}:${line}`).sort()).toEqual([
      "faq.csv:3",
      "faq.csv:4",
      "help/en/again.md:1",
      "help/en/broken.md:2",
      "help/en/broken.md:2",
    ]);
    expect(missing).toEqual(["gone"]);
  });
  it("reads every field of a CSV row, so that no row is shown where or when it must not be", async () => {
    const baseDir = await folderOf({
      "faq.csv":
        "id,title,answer,regions,audience,validFrom,validUntil,topic,url,shelf\n" +
        "konbini,Pay at a konbini?,Yes.,asia | oceania,agents,2026-01-01,2026-01-31,pay,/pay,B3\n" +
        "wrong,Wrong?,No.,,everyone,2026-02-31,,,,\n" +
        "none,None?,No.,|,,,,,,\n",
    });
    const { articles, problems } = await readArticles(["faq.csv"], { baseDir, ...options });
    expect(articles[0]).toEqual({
      id: "konbini",
      title: "Pay at a konbini?",
      language: "en",
      topic: "pay",
      phrasings: [],
      intents: [],
      regions: ["asia", "oceania"],
      audience: "agents",
      validFromMs: Date.UTC(2026, 0, 1),
      validUntilMs: Date.UTC(2026, 1, 1),
      url: "/pay",
      text: "Yes.",
    });
    // A list that names no region is for none, not for all.
    expect(articles[1]).toMatchObject({ id: "none", regions: [] });
    expect(problems.map(({ line, problem }) => [line, problem])).toEqual([
      [3, 'audience: expected "visitors" or "agents"'],
      [3, "validFrom: expected a date, as 2026-10-12"],
    ]);
  });
  it("reads JSON lines, names the line and the field of a mistake, and never quotes the line", async () => {
    const line = {
      id: "a",
      title: "A?",
      answer: "Yes.",
      regions: "eu",
      phrasings: ["B?", { text: "C?", origin: "agent" }],
      validUntil: "2026-01-31",
    };
    const sources = [line, { ...line, language: "de" }, { ...line, id: "b", regoins: ["eu"] }, { id: "c", title: "C?" }, 5];
    const baseDir = await folderOf({
      "faq.jsonl": `\uFEFF${sources.map((source) => JSON.stringify(source)).join("\r\n")}\n\n{"id": secret\n`,
    });
    const { articles, problems } = await readArticles(["."], { baseDir, ...options, defaultLanguage: "fr" });
    expect(articles.map(({ id, language }) => `${id} ${language}`)).toEqual(["a fr", "a de"]);
    expect(articles[0]).toMatchObject({
      text: "Yes.",
      regions: ["eu"],
      phrasings: [
        { text: "B?", origin: "author" },
        { text: "C?", origin: "agent" },
      ],
      url: "/help/a",
      validUntilMs: Date.UTC(2026, 1, 1),
    });
    expect(problems.map(({ line: at, problem }) => [at, problem])).toEqual([
      [3, "regoins: unknown field"],
      [4, "answer: expected, but it is missing"],
      [5, expect.stringContaining("record: ")],
      [7, "not JSON: expected one object a line"],
    ]);
    expect(JSON.stringify(problems)).not.toContain("secret");
  });
});
