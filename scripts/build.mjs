// npm run build: types and JavaScript of protocol and relay (tsc), the widget's bundles (rollup), and the size budget.
import { join } from "node:path";
import { buildWidget, install, nodeBin, root, run } from "./setup.mjs";

await install();
let code = await run(join(root, "node_modules/.bin/tsc"), ["-b"]);
if (code === 0) await buildWidget();
if (code === 0) code = await run(nodeBin(), ["--disable-warning=ExperimentalWarning", join(root, "scripts/size.ts")]);
process.exit(code);
