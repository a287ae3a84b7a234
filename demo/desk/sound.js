/** A short sound when somebody waits or writes. Off until it is asked for: browsers allow no sound before a click, and offices like quiet. */
import { byId } from "./dom.js";

const KEY = "allhours-desk-sound";
/** Not more often than this, milliseconds. */
const PAUSE_MS = 2_000;

export function createSound() {
  const button = byId("sound");
  let on = localStorage.getItem(KEY) === "on";
  let context;
  let last = 0;

  function draw() {
    button.setAttribute("aria-pressed", String(on));
  }
  /** Two notes up for who waits, one for a message. */
  function play(notes) {
    const now = Date.now();
    if (!on || now - last < PAUSE_MS) return;
    last = now;
    context ??= new AudioContext();
    notes.forEach((hertz, index) => {
      const from = context.currentTime + index * 0.16;
      const tone = context.createOscillator();
      const volume = context.createGain();
      tone.frequency.value = hertz;
      volume.gain.setValueAtTime(0.0001, from);
      volume.gain.exponentialRampToValueAtTime(0.12, from + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.3);
      tone.connect(volume).connect(context.destination);
      tone.start(from);
      tone.stop(from + 0.32);
    });
  }
  button.addEventListener("click", () => {
    on = !on;
    localStorage.setItem(KEY, on ? "on" : "off");
    draw();
    last = 0;
    if (on) play([660]);
  });
  draw();
  return { waits: () => play([660, 880]), writes: () => play([660]) };
}
