/** What a host's robots.txt lets us read (RFC 9309). Pure: fetching it, and what a missing one means, is the crawl's business. */

export interface Robots {
  /** `path` with its query, as in a request. */
  allows(path: string): boolean;
}

/** Our product token (2.2.1); hosts address us by it. */
export const ROBOTS_AGENT = "Allhours";
/** More is not read (2.5 asks for at least 500 KiB). */
export const MAX_ROBOTS_BYTES = 512 * 1024;

export const allowAll: Robots = { allows: () => true };

type Rule = { allow: boolean; pattern: string };

/** The rules for us: of all groups that name us, else of those for everybody, else none. */
export function parseRobots(text: string, agent = ROBOTS_AGENT): Robots {
  const groups = groupsOf(text);
  const named = groups.filter(({ agents }) => agents.includes(agent.toLowerCase()));
  const chosen = named.length > 0 ? named : groups.filter(({ agents }) => agents.includes("*"));
  const rules = chosen.flatMap((group) => group.rules);
  return {
    allows(path) {
      const asked = canonical(path);
      if (asked === "/robots.txt") return true;
      let best: Rule | undefined;
      for (const rule of rules) {
        if (!matches(rule.pattern, asked)) continue;
        // The longest pattern wins, and of two as long the one that allows (2.2.2).
        const longer = rule.pattern.length - (best?.pattern.length ?? -1);
        if (longer > 0 || (longer === 0 && rule.allow)) best = rule;
      }
      return best?.allow ?? true;
    },
  };
}

function groupsOf(text: string): { agents: string[]; rules: Rule[] }[] {
  const groups: { agents: string[]; rules: Rule[] }[] = [];
  let naming = false;
  for (const line of text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/)) {
    const [, key = "", value = ""] = /^\s*([A-Za-z-]+)\s*:\s*([^#]*)/.exec(line) ?? [];
    const name = key.toLowerCase();
    if (name === "user-agent") {
      if (!naming) groups.push({ agents: [], rules: [] });
      naming = true;
      groups.at(-1)!.agents.push(tokenOf(value));
    } else if (name === "allow" || name === "disallow") {
      naming = false;
      const pattern = canonical(value.trim());
      // A rule above all groups is nobody's; an empty one says nothing.
      if (pattern !== "") groups.at(-1)?.rules.push({ allow: name === "allow", pattern });
    }
  }
  return groups;
}

function tokenOf(value: string): string {
  const written = value.trim().toLowerCase();
  return written.startsWith("*") ? "*" : (/^[a-z_-]+/.exec(written)?.[0] ?? "");
}

/** One spelling of a path: octets above ASCII encoded, what need not be encoded decoded, capitals in what is. */
function canonical(path: string): string {
  return path
    .replace(/[^\p{ASCII}]+/gu, (letters) => Buffer.from(letters).toString("hex").replace(/../g, "%$&"))
    .replace(/%[0-9a-f]{2}/gi, (octet) => {
      const character = String.fromCharCode(Number.parseInt(octet.slice(1), 16));
      return /[A-Za-z0-9._~-]/.test(character) ? character : octet.toUpperCase();
    });
}

/** `*` is any run of characters, a `$` at the end is the end of the path. Its time grows with their lengths, not their product. */
function matches(pattern: string, path: string): boolean {
  const ends = pattern.endsWith("$");
  const pieces = (ends ? pattern.slice(0, -1) : pattern).split("*");
  const first = pieces[0]!;
  if (!path.startsWith(first)) return false;
  if (pieces.length === 1) return !ends || path === first;
  let at = first.length;
  for (const piece of pieces.slice(1, ends ? -1 : undefined)) {
    const found = path.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  const last = pieces.at(-1)!;
  return !ends || (path.endsWith(last) && path.length - last.length >= at);
}
