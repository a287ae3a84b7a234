/** What runs in the page of the proof: the real chat of a browser, reachable for the harness. Bundled by rig.ts; uses the public door only. */
import { textOf } from "@allhours/protocol";
import { createBrowserChat } from "@allhours/widget";

const wanted = new URLSearchParams(location.search);
const chat = createBrowserChat({
  site: wanted.get("site") ?? "linden",
  relays: (wanted.get("relay") ?? location.origin).split(" "),
  languages: () => ["en"],
  standby: wanted.has("standby"),
});
export type PageHandle = {
  /** Resolves with the id once the message is saved: from then on it is promised. */
  say(text: string): Promise<string>;
  shown(): { author: string; text: string; delivery: string | undefined; seq: number }[];
  state(): { leading: boolean; status: string; storage: string; waiting: number };
  errors: string[];
};
const errors: string[] = [];
addEventListener("error", (event) => errors.push(event.message));
addEventListener("unhandledrejection", (event) => errors.push(String(event.reason)));
const handle: PageHandle = {
  say: (text) => chat.sendText(text),
  shown: () =>
    chat
      .getState()
      .timeline.flatMap((item) =>
        item.kind === "message" ? [{ author: item.author.kind, text: textOf(item.parts), delivery: item.delivery, seq: item.seq }] : [],
      ),
  state() {
    const { leading, connection, storage, timeline } = chat.getState();
    const waiting = timeline.filter(
      (item) => item.kind === "message" && (item.delivery === "waiting" || item.delivery === "sending"),
    ).length;
    return { leading, status: connection.status, storage, waiting };
  },
  errors,
};
void chat.load().then(() => {
  chat.connect();
  Object.assign(window, { proof: handle });
});
