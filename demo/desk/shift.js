/** The agent's shift in the head of the page, which team they are of, and the word that it ends. Asks the server now and then; counts by itself. */
import { byId, el, say } from "./dom.js";
import { fetchShifts } from "./link.js";
import { batonWords, shiftWords } from "./shift-words.js";

/** Hours change rarely; a shift that begins or ends is known ahead. */
const ASK_MS = 5 * 60_000;

/** @param {{ onTeam: (teamId: string) => void }} options */
export function createShift({ onTeam }) {
  const picker = /** @type {HTMLSelectElement} */ (byId("team"));
  let shifts = { batonMs: 0, teams: [] };
  let deskId = "";
  let teamId = "";
  let open = 0;
  let timer;

  const team = () => shifts.teams.find(({ id }) => id === teamId);

  function draw() {
    const mine = team();
    byId("team-label").hidden = shifts.teams.length < 2;
    byId("shift").hidden = mine === undefined;
    const words = mine === undefined ? undefined : shiftWords(mine, shifts.batonMs, Date.now());
    byId("shift").dataset.state = words?.state ?? "on";
    byId("shift").title = words?.title ?? "";
    say(byId("shift"), words?.text ?? "");
    const baton = words === undefined ? "" : batonWords(words.state, open);
    byId("baton").hidden = baton === "";
    say(byId("baton"), baton);
  }

  async function ask() {
    clearTimeout(timer);
    const asked = deskId;
    const answer = await fetchShifts(asked);
    if (asked !== deskId) return;
    timer = setTimeout(() => void ask(), ASK_MS);
    if (answer === undefined) return;
    shifts = answer;
    // Whose shift is on, unless somebody has said otherwise.
    if (team() === undefined) teamId = (shifts.teams.find(({ now }) => now !== undefined) ?? shifts.teams[0])?.id ?? "";
    picker.replaceChildren(...shifts.teams.map(({ id, name }) => el("option", { value: id, selected: id === teamId }, name)));
    onTeam(teamId);
    draw();
  }

  picker.addEventListener("change", () => {
    teamId = picker.value;
    onTeam(teamId);
    draw();
  });

  return {
    /** Another desk; `wanted`: a team that was chosen before. */
    desk(id, wanted) {
      deskId = id;
      teamId = wanted ?? "";
      shifts = { batonMs: 0, teams: [] };
      draw();
      void ask();
    },
    /** How many talks the agent has. */
    talks(count) {
      open = count;
      draw();
    },
    tick: draw,
  };
}
