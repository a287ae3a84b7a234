/** Tells the pagers of a region. Retries and dead letters are the job runner's. */
import { AdapterError } from "../adapters/errors.ts";
import type { Job } from "../store/store.ts";
import type { AlertJob } from "./case-jobs.ts";
import type { Directory } from "./rooms.ts";

/** Delivers one `alert` job. Throws `AdapterError`: the runner decides what follows. */
export function createAlertJobs(deps: { directory: () => Directory }): (job: Job, signal: AbortSignal) => Promise<void> {
  return async (job, signal) => {
    const { pagerId, regionId, siteId, conversationId, caseId, category, language, at } = job.payload as AlertJob;
    const pager = deps
      .directory()
      .region(regionId)
      ?.pagers.find(({ id }) => id === pagerId);
    // Taken out of the config meanwhile: nobody listens there.
    if (pager === undefined) throw new AdapterError("refused", `region ${regionId} has no pager ${pagerId}`, { permanent: true });
    await pager.adapter.notify(
      {
        id: job.id,
        timestamp: new Date(at).toISOString(),
        data: {
          siteId,
          regionId,
          conversationId,
          priority: "critical",
          language,
          ...(caseId === undefined ? {} : { caseId }),
          ...(category === undefined ? {} : { category }),
        },
      },
      signal,
    );
  };
}
