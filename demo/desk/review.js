/**
 * The review of what went unanswered: approve, edit, merge, reject, take back. Talks to the relay's operator's door, which on this machine
 * needs no token. What visitors wrote is only ever text.
 */
import { byId, el, say } from "./dom.js";

const region = /** @type {HTMLSelectElement} */ (byId("region"));
const said = byId("said");

async function ask(path, body) {
  const response = await fetch(
    path,
    body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
  ).catch(() => undefined);
  const answer = await response?.json().catch(() => undefined);
  return answer ?? { ok: false, error: { message: "The relay does not answer." } };
}
async function decide(action, more, done) {
  const answer = await ask("/v1/admin/learning", { action, region: region.value, ...more });
  await draw();
  say(said, answer.ok ? done(answer.value) : answer.error.message);
}

function field(label, control) {
  return el("label", {}, label, control);
}
function button(text, type, onClick) {
  const node = el("button", { type, class: type === "submit" ? "button primary" : "button" }, text);
  if (onClick !== undefined) node.addEventListener("click", onClick);
  return node;
}
function input(value) {
  const node = /** @type {HTMLInputElement} */ (el("input", { autocomplete: "off" }));
  node.value = value;
  return node;
}

function gapNode(gap, others) {
  const article = input(gap.draft.articleId);
  const title = input(gap.draft.kind === "article" ? gap.draft.title : "");
  const text = /** @type {HTMLTextAreaElement} */ (el("textarea", { dir: "auto" }));
  text.value = gap.draft.kind === "article" ? gap.draft.text : "";
  const into = /** @type {HTMLSelectElement} */ (
    el("select", { "aria-label": "Merge into" }, ...others.map((one) => el("option", { value: one.id }, one.name)))
  );
  const form = el(
    "form",
    {},
    field("Article", article),
    field("Title of a new article (empty: more phrasings of that article)", title),
    field("Answer", text),
    el(
      "div",
      { class: "actions" },
      button("Approve", "submit"),
      button("Reject", "button", () => void decide("reject", { gap: gap.id }, () => "Rejected: these questions do not come back.")),
      ...(others.length === 0
        ? []
        : [
            into,
            button(
              "Merge into it",
              "button",
              () => void decide("merge", { gap: gap.id, into: into.value }, ({ questions }) => `Merged: ${questions} questions.`),
            ),
          ]),
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const own = text.value.trim() === "" ? {} : { text: text.value, ...(title.value.trim() === "" ? {} : { title: title.value.trim() }) };
    void decide("approve", { gap: gap.id, articleId: article.value.trim(), ...own }, ({ articleId }) => `${articleId} is live.`);
  });
  return el(
    "li",
    {},
    el("strong", { dir: "auto" }, gap.name),
    el("p", {}, `${gap.questionIds.length} questions, ${gap.language}${gap.terms.length === 0 ? "" : `: ${gap.terms.join(", ")}`}`),
    ...gap.examples.slice(1, 4).map((example) => el("p", { dir: "auto" }, `· ${example}`)),
    ...(gap.nearest === undefined
      ? []
      : [el("p", {}, `Nearest: ${gap.nearest.title} (${gap.nearest.articleId}, ${gap.nearest.score.toFixed(2)})`)]),
    ...(gap.answer === undefined ? [] : [el("blockquote", { dir: "auto" }, gap.answer)]),
    form,
  );
}

function learnedNode(one) {
  const what = one.article === undefined ? `${one.phrasings.length} phrasings` : `article, version ${one.article.version}`;
  return el(
    "li",
    {},
    el("strong", {}, `${one.articleId} (${one.language})`),
    el("p", {}, `${what}, from ${one.origin}, ${new Date(one.at).toLocaleString()}${one.state === "live" ? "" : ", taken back"}`),
    ...(one.state === "live" ? [button("Take back", "button", () => void decide("revert", { id: one.id }, () => "Taken back."))] : []),
  );
}

async function draw() {
  const answer = await ask(`/v1/admin/learning?${new URLSearchParams({ region: region.value })}`);
  if (!answer.ok) return say(said, answer.error.message);
  const { gaps, learned } = answer.value;
  byId("gaps").replaceChildren(
    ...(gaps.length === 0
      ? [el("li", {}, "None.")]
      : gaps.map((gap) =>
          gapNode(
            gap,
            gaps.filter((one) => one !== gap),
          ),
        )),
  );
  byId("learned").replaceChildren(...(learned.length === 0 ? [el("li", {}, "Nothing yet.")] : learned.map(learnedNode)));
  return undefined;
}

byId("run").addEventListener("click", () => void decide("run", {}, ({ gaps }) => (gaps === 1 ? "One gap." : `${gaps} gaps.`)));
byId("check").addEventListener(
  "click",
  () =>
    void decide("check", {}, ({ gaps }) =>
      gaps.length === 0
        ? "Nothing was approved yet."
        : gaps.map((one) => `${one.articleId}: ${one.state} (${one.answered} of ${one.questions})`).join("; "),
    ),
);
region.addEventListener("change", () => void draw());
void draw();
