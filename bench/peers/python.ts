import {execFileSync} from "node:child_process";
import type {PeerApart} from "../harness/contest.js";

/**
 * The peer that a script of `bench/` measures by itself, in a process of its own; none where there is no Python or it
 * lacks the script's packages. Python is `python3`, or what the environment variable PYTHON names.
 */
export function pythonPeer(script: string, ...args: (string | number)[]): PeerApart[] {
  try {
    const line = execFileSync(process.env.PYTHON ?? "python3", [`bench/${script}`, ...args.map(String)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      env: {...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1"},
    });
    const {name, seconds} = JSON.parse(line) as {name: string; seconds: number[]};
    return [{name, seconds}];
  } catch {
    return [];
  }
}
