/** What all contract suites share: a check that a test framework, or a plain loop, can run. */

/** One promise of a contract. `run` rejects (with an assertion error) when the adapter breaks it. */
export type ContractCase = { name: string; run: () => Promise<void> };

/** A signal that never fires. */
export function signalOf(): AbortSignal {
  return new AbortController().signal;
}

/** Runs all checks one after the other and gives the names of those that failed. For negative controls and for use without a framework. */
export async function failuresOf(checks: readonly ContractCase[]): Promise<string[]> {
  const failed: string[] = [];
  for (const check of checks) {
    try {
      await check.run();
    } catch {
      failed.push(check.name);
    }
  }
  return failed;
}
