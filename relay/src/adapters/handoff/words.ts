/** What people at a desk read of an offer, in English: the desk is the shop's own. Plain text; each desk marks it up in its own way. */
import type { HandoffEvent, HandoffOffer, TranscriptLine } from "../spec.ts";

const REASONS: Readonly<Record<string, string>> = {
  "visitor-asked": "asked for a person",
  "bot-gave-up": "the assistant could not answer",
  urgent: "urgent words",
  "agent-left": "the agent left",
  "agent-passed": "passed on by an agent",
  "offer-expired": "another team did not take it",
  "at-work": "your team is at work now",
  "shift-end": "the shift of who has it ends: take over?",
  "shift-ended": "the shift of who had it has ended",
};

/** As "Critical: asked for a person (fr, Europe/Paris)". */
export function offerTitle({ reason, priority, tier, visitor }: HandoffOffer): string {
  const rank = priority === "normal" ? "" : `${priority === "critical" ? "Critical" : "High"}: `;
  const where = [visitor.language, visitor.timezone, visitor.country].filter((one) => one !== undefined).join(", ");
  return `${rank}${tier === "ticket" ? "waits for you: " : ""}${REASONS[reason] ?? reason} (${where})`;
}

/** Facts one a line: what was understood, the page, what was promised. */
export function offerFacts(offer: HandoffOffer): string[] {
  const { understood, visitor, promisedAt, note, from, team, transcriptUrl } = offer;
  const facts = [
    ...(team === undefined ? [] : [`Team: ${team.name}`]),
    ...(from === undefined ? [] : [`With: ${from.name}`]),
    ...(note === undefined ? [] : [`Note: ${note}`]),
    ...(promisedAt === undefined ? [] : [`Promised: an answer by ${promisedAt}`]),
    ...(understood?.intent === undefined ? [] : [`About: ${understood.intent}`]),
    ...(understood?.slots ?? []).map(({ name, value }) => `${name}: ${value}`),
    ...(visitor.pageUrl === undefined ? [] : [`Page: ${visitor.pageUrl}`]),
    ...(transcriptUrl === undefined ? [] : [`Transcript: ${transcriptUrl}`]),
  ];
  return facts;
}

/** Lines of a transcript that a desk is given with an offer. */
const TRANSCRIPT_LINES = 30;
export function transcriptLines({ transcript }: HandoffOffer, most = TRANSCRIPT_LINES): string[] {
  return transcript.slice(-most).map(lineText);
}
/** Title and facts; below them `lines`, where there are any. */
export function offerText(offer: HandoffOffer, lines: readonly string[] = []): string {
  return [offerTitle(offer), ...offerFacts(offer), ...(lines.length > 0 ? ["", ...lines] : [])].join("\n");
}

export function lineText({ author, text }: TranscriptLine): string {
  const who =
    author.kind === "visitor"
      ? "Visitor"
      : author.kind === "agent"
        ? (author.name ?? "Agent")
        : author.kind === "bot"
          ? "Assistant"
          : "Notice";
  return `${who}: ${text}`;
}

export function withdrawnText(event: Extract<HandoffEvent, { type: "handoff.withdrawn" }>): string {
  switch (event.data.reason) {
    case "offer-expired":
      return "Another team has been asked. What you write here does not reach the visitor any more.";
    case "taken-over":
      return "The next shift has taken over. What you write here does not reach the visitor any more.";
    case "erased":
      return "The conversation was erased, as was asked for. Please delete what you have of it here too.";
    default:
      return "The visitor went back to the assistant. What you write here does not reach them any more.";
  }
}
