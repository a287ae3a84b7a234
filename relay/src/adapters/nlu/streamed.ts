/** Answers that come piece by piece, for every engine that streams: from its pieces to what the pipeline reads. Knows no wire format. */
import type { Part } from "@allhours/protocol";
import { AdapterError } from "../errors.ts";
import type { NluAnswer } from "../spec.ts";

/** Text that is said, or parts that follow all text. */
export type Piece = { text: string } | { parts: readonly Part[] };

/**
 * `text` pulls the pieces, `first` before all others; `parts` waits for the end, and pulls by itself when nobody reads the text. What the
 * pieces reject with ends both.
 */
export function streamedAnswer(pieces: AsyncGenerator<Piece, unknown>, signal: AbortSignal, first?: Piece): NluAnswer {
  const parts: Part[] = [];
  let started = false;
  const end = createDeferred<Part[]>();
  async function* pull(): AsyncGenerator<string, void> {
    started = true;
    try {
      let piece: Piece | undefined = first;
      for (;;) {
        signal.throwIfAborted();
        if (piece !== undefined && "text" in piece && piece.text !== "") yield piece.text;
        if (piece !== undefined && "parts" in piece) parts.push(...piece.parts);
        const next: IteratorResult<Piece, unknown> = await pieces.next();
        if (next.done === true) break;
        piece = next.value;
      }
      end.resolve(parts);
    } catch (error) {
      end.reject(error);
      throw error;
    } finally {
      end.reject(new AdapterError("bad-response", "the answer was not read to its end"));
      await pieces.return(undefined);
    }
  }
  const text = pull();
  return {
    text,
    async parts() {
      if (!started) for await (const _piece of text) continue;
      return end.promise;
    },
  };
}

/** A whole answer that is there at once. */
export function wholeAnswer(text: string, parts: Part[] = []): NluAnswer {
  return { ...(text === "" ? {} : { text: once(text) }), parts: () => Promise.resolve(parts) };
}

async function* once(text: string): AsyncGenerator<string, void> {
  yield text;
}

/** A promise settled from outside. Whoever never waits for it is not ended by its failure. */
function createDeferred<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void; reject: (reason: unknown) => void } {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<Value>((settle, refuse) => {
    resolve = settle;
    reject = refuse;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
