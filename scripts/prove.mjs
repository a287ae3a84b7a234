// npm run prove: installs what is missing, builds the widget when it is stale, finds a browser, and runs the proof with the words it was given.
import { join } from "node:path";
import { ensureChromium } from "./browser.mjs";
import { buildWidget, childEnv, install, nodeBin, root, run } from "./setup.mjs";

await install();
const chromium = ensureChromium();
await buildWidget();
const code = await run(
  nodeBin(),
  ["--conditions=@allhours/source", "--disable-warning=ExperimentalWarning", join(root, "e2e/prove/run.ts"), ...process.argv.slice(2)],
  { env: childEnv(chromium?.path === undefined ? {} : { ALLHOURS_CHROMIUM: chromium.path }) },
);
process.exit(code);
