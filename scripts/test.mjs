// npm test: everything that must hold before a change lands. Each stage counts as passed or failed; the two runners report their
// own counts. Ends with one line `N passed, N failed` (and what was skipped).
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureChromium } from "./browser.mjs";
import { buildWidget, childEnv, install, nodeBin, root, run } from "./setup.mjs";

const bin = (name) => join(root, "node_modules/.bin", name);
const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
function count(name, ok) {
  total[ok ? "passed" : "failed"] += 1;
  if (!ok) failures.push(name);
}
async function stage(name, command, args) {
  const from = Date.now();
  const ok = (await run(command, args)) === 0;
  console.log(`${ok ? "ok  " : "FAIL"} ${name} (${((Date.now() - from) / 1000).toFixed(1)} s)`);
  count(name, ok);
  return ok;
}
function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

await install();
const results = mkdtempSync(join(tmpdir(), "allhours-test-"));
const chromium = ensureChromium();
console.log(chromium === undefined ? "Chromium: none to be had; browser tests are skipped" : `Chromium: ${chromium.how}`);

await stage("format", bin("oxfmt"), ["--check", "."]);
await stage("types", bin("tsc"), ["-b"]);
await stage("types of tests and scripts", bin("tsc"), ["-p", "tsconfig.tools.json"]);
await stage("lint", bin("oxlint"), ["--type-aware", "--deny-warnings"]);
await buildWidget();
await stage("size budget", nodeBin(), ["--disable-warning=ExperimentalWarning", join(root, "scripts/size.ts")]);

const unit = join(results, "unit.json");
const unitCode = await run(bin("vitest"), ["run", "--reporter=dot", "--reporter=json", `--outputFile.json=${unit}`]);
const unitReport = readJson(unit);
if (unitReport === undefined) count("unit and contract tests", false);
else {
  total.passed += unitReport.numPassedTests;
  total.failed += unitReport.numFailedTests;
  total.skipped += unitReport.numPendingTests + unitReport.numTodoTests;
  if (unitCode !== 0) failures.push("unit and contract tests");
  if (unitCode !== 0 && unitReport.numFailedTests === 0) count("unit and contract tests (see above)", false);
}

if (chromium === undefined) total.skipped += 1;
else {
  const browser = join(results, "browser.json");
  const code = await run(bin("playwright"), ["test", "-c", "e2e/playwright.config.ts", "--reporter=dot,json"], {
    env: childEnv({
      PLAYWRIGHT_JSON_OUTPUT_NAME: browser,
      NODE_OPTIONS: "--conditions=@allhours/source --disable-warning=ExperimentalWarning",
      ...(chromium.path === undefined ? {} : { ALLHOURS_CHROMIUM: chromium.path }),
    }),
  });
  const report = readJson(browser);
  if (report === undefined) count("browser tests", false);
  else {
    total.passed += report.stats.expected;
    total.failed += report.stats.unexpected + report.stats.flaky;
    total.skipped += report.stats.skipped;
    if (code !== 0) failures.push("browser tests");
    if (code !== 0 && report.stats.unexpected + report.stats.flaky === 0) count("browser tests (see above)", false);
  }
}

// The delivery promises under faults, in their short form: every ledger and every figure counts.
const proof = join(results, "proof.json");
const proofCode = await run(
  nodeBin(),
  [
    "--conditions=@allhours/source",
    "--disable-warning=ExperimentalWarning",
    join(root, "e2e/prove/run.ts"),
    "--form",
    "short",
    "--json",
    proof,
  ],
  { env: childEnv(chromium?.path === undefined ? {} : { ALLHOURS_CHROMIUM: chromium.path }) },
);
const proofReport = readJson(proof);
if (proofReport === undefined) count("proof of the delivery promises", false);
else {
  for (const key of ["passed", "failed", "skipped"]) total[key] += proofReport[key];
  if (proofCode !== 0) failures.push("proof of the delivery promises");
}
rmSync(results, { recursive: true, force: true });

if (failures.length > 0) console.log(`failed: ${[...new Set(failures)].join(", ")}`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
process.exit(total.failed > 0 ? 1 : 0);
