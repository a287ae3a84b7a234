// Which Chromium the browser tests use: the system's, else Debian's package (as root), else Playwright's own download.
import { existsSync } from "node:fs";
import { spawnSync } from "node:child_process";

const places = [
  process.env.ALLHOURS_CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** `{ path, how }`; `path` is undefined for Playwright's own; nothing at all when there is no browser to be had. */
export function findChromium() {
  const path = places.find((place) => place !== undefined && place !== "" && existsSync(place));
  return path === undefined ? undefined : { path, how: `the system's (${path})` };
}

export function ensureChromium(run = (command, args) => spawnSync(command, args, { stdio: ["ignore", "ignore", "inherit"] }).status === 0) {
  const found = findChromium();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    console.log("No Chromium here: installing Debian's package ...");
    run("apt-get", ["update", "-qq"]);
    if (run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"])) {
      const installed = findChromium();
      if (installed !== undefined) return { ...installed, how: "Debian's package, installed now" };
    }
  }
  console.log("No Chromium here: trying Playwright's own download ...");
  if (run("npx", ["--no", "playwright", "install", "chromium"])) return { path: undefined, how: "Playwright's own download" };
  return undefined;
}
