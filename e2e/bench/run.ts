/**
 * `npm run bench -- [--out FILE] [--seconds N] [--links N] [--log LEVEL] [--note TEXT] [--part NAME]`: our relay beside a bare Socket.IO server, in one run on one machine.
 * Takes three to five minutes and wants the machine for itself. Prints Markdown.
 */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { idleMemory } from "./idle.ts";
import { closedLoop, openLoop, type OpenResult, type Window } from "./load.ts";
import { parts } from "./parts.ts";
import { markdown, type Report } from "./report.ts";
import { gcArgs, heldOutQuestions, root, startEcho, startOurs, type ServerUnderLoad } from "./servers.ts";
import { createTally, openVisitors, type Questions, type Tally, type Visitor } from "./visitors.ts";

const run = promisify(execFile);
const { values: given } = parseArgs({
  options: {
    out: { type: "string" },
    seconds: { type: "string", default: "15" },
    links: { type: "string", default: "200" },
    log: { type: "string", default: "info" },
    "idle-links": { type: "string", default: "2000" },
    /** A remark on the machine, printed with the figures. */
    note: { type: "string" },
    /** Only this part, which takes a minute or less. */
    part: { type: "string" },
  },
});
if (given.part !== undefined) {
  const part = Object.hasOwn(parts, given.part) ? parts[given.part] : undefined;
  if (part === undefined) throw new Error(`--part ${given.part}: expected one of ${Object.keys(parts).join(", ")}`);
  const section = `${await part()}\n`;
  process.stdout.write(section);
  if (given.out !== undefined) await writeFile(given.out, section);
  process.exit(0);
}
const seconds = Number(given.seconds);
const links = Number(given.links);
/** Compilation of the hot paths, the first pages of the database. */
const WARM_SECONDS = 5;
const idleLinks = Number(given["idle-links"]);
const RATES = [1_000, 8_334];
const cheap: Questions[] = [{ language: "en", texts: ["Thank you!"] }];
const note = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** Runs `measure` against a server of its own, with its visitors. */
async function against<Result>(
  start: () => Promise<ServerUnderLoad>,
  questions: readonly Questions[],
  measure: (load: { pid: number; visitors: readonly Visitor[]; use: (tally: Tally) => void }) => Promise<Result>,
): Promise<Result> {
  const server = await start();
  try {
    let tally = createTally();
    const visitors = await openVisitors(links, { port: server.port, site: server.site, tally: () => tally }, questions);
    const result = await measure({
      pid: server.pid,
      visitors,
      use: (next) => {
        tally = next;
      },
    });
    for (const visitor of visitors) visitor.close();
    return result;
  } finally {
    await server.stop();
  }
}

const load = (): string => (loadavg()[0] ?? 0).toFixed(2);
const loadBefore = load();
const questions = await heldOutQuestions();
const ours = async (): Promise<ServerUnderLoad> => startOurs({ log: given.log });
const rates = async (on: Parameters<typeof openLoop>[0]): Promise<OpenResult[]> => {
  const results: OpenResult[] = [];
  for (const rate of RATES) results.push(await openLoop(on, rate, seconds));
  return results;
};

note("bare server");
const bare = await against(
  async () => startEcho(),
  questions,
  async (on): Promise<{ closed: Window; open: OpenResult[] }> => ({
    closed: await closedLoop(on, WARM_SECONDS, seconds),
    open: await rates(on),
  }),
);
note("relay, real questions");
const varied = await against(ours, questions, async (on) => ({
  closed: await closedLoop(on, WARM_SECONDS, seconds),
  open: await rates(on),
}));
note("relay, one cheap question");
const constant = await against(ours, cheap, async (on) => ({ closed: await closedLoop(on, WARM_SECONDS, seconds), open: await rates(on) }));
note("idle links");
const memory = [
  { name: "bare Socket.IO", memory: await idleMemory(async () => startEcho(gcArgs), questions, idleLinks) },
  { name: "relay", memory: await idleMemory(async () => startOurs({ log: given.log, nodeArgs: gcArgs }), questions, idleLinks) },
];
const sections: string[] = [];
for (const [name, part] of Object.entries(parts)) {
  note(name);
  sections.push(await part());
}
note("sizes");
const sizes = await run(process.execPath, [join(root, "scripts/size.ts")], { cwd: root }).then(
  ({ stdout }) => stdout,
  () => undefined,
);
const commit = await run("git", ["rev-parse", "--short", "HEAD"], { cwd: root }).then(
  ({ stdout }) => stdout.trim(),
  () => "none yet",
);

const named = (name: string, results: OpenResult[]): Report["open"] =>
  results.map((result, index) => ({ name, rate: RATES[index] ?? 0, result }));
const options = process.argv.slice(2);
const report = markdown({
  machine: [
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"}), shared by server and generator; Node ${process.versions.node}; commit ${commit}`,
    `load average before ${loadBefore}, after ${load()}`,
    `the relay logs at level ${given.log}, one line a turn, into a file`,
    ...(given.note === undefined ? [] : [given.note]),
  ],
  command: ["npm run bench", ...(options.length === 0 ? [] : ["--", ...options])].join(" "),
  bare: bare.closed,
  varied: varied.closed,
  constant: constant.closed,
  variedLoad: `${questions.reduce((sum, { texts }) => sum + texts.length, 0)} questions, each link in one language`,
  links,
  payloadBytes: payloadBytes(),
  open: [...named("bare", bare.open), ...named("relay, real questions", varied.open), ...named("relay, one cheap question", constant.open)],
  memory,
  sizes,
});
const text = [report.trimEnd(), ...sections, ""].join("\n\n");
process.stdout.write(text);
if (given.out !== undefined) await writeFile(given.out, text);

/** Mean length of a command with a held-out question. */
function payloadBytes(): number {
  const texts = questions.flatMap((list) => list.texts);
  const id = "01890a5d-ac96-7747-b1f5-6b0d3f4f2f11";
  const bytes = texts.reduce(
    (sum, part) =>
      sum + Buffer.byteLength(JSON.stringify({ type: "message-send", id, conversationId: id, parts: [{ type: "text", text: part }] })),
    0,
  );
  return Math.round(bytes / texts.length / 10) * 10;
}
