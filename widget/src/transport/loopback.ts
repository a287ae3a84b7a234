/** A link to a relay in the same process, for tests and demos without a network. The same frames, decoded the same way. */
import { SOCKET_PATH, type Ack } from "@allhours/protocol";
import { LinkFailed, type Transport } from "../core/ports.ts";
import { createGate, readAck, readWelcome } from "./frames.ts";

/** The relay's end. `command` may never answer; `undefined` stands for an answer that was lost. */
export type LoopbackPeer = { command(frame: unknown): Promise<Ack | undefined>; closed(): void };
export type LoopbackRelay = {
  /** A page opens a link. Throws when nobody listens. */
  connect(page: { event(frame: unknown): void; cut(reason: string): void }): LoopbackPeer;
};

/** Frames are copied as JSON on their way, so nothing is shared by reference. `after`: the caller's timer. */
export function createLoopbackTransport(relay: LoopbackRelay, after: (delayMs: number, run: () => void) => () => void): Transport {
  const copy = (frame: unknown): unknown => (frame === undefined ? undefined : (JSON.parse(JSON.stringify(frame)) as unknown));
  return {
    pipe: "loopback",
    open: (_relayUrl, hello, handlers, timeoutMs, signal) =>
      new Promise((resolve, reject) => {
        const gate = createGate(handlers);
        const pending = new Set<() => void>();
        let peer: LoopbackPeer | undefined;
        let open = false;
        let done = false;

        function end(): void {
          done = true;
          cancel();
          signal.removeEventListener("abort", abort);
          peer?.closed();
          for (const give of Array.from(pending)) give();
        }
        function fail(error: Error): void {
          if (done) return;
          end();
          if (open) handlers.lost(error.message);
          else reject(error);
        }
        function abort(): void {
          fail(new LinkFailed("aborted"));
        }
        const cancel = after(timeoutMs, () => {
          if (!open) fail(new LinkFailed("no welcome in time"));
        });
        signal.addEventListener("abort", abort);
        if (signal.aborted) return abort();

        function send(frame: unknown, answerMs: number): Promise<unknown> {
          return new Promise((answer) => {
            if (done || peer === undefined) return answer(undefined);
            const stop = after(answerMs, give);
            function give(raw?: unknown): void {
              stop();
              pending.delete(give);
              answer(copy(raw));
            }
            pending.add(give);
            peer.command(copy(frame)).then(
              (raw) => raw !== undefined && !done && give(raw),
              () => give(),
            );
          });
        }

        try {
          peer = relay.connect({ event: (frame) => done || gate.event(copy(frame)), cut: (reason) => fail(new LinkFailed(reason)) });
        } catch (error) {
          return fail(new LinkFailed(`nobody listens at ${SOCKET_PATH}`, { cause: error }));
        }
        const first = hello();
        if (first === undefined) return fail(new LinkFailed("not wanted any more"));
        send(first, timeoutMs)
          .then((raw) => {
            if (done) return;
            const welcome = readWelcome(raw);
            open = true;
            signal.removeEventListener("abort", abort);
            resolve({
              link: {
                pipe: "loopback",
                send: async (command, answerMs) => readAck(await send(command, answerMs)),
                close: () => (done ? undefined : end()),
              },
              welcome,
            });
            gate.release();
          })
          .catch(fail);
      }),
  };
}
