/** Times by function from a V8 CPU profile: its own, and with what it called. Pure. */

type Frame = { functionName: string; url: string; lineNumber: number };
export type CpuProfile = { nodes: { id: number; callFrame: Frame; children?: number[] }[]; samples: number[]; timeDeltas: number[] };
/** Microseconds of wall time on this thread; a blocking call (a sync of the disk) counts, waiting for events does not. */
export type Cost = { where: string; selfUs: number; totalUs: number };

const IDLE = new Set(["(idle)", "(root)"]);

/** Every function once, the dearest by its own time first; idle time is left out. `root` is cut off file names. */
export function costsOf(profile: CpuProfile, root: string): Cost[] {
  const frames = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const parents = new Map(profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)));
  const times = new Map<number, number>();
  for (const [index, id] of profile.samples.entries()) times.set(id, (times.get(id) ?? 0) + (profile.timeDeltas[index] ?? 0));

  const costs = new Map<string, Cost>();
  for (const [id, us] of times) {
    if (IDLE.has(frames.get(id)?.functionName ?? "(root)")) continue;
    // A function that calls itself counts once in its total.
    const onStack = new Set<string>();
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = frames.get(at);
      if (frame === undefined || IDLE.has(frame.functionName)) continue;
      const where = placeOf(frame, root);
      const cost = costs.get(where) ?? { where, selfUs: 0, totalUs: 0 };
      costs.set(where, cost);
      if (at === id) cost.selfUs += us;
      if (!onStack.has(where)) cost.totalUs += us;
      onStack.add(where);
    }
  }
  return [...costs.values()].sort((one, other) => other.selfUs - one.selfUs);
}

function placeOf({ functionName, url, lineNumber }: Frame, root: string): string {
  const name = functionName === "" ? "(anonymous)" : functionName.slice(0, 60);
  return url === "" ? name : `${name} ${url.replace("file://", "").replace(root, "")}:${lineNumber + 1}`;
}
