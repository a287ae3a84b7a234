/** How well languages are told apart, beside the detectors by themselves. */
import { messagesInLanguages } from "@allhours/relay/testing";
import { measureApart } from "./in-process.ts";
import type { MeasuredLanguages } from "./languages-process.ts";

const ways = ["allhours", "tinyld", "eld", "eld extrasmall"] as const;

/** About ten seconds. */
export async function measureLanguages(): Promise<(MeasuredLanguages & { way: string })[]> {
  const measured: (MeasuredLanguages & { way: string })[] = [];
  for (const way of ways)
    measured.push({ way, ...(await measureApart<MeasuredLanguages>("languages-process.ts", [way], ["--expose-gc"])) });
  return measured;
}

export function languagesAsMarkdown(measured: readonly (MeasuredLanguages & { way: string })[]): string {
  const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;
  const texts = Object.values(messagesInLanguages);
  return [
    "### Languages",
    "",
    `${texts.flat().length} short messages in ${texts.length} languages, on sites of three and of ten languages with English among them; the browser says English.`,
    "",
    "| | right of 3 | right of 10 | microseconds a message | heap, MB | loading, ms |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    ...measured.map(
      ({ way, right3, right10, microseconds, heapMb, loadMs }) =>
        `| ${way} | ${percent(right3)} | ${percent(right10)} | ${microseconds.toFixed(0)} | ${heapMb?.toFixed(0) ?? ""} | ${loadMs?.toFixed(0) ?? ""} |`,
    ),
    "",
  ].join("\n");
}
