/** Tokens that may be spent: by one visitor and by the region, in a day that slides hour by hour. In memory: a restart begins anew. */
const HOUR_MS = 3_600_000;
const HOURS = 24;
/** Visitors counted at once; beyond it those who spent longest ago are forgotten. */
const MOST_VISITORS = 50_000;

export type Budget = {
  /** Why nothing may be spent now; `undefined`: it may. */
  spent(visitorId: string, nowMs: number): "visitor" | "region" | undefined;
  spend(visitorId: string, tokens: number, nowMs: number): void;
};
type Hours = { hour: number; tokens: number }[];

export function createBudget(limits: { visitorTokensPerDay: number; tokensPerDay: number }): Budget {
  const visitors = new Map<string, Hours>();
  const region: Hours = [];

  function sum(hours: Hours, nowMs: number): number {
    const oldest = Math.floor(nowMs / HOUR_MS) - HOURS;
    while (hours[0] !== undefined && hours[0].hour <= oldest) hours.shift();
    return hours.reduce((total, { tokens }) => total + tokens, 0);
  }
  function add(hours: Hours, tokens: number, nowMs: number): void {
    const hour = Math.floor(nowMs / HOUR_MS);
    const last = hours.at(-1);
    if (last?.hour === hour) last.tokens += tokens;
    else hours.push({ hour, tokens });
  }
  return {
    spent(visitorId, nowMs) {
      if (sum(region, nowMs) >= limits.tokensPerDay) return "region";
      const own = visitors.get(visitorId);
      return own !== undefined && sum(own, nowMs) >= limits.visitorTokensPerDay ? "visitor" : undefined;
    },
    spend(visitorId, tokens, nowMs) {
      add(region, tokens, nowMs);
      const own = visitors.get(visitorId) ?? [];
      add(own, tokens, nowMs);
      visitors.delete(visitorId);
      visitors.set(visitorId, own);
      const [oldest] = visitors.keys();
      if (visitors.size > MOST_VISITORS && oldest !== undefined) visitors.delete(oldest);
    },
  };
}

/** For servers that do not count: four characters of most languages are a token, one of those without spaces. */
export function estimateTokens(text: string): number {
  const dense = text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/gu)?.length ?? 0;
  return Math.ceil(dense + (text.length - dense) / 4);
}
