/** The page's two wires: the event stream down, actions up. The stream reconnects by itself and begins with everything each time. */

/** Without a sign of life for this long the line counts as dead: the server pings every 15 s. */
const SILENCE_MS = 40_000;
/** Wait before another try when the browser has given up on the stream. */
const REOPEN_MS = 3_000;

/**
 * @param {{ desk: string, agent: string, onState: (cases: object[]) => void, onPresence: (here: string[]) => void, onCase: (item: object) => void,
 *   onTyping: (caseId: string, typing: boolean) => void, onConnection: (state: "connecting" | "live" | "lost") => void }} options
 * @returns {() => void} closes it
 */
export function openStream({ desk, agent, onState, onPresence, onCase, onTyping, onConnection }) {
  let source;
  let silence;
  let reopen;

  function alive() {
    clearTimeout(silence);
    silence = setTimeout(() => again("lost"), SILENCE_MS);
  }
  function again(state) {
    close();
    onConnection(state);
    reopen = setTimeout(open, REOPEN_MS);
  }
  function close() {
    clearTimeout(silence);
    clearTimeout(reopen);
    source?.close();
  }
  function open() {
    source = new EventSource(`/desk/stream?${new URLSearchParams({ desk, agent })}`);
    const on = (name, use) =>
      source.addEventListener(name, (event) => {
        alive();
        use(JSON.parse(event.data));
      });
    on("state", ({ cases }) => {
      onConnection("live");
      onState(cases);
    });
    on("presence", ({ here }) => onPresence(here));
    on("case", (data) => onCase(data.case));
    on("typing", ({ caseId, typing }) => onTyping(caseId, typing));
    on("ping", () => undefined);
    source.addEventListener("error", () => {
      // CLOSED: an answer that was no stream; the browser will not try again by itself.
      if (source.readyState === EventSource.CLOSED) again("lost");
      else onConnection("lost");
    });
  }

  onConnection("connecting");
  open();
  return close;
}

/** The desks and their agents. */
export async function fetchRoster() {
  const response = await fetch("/desk/roster");
  if (!response.ok) throw new Error(`roster answered ${response.status}`);
  return (await response.json()).desks;
}

/** The teams of a desk and their shifts, and when talks are passed on; `undefined` when they cannot be had now. */
export async function fetchShifts(desk) {
  const response = await fetch(`/desk/shifts?${new URLSearchParams({ desk })}`).catch(() => undefined);
  return response?.ok ? response.json() : undefined;
}

/**
 * Sends an action. `actionId` is made by the caller, once; sending it again is harmless. `unsure`: it may or may not have arrived.
 * @returns {Promise<{ ok: true } | { ok: false, unsure: boolean, message: string }>}
 */
export async function postAction(action) {
  try {
    const response = await fetch("/desk/action", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(action),
    });
    if (response.ok) return { ok: true };
    const answer = await response.json().catch(() => undefined);
    return { ok: false, unsure: response.status >= 500, message: answer?.error?.message ?? "The desk did not take this." };
  } catch {
    return { ok: false, unsure: true, message: "The desk server could not be reached. Try again in a moment." };
  }
}

/** Articles a question can be attached to; none when the desk knows none. */
export async function fetchArticles() {
  const response = await fetch("/desk/articles").catch(() => undefined);
  return response?.ok ? (await response.json()).articles : [];
}
