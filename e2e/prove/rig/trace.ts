/** Reads a log of strace: which message was written to the database, which sync ended, which ack left, in the order they happened. Pure. */
export type Call =
  | { kind: "written"; text: string }
  /** A sync has returned 0. */
  | { kind: "synced" }
  | { kind: "sent"; text: string };

/** `strace -f` output. A call that another thread interrupts is split in two lines; a sync counts when it has ended, a write when it began. */
export function readTrace(log: string): Call[] {
  return log.split("\n").flatMap((line): Call[] => {
    if (/(fdatasync|fsync)(\(| resumed).*= 0/.test(line)) return [{ kind: "synced" }];
    if (/ pwrite64\(/.test(line)) return [{ kind: "written", text: line }];
    if (/ (write|writev|sendto|sendmsg)\(/.test(line)) return [{ kind: "sent", text: line }];
    return [];
  });
}

/**
 * Messages whose ack left before a sync that followed their write had ended, or that cannot be found in the trace. `mark` stands in the text of
 * the message, `seq` in its ack.
 */
export function unsyncedAcks(calls: readonly Call[], acked: readonly { mark: string; seq: number }[]): string[] {
  const early: string[] = [];
  let from = 0;
  for (const { mark, seq } of acked) {
    const written = calls.findIndex((call, index) => index >= from && call.kind === "written" && call.text.includes(mark));
    const synced = calls.findIndex((call, index) => index > written && call.kind === "synced");
    const sent = calls.findIndex((call, index) => index >= from && call.kind === "sent" && ackOf(seq).test(call.text));
    if (written < 0 || synced < 0 || sent < synced) early.push(mark);
    else from = written;
  }
  return early;
}

/** The receipt in an ack, as strace escapes it. */
function ackOf(seq: number): RegExp {
  return new RegExp(String.raw`\\"seq\\":${seq},\\"known\\":`);
}
