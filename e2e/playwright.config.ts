/** Browser tests: real Chromium, the real relay, the demo's own pages. One demo a worker (fixtures.ts). */
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "tests",
  outputDir: "results",
  fullyParallel: false,
  workers: 2,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    locale: "en-GB",
    timezoneId: "Europe/Paris",
    viewport: { width: 1280, height: 860 },
    trace: "retain-on-failure",
    launchOptions: {
      ...(process.env["ALLHOURS_CHROMIUM"] === undefined ? {} : { executablePath: process.env["ALLHOURS_CHROMIUM"] }),
      args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    },
  },
});
