import {arch, cpus, loadavg, platform, totalmem} from "node:os";

/** Where and when a run was measured. */
export interface Circumstances {
  /** Day of the run, ISO 8601, UTC. */
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGB: number;
  readonly system: string;
  readonly node: string;
  /** Runnable processes in the last minute, before and after: above the number of cores the machine was shared. */
  readonly loadAverage: readonly [number, number];
}

/** The number of processes that wanted to run in the last minute; 0 on Windows, which does not tell. */
export const load = (): number => Number(loadavg()[0]!.toFixed(2));

/** This machine, now; `before` is the load when the run began. */
export function circumstances(before: number): Circumstances {
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 1e9),
    system: `${platform()} ${arch()}`,
    node: process.version,
    loadAverage: [before, load()],
  };
}
