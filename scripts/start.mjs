// npm start: install what is missing, build what is stale, run relay and demo on one port.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { buildWidget, childEnv, install, nodeBin, root } from "./setup.mjs";

await install();
await buildWidget();
const child = spawn(
  nodeBin(),
  ["--conditions=@allhours/source", "--disable-warning=ExperimentalWarning", join(root, "demo/src/start.ts"), ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: "inherit",
    env: childEnv(),
  },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.once("close", (code) => process.exit(code ?? 0));
