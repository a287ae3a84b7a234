import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, it } from "vitest";

const program = `
import { createLogger } from ${JSON.stringify(new URL("logger.ts", import.meta.url).href)};
const logger = createLogger("info");
let lines = 0;
const timer = setInterval(() => {
  for (let n = 0; n < 200; n += 1) logger.info({ n, filler: "x".repeat(100) }, "line");
  lines += 200;
  if (lines >= 2_000) { clearInterval(timer); process.stderr.write("still here"); process.exit(0); }
}, 10);
`;
const run = (to: string) =>
  spawnSync("sh", ["-c", `"$0" --input-type=module -e "$1" > ${to}`, process.execPath, program], { encoding: "utf8", timeout: 15_000 });

it.skipIf(!existsSync("/dev/full"))("a log that cannot be written neither ends nor hangs the relay", () => {
  expect(run("/dev/full")).toMatchObject({ status: 0, stderr: "still here" });
  expect(run("/dev/null")).toMatchObject({ status: 0, stderr: "still here" });
});
