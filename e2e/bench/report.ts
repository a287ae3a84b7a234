/** The figures as Markdown. Pure. */
import type { Latency, OpenResult, Window } from "./load.ts";

export type Memory = { links: number; before: number; after: number };
export type Report = {
  machine: string[];
  command: string;
  bare: Window;
  varied: Window;
  constant: Window;
  variedLoad: string;
  links: number;
  payloadBytes: number;
  open: { name: string; rate: number; result: OpenResult }[];
  memory: { name: string; memory: Memory }[];
  sizes: string | undefined;
};

const whole = (value: number): string => Math.round(value).toLocaleString("en");
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
const ms = (value: number | undefined): string => (value === undefined ? "-" : value < 10 ? value.toFixed(1) : whole(value));
const pair = ({ p50, p99 }: Latency): string => `${ms(p50)} / ${ms(p99)}`;

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_cell, index) => (index === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

/** Messages a CPU-second of the server. */
export function perCpuSecond(window: Window): number {
  return window.done / window.serverCpu;
}

function closedRow(name: string, window: Window, bare: Window): string[] {
  return [
    name,
    whole(window.done / window.seconds),
    whole(perCpuSecond(window)),
    ((window.serverCpu / window.done) * 1e6).toFixed(1),
    (perCpuSecond(window) / perCpuSecond(bare)).toFixed(2),
    percent(window.serverCpu / window.seconds),
    percent(window.generatorCpu / window.seconds),
    whole(window.tally.refused + window.tally.lost),
  ];
}

function openRow(name: string, rate: number, result: OpenResult): string[] {
  const { tally } = result;
  return [
    name,
    whole(rate),
    whole(result.done / result.seconds),
    percent(tally.done / result.offered),
    pair(result.ack),
    pair(result.answer),
    percent(result.serverCpu / result.seconds),
    percent(result.generatorCpu / result.seconds),
  ];
}

function memoryRow(name: string, { links, before, after }: Memory): string[] {
  const mb = (bytes: number): string => (bytes / 1024 ** 2).toFixed(0);
  return [name, whole(links), mb(before), mb(after), ((after - before) / links / 1024).toFixed(1)];
}

export function markdown(report: Report): string {
  const { tally } = report.varied;
  const answers = tally.answered + tally.askedBack + tally.other || 1;
  return `# Benchmarks

${report.machine.map((fact) => `- ${fact}`).join("\n")}
- Again: \`${report.command}\`

Wall times are noisy on a shared machine; compare rows within one table. CPU is user and system time of all threads of the server's process
(\`/proc/<pid>/stat\`) over the measured window.

## Messages

One message is a visitor's message of about ${report.payloadBytes} bytes: for the bare Socket.IO server one ack that gives it back; for the relay stored on disk, acknowledged
after the sync, understood, answered from the knowledge, the answer stored and delivered. Closed loop, ${report.links} links, one message on its way on each.

${table(
  ["server", "messages/s", "per CPU-second", "CPU us each", "ratio to bare", "server CPU", "generator CPU", "refused or lost"],
  [
    closedRow("bare Socket.IO echo", report.bare, report.bare),
    closedRow("relay, real questions", report.varied, report.bare),
    closedRow("relay, one cheap question", report.constant, report.bare),
  ],
)}

Real questions are the demo's held-out ones in seven languages, none of them among the training examples (${report.variedLoad}); of the answers ${percent(tally.answered / answers)} were an article, ${percent(tally.askedBack / answers)} buttons, ${percent(tally.other / answers)} something else.

## Latency at an offered rate

Messages leave when they are due, whether or not earlier ones were answered; times in milliseconds from that moment, p50 / p99.

${table(
  ["server", "offered/s", "done/s in the window", "done in the end", "ack", "answer", "server CPU", "generator CPU"],
  report.open.map(({ name, rate, result }) => openRow(name, rate, result)),
)}

## Memory of idle links

Resident memory of the server's process before the links and after they settled, garbage collected both times.

${table(
  ["server", "links", "before, MB", "after, MB", "KB a link"],
  report.memory.map(({ name, memory }) => memoryRow(name, memory)),
)}
${report.sizes === undefined ? "" : `\n## Bytes\n\n${report.sizes.trim()}\n`}`;
}
