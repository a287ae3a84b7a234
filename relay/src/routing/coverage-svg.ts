/** The picture of a rota as an SVG that needs nothing else: one band a team, a strip a language, red where nobody is. Pure. */
import type { Interval } from "./calendar.ts";
import { dayName, spanText, type Coverage } from "./coverage.ts";
import { minuteOf } from "./wall-clock.ts";

const LEFT = 150;
const DAY_WIDTH = 96;
const ROW = 18;
const GAP = 4;
const COLOURS = ["#2f6f4f", "#3d6fb6", "#a5682a", "#7d4fa8", "#2b8a8a", "#b0567f", "#6b7a1f", "#57606a"];
const HOLE = "#c0392b";

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign);

/** One part a region, below each other. */
export function coverageSvg(pictures: readonly { title: string; coverage: Coverage }[]): string {
  const parts: string[] = [];
  let top = 10;
  let width = 0;
  for (const { title, coverage } of pictures) {
    const { zone, day, days, teams, languages } = coverage;
    width = Math.max(width, LEFT + days * DAY_WIDTH + 10);
    const start = minuteOf(zone, day, 0);
    const end = minuteOf(zone, day + days, 0);
    const at = (moment: number): number => LEFT + ((moment - start) / (end - start)) * days * DAY_WIDTH;
    const bar = ({ from, to }: Interval, y: number, colour: string, told: string): string =>
      `<rect x="${at(from).toFixed(1)}" y="${y}" width="${Math.max(0.8, at(to) - at(from)).toFixed(1)}" height="${ROW - GAP}" fill="${colour}"><title>${escaped(told)}</title></rect>`;
    const label = (text: string, y: number, weight = 400): string =>
      `<text x="${LEFT - 10}" y="${y + ROW - GAP - 3}" text-anchor="end" font-weight="${weight}">${escaped(text)}</text>`;
    parts.push(
      `<text x="10" y="${top + 12}" font-weight="600">${escaped(title)}</text><text x="${LEFT}" y="${top + 12}" fill="#57606a">hours of ${escaped(zone)}</text>`,
    );
    top += 22;
    const head = top;
    top += ROW;
    for (const [index, { team, shifts }] of teams.entries()) {
      const told = `${team.name ?? team.id}, ${team.languages.join(", ")}`;
      parts.push(
        label(team.name ?? team.id, top),
        ...shifts.map((shift) => bar(shift, top, COLOURS[index % COLOURS.length]!, `${told}: ${spanText(shift, zone)}`)),
      );
      top += ROW;
    }
    top += GAP;
    for (const { language, covered, holes } of languages) {
      parts.push(
        label(language, top, 600),
        ...covered.map((span) => bar(span, top, "#b9d3c4", `${language}: ${spanText(span, zone)}`)),
        ...holes.map((hole) => bar(hole, top, HOLE, `nobody for ${language}: ${spanText(hole, zone)}`)),
      );
      top += ROW;
    }
    for (let one = 0; one <= days; one += 1) {
      const x = at(minuteOf(zone, day + one, 0)).toFixed(1);
      parts.push(`<line x1="${x}" x2="${x}" y1="${head}" y2="${top}" stroke="#d0d7de"/>`);
      if (one < days) parts.push(`<text x="${Number(x) + 4}" y="${head + 12}" fill="#57606a">${dayName(day + one)}</text>`);
    }
    top += 20;
  }
  const box = `0 0 ${width} ${top}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}" width="${width}" height="${top}" role="img" aria-label="Who is on duty" font-family="system-ui, sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>${parts.join("")}</svg>\n`;
}
