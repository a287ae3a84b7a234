/** One click that makes the assistant answer next time: the visitor's question is attached to an article. Suggests the likeliest one. */
import { byId, el, say } from "./dom.js";
import { fetchArticles } from "./link.js";

/** Words that say nothing about a subject are short, mostly. */
const LEAST_LETTERS = 4;

const wordsOf = (text) => new Set((text.toLowerCase().match(/\p{L}+/gu) ?? []).filter((word) => word.length >= LEAST_LETTERS));

/** The article whose title shares most words with what the visitor wrote; `undefined` when none shares any. */
export function likeliest(articles, text) {
  const asked = wordsOf(text);
  let best;
  let most = 0;
  for (const article of articles) {
    const shared = [...wordsOf(article.title)].filter((word) => asked.has(word)).length;
    if (shared > most) [best, most] = [article, shared];
  }
  return best;
}

/** @param {{ onAttach: (articleId: string) => Promise<{ ok: boolean, message?: string }> }} options */
export function createAttach({ onAttach }) {
  const form = /** @type {HTMLFormElement} */ (byId("attach"));
  const field = /** @type {HTMLInputElement} */ (byId("attach-article"));
  const said = byId("attach-said");
  const button = /** @type {HTMLButtonElement} */ (byId("attach-send"));
  let articles = [];
  let shown;

  void fetchArticles().then((found) => {
    articles = found;
    byId("attach-list").replaceChildren(...found.map(({ id, title }) => el("option", { value: id }, title)));
  });
  field.addEventListener("input", () => say(said, ""));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const articleId = field.value.trim();
    if (articleId !== "") void attach(articleId);
  });
  async function attach(articleId) {
    button.disabled = true;
    const result = await onAttach(articleId);
    button.disabled = false;
    say(said, result.ok ? "Attached. The assistant answers this next time." : (result.message ?? "Not attached."));
  }
  return {
    /** @param {any} item the case that is shown, when it is one to attach from */
    draw(item) {
      form.hidden = item === undefined || articles.length === 0;
      if (item === undefined || shown === item.caseId) return;
      shown = item.caseId;
      say(said, "");
      const asked = item.lines.filter((line) => line.author.kind === "visitor").map((line) => line.text);
      field.value = likeliest(articles, asked.join(" "))?.id ?? "";
    },
  };
}
