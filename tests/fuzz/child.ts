// A process that reads mutants until it is told to end: one of them may hang it or take all of its memory.
import {openSync, writeSync} from "node:fs";
import {mutantOf} from "./mutate.js";
import {TARGETS} from "./registry.js";
import {type FuzzTarget, outcomeOf} from "./target.js";

/** The work of a child: mutants of `target` from number `from` up to, but without, `to`. */
export interface FuzzJob {
  readonly target: string;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** File that holds the {@link Place} of the work, as float64: it is there whatever ends the process. */
  readonly place: string;
}

/** The number of the mutant being read, and how many were read and refused before it. */
export type Place = readonly [number: number, read: number, refused: number];

/** A mutant that was neither read nor refused as it should be. */
export interface Finding {
  readonly number: number;
  readonly why: string;
}

/** Result of a job: how many mutants were read, how many refused, and the most memory of the process in bytes. */
export interface FuzzReply {
  readonly read: number;
  readonly refused: number;
  readonly findings: readonly Finding[];
  readonly memory: number;
}

/** A reading that takes longer, twice in a row, is slow, in milliseconds. */
const SLOW = 1000;

process.once("message", async (job: FuzzJob) => {
  const reply = await fuzz(job);
  process.send!(reply, () => process.disconnect());
});

async function fuzz({target: id, seed, from, to, place}: FuzzJob): Promise<FuzzReply> {
  const target = TARGETS.find((each) => each.id === id)!;
  const seeds = await target.seeds();
  const file = openSync(place, "r+");
  const counts = {read: 0, refused: 0};
  const findings: Finding[] = [];
  for (let n = from; n < to; n++) {
    writeSync(file, new Float64Array([n, counts.read, counts.refused] satisfies Place), 0, 24, 0);
    const why = await failure(target, mutantOf(target, seeds, {seed, number: n}), counts);
    if (why !== undefined) findings.push({number: n, why});
  }
  return {...counts, findings, memory: process.resourceUsage().maxRSS * 1024};
}

/** Reason for which a reading is a finding, or undefined after counting it. */
async function failure(
  target: FuzzTarget,
  bytes: Uint8Array,
  counts: Record<"read" | "refused", number>,
): Promise<string | undefined> {
  const [outcome, time] = await timed(target, bytes);
  if (outcome.kind === "failed") return `${outcome.error.name}: ${outcome.error.message}`;
  // A second reading: a machine under load is slow for once.
  if (time > SLOW && (await timed(target, bytes))[1] > SLOW) return `it took ${Math.round(time)} ms`;
  counts[outcome.kind]++;
  return undefined;
}

async function timed(target: FuzzTarget, bytes: Uint8Array) {
  const start = performance.now();
  return [await outcomeOf(target, bytes), performance.now() - start] as const;
}
