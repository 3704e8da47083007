import {randomStream} from "../tensor/random.js";
import {requireInteger} from "../tensor/require.js";
import type {Interval} from "./interval.js";
import {sortedQuantile} from "./quantile.js";

/** Options of {@link bootstrap}. */
export interface BootstrapOptions {
  /** Samples drawn: 2000 place the ends of a 95 % interval within a few hundredths of its width. */
  readonly resamples?: number;
  readonly level?: number;
  readonly seed?: number;
}

/**
 * A statistic with its percentile interval over samples of documents redrawn with replacement. Whole documents are drawn
 * because their tokens are not independent; nothing is taken for normal. (Efron, doi.org/10.1214/aos/1176344552)
 * @param documents how many there are
 * @param statistic of the documents with these indices, each 0 .. documents - 1, some more than once
 * @throws RangeError unless there are at least 2 documents and as many resamples, and 0 < level < 1.
 */
export function bootstrap(
  documents: number,
  statistic: (indices: Int32Array) => number,
  {resamples = 2000, level = 0.95, seed = 1}: BootstrapOptions = {},
): Interval {
  requireInteger("bootstrap", "documents", documents, 2);
  requireInteger("bootstrap", "resamples", resamples, 2);
  if (!(level > 0 && level < 1))
    throw new RangeError(`bootstrap: level must be between 0 and 1, got ${level}`);
  const stream = randomStream(seed, "bootstrap");
  const values = Float64Array.from({length: resamples}, () =>
    statistic(Int32Array.from({length: documents}, () => stream.integer(documents))),
  ).sort();
  return {
    value: statistic(Int32Array.from({length: documents}, (_, i) => i)),
    low: sortedQuantile(values, (1 - level) / 2),
    high: sortedQuantile(values, (1 + level) / 2),
  };
}
