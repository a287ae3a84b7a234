import { expect, it } from "vitest";
import { createSerialQueue } from "./queue.ts";

it("runs tasks of one key in order, one at a time, whatever fails, and those of another beside them", async () => {
  const queue = createSerialQueue();
  const seen: string[] = [];
  let running = 0;
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const task =
    (name: string, fails = false) =>
    async () => {
      running += 1;
      expect(running).toBe(1);
      if (name === "a1") await gate;
      else await Promise.resolve();
      running -= 1;
      seen.push(name);
      if (fails) throw new Error(name);
      return name;
    };
  const results = Promise.allSettled([queue.run("a", task("a1")), queue.run("a", task("a2", true)), queue.run("a", task("a3"))]);
  await queue.run("b", async () => {
    seen.push("b1");
  });
  expect(seen).toEqual(["b1"]);
  open();
  expect((await results).map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(seen).toEqual(["b1", "a1", "a2", "a3"]);
  await queue.idle();
  expect(queue.size).toBe(0);
});
