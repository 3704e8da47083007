/** Runs of training in few bits, as their file holds them: losses by document, curves, seeds. */
import type {TensorSet} from "../../experiment/experiment.js";
import {type Interval, studentInterval} from "../../stats/interval.js";
import {estimateMean, mean} from "../../stats/moments.js";

/** The data set of all runs. */
export const TRAINING_RUNS = "runs/few-bit-training";

/** Numbers of a tensor of the file. @throws RangeError if it is not there. */
export function numbersAt(runs: TensorSet, name: string): Float32Array {
  const found = runs.get(name);
  if (found === undefined) throw new RangeError(`numbersAt: runs must hold ${name}, got none of this name`);
  return found.data;
}

/** Seeds of a group of runs, in ascending order. */
export function seedsOf(runs: TensorSet, group: string, part: string): string[] {
  const names = [...runs.keys()].filter((name) => name.startsWith(`${group}/`) && name.endsWith(`/${part}`));
  return names.map((name) => name.slice(group.length + 1, -part.length - 1)).sort();
}

/** Mean over documents that several seeds share, document by document. */
export function meanOverSeeds(seeds: readonly Float32Array[]): Float64Array {
  return Float64Array.from(seeds[0], (_, i) => mean(seeds.map((losses) => losses[i])));
}

/** Ends of an interval; null where it is not known. */
export const ends = ({low, high}: Interval) => ({
  low: Number.isFinite(low) ? low : null,
  high: Number.isFinite(high) ? high : null,
});

/** Mean of a few numbers with Student's interval; its ends are null for one. */
export function fewMean(values: readonly number[]): {value: number; low: number | null; high: number | null} {
  const estimate = estimateMean(values);
  return {value: estimate.value, ...ends(studentInterval(estimate, values.length))};
}
