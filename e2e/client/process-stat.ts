/** CPU time and memory of a process, all threads together, from Linux' /proc. Elsewhere there is none: `undefined`. */
import { readFile } from "node:fs/promises";

/** USER_HZ: clock ticks a second in /proc/<pid>/stat; 100 on every Linux that Node runs on (`getconf CLK_TCK`). */
const TICKS_PER_SECOND = 100;

/** utime + stime from the text of /proc/<pid>/stat (proc(5), fields 14 and 15). The name in field 2 may hold spaces and brackets. */
export function cpuSecondsIn(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** VmRSS from the text of /proc/<pid>/status, bytes. */
export function rssBytesIn(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}

/** Seconds of CPU the process has used since it started, to a hundredth. */
export async function cpuSecondsOf(pid: number): Promise<number | undefined> {
  return readFile(`/proc/${pid}/stat`, "utf8").then(cpuSecondsIn, () => undefined);
}

/** Resident memory of the process, bytes. */
export async function rssBytesOf(pid: number): Promise<number | undefined> {
  return readFile(`/proc/${pid}/status`, "utf8").then(rssBytesIn, () => undefined);
}
