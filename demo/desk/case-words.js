/**
 * What a case means to the person looking: its group, its rank, how long somebody waits, and the words for places and times.
 * Pure; the time comes in as `now`, Unix milliseconds.
 */

const ranks = { critical: 0, high: 1, normal: 2 };
const regionNames = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });
const languageNames = new Intl.DisplayNames(["en"], { type: "language", fallback: "code" });

/** The groups of the list, in order. */
export const groups = [
  { id: "waiting", label: "Waiting" },
  { id: "mine", label: "With you" },
  { id: "others", label: "With colleagues" },
  { id: "closed", label: "Closed" },
];

/** @returns {"waiting" | "mine" | "others" | "closed"} */
export function groupOf(item, agentId) {
  if (item.status !== "open") return item.status;
  return item.agent?.id === agentId ? "mine" : "others";
}

/** Since when somebody waits for us, Unix milliseconds; `undefined` when nobody does. */
export function waitingSince(item) {
  if (item.status === "waiting") return Date.parse(item.offeredAt);
  if (item.status === "closed") return undefined;
  const answered = item.lines.findLastIndex((line) => line.author.kind === "agent");
  const first = item.lines.find((line, index) => index > answered && line.author.kind === "visitor" && line.at > item.offeredAt);
  return first && Date.parse(first.at);
}

/** Messages of the visitor no agent has seen. */
export function unreadOf(item) {
  if (item.status === "closed") return 0;
  return item.lines.filter((line) => line.author.kind === "visitor" && (line.seq ?? 0) > item.readSeq).length;
}

/** Urgent first, then whoever waits longest; whoever waits for nothing comes last, closed cases by when they were closed. */
export function compareCases(a, b) {
  if (a.status === "closed" && b.status === "closed") return b.closed.at.localeCompare(a.closed.at);
  const rank = ranks[a.priority] - ranks[b.priority];
  if (rank !== 0) return rank;
  const [since, other] = [waitingSince(a) ?? Infinity, waitingSince(b) ?? Infinity];
  return since === other ? a.caseId.localeCompare(b.caseId) : since - other;
}

/** `just now`, `4 min`, `1 h 12 min`. */
export function duration(ms) {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** What the assistant found in the messages: a name and its values, the newest first. `orderNumber` as `Order number`. */
export function slotsOf(item) {
  const byName = new Map();
  for (const { name, value } of item.slots ?? []) byName.set(name, [value, ...(byName.get(name) ?? [])]);
  return [...byName].map(([name, values]) => {
    const words = name.replaceAll(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
    return [words[0].toUpperCase() + words.slice(1), values.join(", ")];
  });
}

/** `zh-Hans` as `Simplified Chinese`; what is not a language as it came. */
export function languageName(tag) {
  if (tag === "und") return "Language unknown";
  return named(languageNames, tag);
}
export function countryName(code) {
  return code === undefined ? undefined : named(regionNames, code.toUpperCase());
}
function named(names, code) {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}

/** Where a visitor is, as far as is known: a country, else the city of the time zone. */
function placeOf({ visitor }) {
  const city = visitor.timezone?.split("/").at(-1)?.replaceAll("_", " ");
  return { country: countryName(visitor.country), city };
}

/** Who it is, as far as is known. */
export function titleOf(item) {
  const { country, city } = placeOf(item);
  if (country !== undefined) return `Visitor from ${country}`;
  return city === undefined ? `Visitor ${item.caseId.slice(-4)}` : `Visitor near ${city}`;
}
/** The same for a narrow list. */
export function shortTitleOf(item) {
  const { country, city } = placeOf(item);
  return country ?? (city === undefined ? titleOf(item) : `Near ${city}`);
}

const reasons = {
  "visitor-asked": "Asked for a person",
  "bot-gave-up": "The assistant could not help",
  urgent: "Urgent words",
  "agent-left": "A colleague left",
  "agent-passed": "Passed on by a colleague",
  "offer-expired": "Another team did not take it",
  "at-work": "Your team is at work now",
  "shift-ended": "The shift of who had it has ended",
  "found-again": "Found again",
};
export function reasonOf(item) {
  return reasons[item.reason] ?? item.reason;
}

/** What the offer says beside the visitor: for whom, until when, what was promised. Nothing of it once somebody has it. */
export function offerFactsOf(item, now) {
  const left = item.leaseUntil === undefined ? undefined : Math.ceil((Date.parse(item.leaseUntil) - now) / 1_000);
  const waits = item.status === "waiting";
  const facts = [
    ["Tier", waits && item.tier === "ticket" ? "Ticket: nobody could be asked" : undefined],
    ["Team", item.team],
    ["Offer holds", waits && left !== undefined && left > 0 ? `${left} s` : undefined],
    ["Promised by", item.promisedAt === undefined ? undefined : `${dayOf(item.promisedAt, now)} ${clockOf(item.promisedAt) ?? ""}`],
    ["Note", item.note],
    ["About", item.intent],
  ];
  return facts.filter(([, value]) => value !== undefined);
}

/** Day of a message in the agent's own zone: `Today`, `Yesterday`, `Mon, 23 Nov`. */
export function dayOf(at, now) {
  const day = new Date(at).toDateString();
  if (day === new Date(now).toDateString()) return "Today";
  if (day === new Date(now - 86_400_000).toDateString()) return "Yesterday";
  return new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" }).format(new Date(at));
}

/** `14:05`; `undefined` for a zone this browser does not know. */
export function clockOf(time, timezone) {
  try {
    return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: timezone }).format(new Date(time));
  } catch {
    return undefined;
  }
}

/** Writing direction is the text's own; this is for the fonts and the reader's voice. */
export function langOf(line, item) {
  return (line.author.kind === "visitor" || line.author.kind === "bot") && item.visitor.language !== "und"
    ? item.visitor.language
    : undefined;
}

/** The little Markdown that matters to a reader of a transcript: `**strong**` as pieces, links as their words. */
export function piecesOf(text) {
  return text
    .replaceAll(/\[([^\]]*)\]\([^)\s]*\)/g, "$1")
    .split(/\*\*(.+?)\*\*/s)
    .map((words, index) => ({ words, strong: index % 2 === 1 }));
}
