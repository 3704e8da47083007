import {arch, cpus, loadavg, platform, totalmem} from "node:os";

/** Machine of a run. */
export interface Circumstances {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGB: number;
  readonly system: string;
  readonly node: string;
}

/**
 * Processes that wanted to run in the last minute: above the number of cores the machine was shared; 0 on Windows,
 * which does not tell.
 */
export const load = (): number => Number(loadavg()[0].toFixed(2));

/** The day, ISO 8601, UTC. */
export const today = (): string => new Date().toISOString().slice(0, 10);

/** This machine. */
export function circumstances(): Circumstances {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 1e9),
    system: `${platform()} ${arch()}`,
    node: process.version,
  };
}
