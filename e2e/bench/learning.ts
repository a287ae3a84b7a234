/**
 * Eight days of a shop with a new product: a quarter of the topics has neither article nor example on day 0. Visitors ask, agents answer and
 * attach, nights put together what is left, somebody approves what is of one topic; every evening a copy of the relay is asked the held-out
 * questions. Everything goes through the public doors of a real relay.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Message } from "@allhours/protocol";
import { createClient, startRelay, type StartedRelay } from "../client/index.ts";
import { askAll } from "../eval/ask-all.ts";
import { readUtterances, type Utterance } from "../eval/read-utterances.ts";
import { replyOf, type Scored } from "../eval/score.ts";
import { articlesFor, knowledgeCsv, relayConfig, SITE, slugOf } from "../eval/site.ts";
import { createRandom, type Random } from "../prove/random.ts";
import type { MeasuredClustering } from "./clustering-process.ts";
import { measureApart } from "./in-process.ts";
import { root } from "./servers.ts";

const DAYS = 8;
/** Of the questions after the launch, this share is about the new product. */
const CAMPAIGN = 0.55;
/** Of the questions that reached a person, this share is attached to an article by the agent. */
const ATTACHED = 0.8;
/** A gap is approved when this share of it is of one topic. */
const PURE = 0.7;
const REGION = "eval";

export type Day = { day: number; resolved: number; withButtons: number; wrong: number; articles: number };
type Labelled = Utterance & { intent: string };
type Gap = { id: string; questionIds: string[] };

async function decide<Value>(relay: StartedRelay, decision: object): Promise<Value> {
  const response = await fetch(`${relay.url}/v1/admin/learning`, { method: "POST", body: JSON.stringify({ region: REGION, ...decision }) });
  const { ok, value, error } = (await response.json()) as { ok: boolean; value: Value; error?: { message: string } };
  if (!ok) throw new Error(error?.message);
  return value;
}

/** The button of that article, where the bot offered it. */
function optionFor(message: Pick<Message, "parts">, articleId: string): { id: string; label: string } | undefined {
  return message.parts.flatMap((part) => (part.type === "choices" ? part.options : [])).find(({ id }) => id === `article:${articleId}`);
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

/** Deterministic but for the ids of messages. About two minutes. */
export async function measureLearning(note: (text: string) => void = () => undefined): Promise<Day[]> {
  const read = async (name: string): Promise<Labelled[]> =>
    readUtterances(name, await readFile(join(root, "demo/nlu", name), "utf8")).utterances.filter(
      (one): one is Labelled => one.intent !== undefined,
    );
  const examples = await read("examples.en.csv");
  const tests = await read("heldout.en.jsonl");
  const intents = [...new Set(examples.map(({ intent }) => intent))].sort();
  const hidden = new Set(intents.filter((_, index) => index % 4 === 1));
  const random = createRandom(20_261_127);
  const pools = new Map(
    intents.map((intent) => [
      intent,
      shuffled(
        examples.filter((one) => one.intent === intent),
        random.fork(intent),
      ),
    ]),
  );
  const dir = await mkdtemp(join(tmpdir(), "allhours-learning-"));
  const known = examples.filter(({ intent }) => !hidden.has(intent));
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  await writeFile(join(dir, "train.csv"), ["text,intent", ...known.map(({ text, intent }) => `${quoted(text)},${intent}`), ""].join("\n"));
  await writeFile(join(dir, "articles.csv"), knowledgeCsv(articlesFor(intents.filter((intent) => !hidden.has(intent)))));
  const config = (at: string): string => relayConfig({ train: join(at, "train.csv"), knowledge: join(at, "articles.csv"), language: "en" });
  const articles = new Set<string>();
  /** What each question was about, by the id of its message. */
  const asked = new Map<string, string>();
  const days: Day[] = [];
  let relay: StartedRelay | undefined;

  /** On a copy, so that what is measured teaches nothing. */
  async function evening(day: number): Promise<void> {
    const copy = `${dir}-${day}`;
    await cp(dir, copy, { recursive: true });
    const twin = await startRelay({ config: config(dir), dir: copy });
    try {
      const { results } = await askAll(tests, { url: twin.url, site: SITE, language: "en", concurrency: 8, articleOf: slugOf });
      const isHidden = new Set(tests.filter(({ intent }) => hidden.has(intent)).map(({ line }) => line));
      const share = (of: (result: Scored) => boolean): number => {
        const among = (wanted: boolean): number => {
          const list = results.filter(({ line }) => isHidden.has(line) === wanted);
          return list.filter(of).length / list.length;
        };
        return CAMPAIGN * among(true) + (1 - CAMPAIGN) * among(false);
      };
      const right = ({ reply, expected }: Scored): boolean => reply.kind === "answered" && reply.articleId === expected;
      const offered = ({ reply, expected }: Scored): boolean => reply.kind === "asked-back" && reply.articleIds.includes(expected ?? "");
      days.push({
        day,
        resolved: share(right),
        withButtons: share((one) => right(one) || offered(one)),
        wrong: share((one) => one.reply.kind === "answered" && !right(one)),
        articles: articles.size,
      });
      note(`day ${day}: ${JSON.stringify(days.at(-1))}`);
    } finally {
      await twin.stop();
      await rm(copy, { recursive: true, force: true });
    }
  }

  try {
    relay = await startRelay({ config: config(dir), dir });
    await relay.stop();
    await evening(0);
    for (let day = 1; day <= DAYS; day += 1) {
      relay = await startRelay({ config: config(dir), dir });
      for (const [intent, pool] of pools) {
        // A hidden topic's examples are the visitors' questions; of the others some come again.
        const each = Math.ceil(pool.length / DAYS);
        const today = pool.slice((day - 1) * each, day * each);
        for (const { text } of hidden.has(intent) ? today : today.slice(0, 1)) {
          const client = createClient({ url: relay.url, site: SITE, pipe: "socketio" });
          await client.hello({ languages: ["en"] });
          const { id, answer } = await client.ask(text);
          asked.set(id, intent);
          const reply = replyOf(answer.message);
          const articleId = slugOf(intent);
          const option = optionFor(answer.message, articleId);
          if (option !== undefined) {
            const pressed = client.send([{ type: "choice", messageId: answer.message.id, optionId: option.id, text: option.label }]);
            await client.waitFor((event) => event.type === "message-added" && event.message.inReplyTo === pressed.id);
          }
          client.close();
          const unanswered = reply.kind === "passed-on" || (reply.kind === "asked-back" && option === undefined);
          const exists = !hidden.has(intent) || articles.has(articleId);
          if (unanswered && exists && random.chance(ATTACHED))
            await decide(relay, { action: "attach", questionId: id, articleId, by: "agent" });
        }
      }
      await decide(relay, { action: "run" });
      const shown = (await (await fetch(`${relay.url}/v1/admin/learning?region=${REGION}`)).json()) as { value: { gaps: Gap[] } };
      for (const gap of shown.value.gaps) {
        const counts = new Map<string, number>();
        for (const id of gap.questionIds) counts.set(asked.get(id) ?? "", (counts.get(asked.get(id) ?? "") ?? 0) + 1);
        const [intent, count] = [...counts].sort((one, other) => other[1] - one[1])[0] ?? ["", 0];
        if (intent === "" || count / gap.questionIds.length < PURE) continue;
        const articleId = slugOf(intent);
        const own =
          !hidden.has(intent) || articles.has(articleId)
            ? {}
            : { text: `This is what we say about ${intent}.`, title: intent.replaceAll("-", " ") };
        await decide(relay, { action: "approve", gap: gap.id, articleId, by: "editor", ...own });
        if (hidden.has(intent)) articles.add(articleId);
      }
      await relay.stop();
      await evening(day);
    }
    return days;
  } finally {
    await relay?.kill().catch(() => undefined);
    await rm(dir, { recursive: true, force: true });
  }
}

/** What the night's first step costs. */
export async function measureClustering(): Promise<MeasuredClustering> {
  return measureApart<MeasuredClustering>("clustering-process.ts", []);
}

export function learningAsMarkdown(days: readonly Day[], { questions, clusters, p50, longest, floorP50 }: MeasuredClustering): string {
  const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
  return [
    "### Learning overnight",
    "",
    `The demo's English questions; a quarter of the topics is new on day 0. Of the held-out questions, ${percent(CAMPAIGN)} weight on the new topics. Agents attach ${percent(ATTACHED)} of what reached them once there is an article; gaps of one topic by ${percent(PURE)} are approved.`,
    "",
    "| day | answered right | + right one among the buttons | answered wrong | new articles |",
    "| --- | --- | --- | --- | --- |",
    ...days.map(
      ({ day, resolved, withButtons, wrong, articles }) =>
        `| ${day} | ${percent(resolved)} | ${percent(withButtons)} | ${percent(wrong)} | ${articles} |`,
    ),
    "",
    `Putting ${questions.toLocaleString("en")} questions of the demo's eight languages together (${clusters} groups): p50 ${p50.toFixed(0)} ms, the longest of nine ${longest.toFixed(0)} ms; the cosines alone of as many dense vectors of 384 numbers take ${floorP50.toFixed(0)} ms (${(p50 / floorP50).toFixed(1)} times).`,
  ].join("\n");
}
