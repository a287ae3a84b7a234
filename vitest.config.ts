/** Unit and contract tests: beside the code, in Node, against the TypeScript sources. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["@allhours/source"] },
  ssr: { resolve: { conditions: ["@allhours/source"] } },
  test: {
    include: ["{protocol,widget,relay,demo,scripts}/**/*.test.ts", "e2e/**/*.unit.test.ts"],
    environment: "node",
    testTimeout: 20_000,
    execArgv: ["--conditions=@allhours/source"],
    passWithNoTests: false,
  },
});
