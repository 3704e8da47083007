/** The trace of a matrix that is only known by its quadratic form: Hutchinson's estimate with random signs. */
import {type Estimate, estimateMean} from "../stats/moments.js";
import {draws, randomStream} from "../tensor/random.js";
import {requireInteger} from "../tensor/require.js";

/** Options of an estimate. */
export interface TraceOptions {
  /** Number of random vectors; default 8. */
  readonly probes?: number;
  readonly seed?: number;
}

/**
 * The mean of z^T H z over vectors z of random signs (Rademacher), whose expectation is the trace of H. (Hutchinson 1990,
 * doi.org/10.1080/03610919008812866; HAWQ-V2, arXiv 1911.03852)
 * @param size length of z
 * @param form z^T H z
 * @throws RangeError if `size` or `probes` is no integer of at least 1.
 */
export async function hutchinsonTrace(
  size: number,
  form: (z: Float32Array) => number | Promise<number>,
  {probes = 8, seed = 0}: TraceOptions = {},
): Promise<Estimate> {
  requireInteger("hutchinsonTrace", "size", size, 1);
  requireInteger("hutchinsonTrace", "probes", probes, 1);
  const {uniform} = randomStream(seed, "Rademacher probes");
  const found: number[] = [];
  for (let probe = 0; probe < probes; probe++)
    found.push(await form(draws(size, () => (uniform() < 0.5 ? -1 : 1))));
  return estimateMean(found);
}
