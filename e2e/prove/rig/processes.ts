/** A helper program of the proof as a process that can be killed, stopped and started again. Ends only what it started. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface Process {
  start(): Promise<void>;
  kill(): Promise<void>;
  pause(): void;
  resume(): void;
}

/** `program`: file name beside this one. Ready when it has said so on standard output. Started when it resolves. */
export async function startProcess(program: string, args: readonly string[]): Promise<Process> {
  const entry = fileURLToPath(new URL(program, import.meta.url));
  let child: ChildProcess | undefined;
  const orphaned = (): void => void child?.kill("SIGKILL");
  process.once("exit", orphaned);
  async function start(): Promise<void> {
    const started = spawn(process.execPath, ["--conditions=@allhours/source", "--disable-warning=ExperimentalWarning", entry, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    child = started;
    if (started.stdout !== null) await once(started.stdout, "data");
  }
  await start();
  return {
    start,
    async kill() {
      const ending = child;
      child = undefined;
      if (ending === undefined || ending.exitCode !== null) return;
      const gone = once(ending, "exit");
      ending.kill("SIGKILL");
      await gone;
    },
    pause: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
  };
}
