/** What the checksum of a frame costs: `node --conditions=@allhours/source e2e/bench/sum-cost.ts`. Prints microseconds a frame. */
import { newId, textWithSum, withoutSum } from "@allhours/protocol";

const ROUNDS = 200_000;
const frame = {
  type: "message-send",
  id: newId(),
  conversationId: newId(),
  parts: [{ type: "text", text: "Where is my order 10482? It should have been here last week." }],
};
const text = JSON.stringify(frame);
const summed = JSON.parse(textWithSum(frame)) as object;

function cost(run: () => unknown): number {
  for (let round = 0; round < ROUNDS / 4; round += 1) run();
  const from = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) run();
  return ((performance.now() - from) / ROUNDS) * 1_000;
}
const plain = cost(() => JSON.stringify(frame));
const writing = cost(() => textWithSum(frame));
const checking = cost(() => withoutSum(summed));
process.stdout.write(
  `${text.length} characters: JSON alone ${plain.toFixed(2)} us, with a sum ${writing.toFixed(2)} us; checking a sum ${checking.toFixed(2)} us\n`,
);
