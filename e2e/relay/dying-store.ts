/** A relay whose store can be made to die: `node dying-store.ts CONFIG [READY_FD]`; SIGUSR2 ends the store's thread, as a crash in it would. */
import { syncBuiltinESMExports } from "node:module";
import workers, { Worker } from "node:worker_threads";

workers.Worker = class extends Worker {
  constructor(...made: ConstructorParameters<typeof Worker>) {
    super(...made);
    process.on("SIGUSR2", () => void this.terminate());
  }
};
syncBuiltinESMExports();
await import("../client/relay-process.ts");
