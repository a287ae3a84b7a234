/** The same frame on a second link when the first is silent: the same id is harmless twice. Pure but for the clock. */
import type { Ack, Command } from "@allhours/protocol";
import { LINK_TIMES } from "./link-times.ts";
import type { Clock, Link } from "./ports.ts";

export type Hedge = {
  first: Pick<Link, "send">;
  /** Asked once, when the first has been silent: the link to use beside it, if there still is reason to. */
  spare: () => Pick<Link, "send"> | undefined;
  clock: Pick<Clock, "after">;
  timeoutMs: number;
};

/** `ack` as of `Link.send`; `by` names the spare that answered before the first, `undefined` when the first did, or none. */
export async function sendHedged(
  command: Command,
  { first, spare, clock, timeoutMs }: Hedge,
): Promise<{ ack: Ack | undefined; by: Pick<Link, "send"> | undefined }> {
  const answer = first.send(command, timeoutMs);
  let settled = false;
  answer.then(() => (settled = true)).catch(() => {});
  let stop = (): void => {};
  const silent = new Promise<void>((late) => (stop = clock.after(LINK_TIMES.resendMs, late)));
  await Promise.race([answer, silent]);
  stop();
  const beside = spare();
  if (beside === undefined || settled) return { ack: await answer, by: undefined };
  const second = beside.send(command, timeoutMs);
  const won = await Promise.race([answer.then((ack) => ack !== undefined && "first"), second.then((ack) => ack !== undefined && "second")]);
  const ack = won === "first" ? undefined : await second;
  return ack === undefined ? { ack: await answer, by: undefined } : { ack, by: beside };
}
