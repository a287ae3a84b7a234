// npm run dev: the widget rebuilt on every change, the relay and the demo restarted when their sources change. Config and
// knowledge reload inside the running relay.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { buildWidget, childEnv, install, nodeBin, root } from "./setup.mjs";

await install();
await buildWidget();
const children = [
  spawn(
    join(root, "node_modules/.bin/rollup"),
    ["-c", "rollup.config.ts", "--configPlugin", "esbuild", "--watch", "--no-watch.clearScreen"],
    { cwd: root, stdio: "inherit", env: childEnv() },
  ),
  spawn(
    nodeBin(),
    [
      "--watch",
      "--watch-preserve-output",
      "--conditions=@allhours/source",
      "--disable-warning=ExperimentalWarning",
      join(root, "demo/src/start.ts"),
      "--dev",
      ...process.argv.slice(2),
    ],
    { cwd: root, stdio: "inherit", env: childEnv() },
  ),
];
const stop = () => children.forEach((child) => child.kill("SIGTERM"));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, stop);
await Promise.all(children.map((child) => new Promise((resolve) => child.once("close", resolve))));
