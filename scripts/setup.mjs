// What the two commands share: install what is missing, find the Node we run on, build what is stale. Plain JavaScript, no
// imports from outside Node: it runs before anything is installed, on any Node from 20.20 up.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const cache = join(root, ".cache");

/** The Node that everything runs on: the one npm brought (22), else the one running now if it is new enough. */
export function nodeBin() {
  const own = join(root, "node_modules/node/bin/node");
  if (existsSync(own) && spawnSync(own, ["--version"]).status === 0) return own;
  return process.execPath;
}

/** The environment of our own processes: that Node first on the path. */
export function childEnv(extra = {}) {
  return { ...process.env, PATH: `${dirname(nodeBin())}:${join(root, "node_modules/.bin")}:${process.env.PATH}`, ...extra };
}

/** Runs a command to its end; gives its exit code. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit", env: childEnv(), ...options });
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

/** npm ci, when the lock file is newer than what is installed. */
export async function install() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 20)) {
    console.error(`Allhours needs Node 20.20 or newer to start from (it brings its own Node 22); this is ${process.versions.node}.`);
    process.exit(1);
  }
  const mark = join(root, "node_modules/.allhours-installed");
  const wanted = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return;
  console.log("Installing dependencies (npm ci) ...");
  const code = await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { env: process.env });
  if (code !== 0) {
    console.error("npm ci failed; the lines above say why.");
    process.exit(code);
  }
  writeFileSync(mark, wanted);
}

function* filesOf(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (stat.isFile()) yield path;
  else for (const name of readdirSync(path).sort()) if (name !== "node_modules" && name !== "dist") yield* filesOf(join(path, name));
}

/** Runs a build unless its sources are the same as last time and its outputs are there. */
export async function buildIfStale(name, sources, outputs, command, args) {
  const hash = createHash("sha256");
  for (const source of sources)
    for (const file of filesOf(join(root, source))) hash.update(file.slice(root.length)).update(readFileSync(file));
  const wanted = hash.digest("hex");
  const mark = join(cache, `${name}.hash`);
  const fresh = existsSync(mark) && readFileSync(mark, "utf8") === wanted && outputs.every((output) => existsSync(join(root, output)));
  if (fresh) return false;
  console.log(`Building the ${name} ...`);
  const code = await run(command, args);
  if (code !== 0) {
    console.error(`The ${name} did not build; the lines above say why.`);
    process.exit(code);
  }
  mkdirSync(cache, { recursive: true });
  writeFileSync(mark, wanted);
  return true;
}

export async function buildWidget() {
  return buildIfStale(
    "widget",
    ["protocol/src", "widget/src", "rollup.config.ts", "package-lock.json"],
    ["widget/dist/script/allhours.js", "widget/dist/npm/index.js"],
    join(root, "node_modules/.bin/rollup"),
    ["-c", "rollup.config.ts", "--configPlugin", "esbuild", "--silent"],
  );
}
