import { expect, it } from "vitest";
import { servedAt, walkCases } from "./case-log.ts";

type Step = [mode: string, caseId?: string, agentId?: string];
const walk = (...steps: Step[]): ReturnType<typeof walkCases> =>
  walkCases(
    steps.map(([mode, caseId, agentId], index) => ({
      seq: index + 2,
      event: { mode, caseId, ...(agentId === undefined ? {} : { agent: { id: agentId } }) },
    })),
  );

it("follows a case from the request to the end, and the next one", () => {
  const known = walk(["queued", "a"], ["agent", "a", "ines"], ["queued", "a"], ["agent", "a", "ben"], ["ended"], ["bot"], ["queued", "b"]);
  expect(known).toMatchObject({ opened: ["a", "b"], open: ["b"], wrong: [] });
  expect(servedAt(known, 1)).toMatchObject({ now: { mode: "bot" }, next: { mode: "queued" } });
  expect(servedAt(known, 3)).toMatchObject({ now: { agentId: "ines" }, next: { mode: "queued" } });
  expect(servedAt(known, 99)).toMatchObject({ now: { caseId: "b" }, next: undefined });
});

it("names each fork", () => {
  expect(walk(["queued", "a"], ["queued", "b"])).toMatchObject({ open: ["a", "b"], wrong: ["3: a second case is opened"] });
  expect(walk(["queued", "a"], ["agent", "a", "ines"], ["agent", "a", "ben"]).wrong).toEqual(["4: an agent takes what another has"]);
  expect(walk(["queued", "a"], ["queued", "a"]).wrong).toEqual(["3: waiting begins twice"]);
  expect(walk(["queued", "a"], ["bot"], ["agent", "a", "ines"]).wrong).toEqual([
    "4: an agent has a case that is not open",
    "4: a closed case is open again",
  ]);
  expect(walk(["queued", "a"], ["bot"], ["bot"]).wrong).toEqual(["4: the assistant is back twice"]);
  expect(walk(["ended"]).wrong).toEqual(["2: an end without a case"]);
});
