/** Which language the answer is in. The rule itself is `pipeline/language.ts`. */
import { textOf } from "@allhours/protocol";
import { decideLanguage } from "../language.ts";
import type { Step } from "../turn.ts";

export const language: Step = {
  name: "language",
  run(turn) {
    if (turn.optionId !== undefined) return { next: true, note: "choice" };
    const wrote = turn.history.some(
      (event) => event.type === "message-added" && event.message.author.kind === "visitor" && textOf(event.message.parts) !== "",
    );
    const decided = decideLanguage({
      text: turn.text,
      current: turn.conversation.language,
      siteLanguages: turn.site.languages,
      defaultLanguage: turn.site.defaultLanguage,
      browserLanguages: turn.browserLanguages,
      started: wrote,
    });
    turn.language = decided.language;
    return { next: true, note: `${decided.language} (${decided.reason})` };
  },
};
