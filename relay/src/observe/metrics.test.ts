import { Registry } from "prom-client";
import { expect, it } from "vitest";
import { createTally } from "./metrics.ts";

it("tells the registry every count once, however often it is asked", async () => {
  const registry = new Registry();
  const tally = createTally({ name: "things_total", help: "Things", labelNames: ["kind", "code"], registers: [registry] });
  tally.inc("a", "ok");
  tally.inc("a", "ok");
  tally.inc("b", "failed");
  await registry.metrics();
  tally.inc("a", "ok");
  const told = await registry.metrics();
  expect(told).toContain('things_total{kind="a",code="ok"} 3');
  expect(told).toContain('things_total{kind="b",code="failed"} 1');
});
