/**
 * Costs of each form of a scan, counted from its loops in this folder. Modelled, for any sizes: nothing is run.
 * Multiplications and additions are counted alike, those of the skip and the gate left out.
 */

import {requireInteger} from "../../tensor/require.js";

/** The work of one form over a whole sequence. */
export interface ScanCost {
  /** Multiplications and additions. */
  readonly operations: number;
  readonly exponentials: number;
  /** The longest chain of states of which each waits for the one before: what no parallel machine shortens. */
  readonly steps: number;
  /** Numbers held at once where everything runs at once that can: states, factors, weights of pairs; no inputs. */
  readonly numbers: number;
}

/** Costs of a chunk of `q` tokens for one head or all channels, without the carry that every form has. */
interface ChunkCost {
  readonly operations: number;
  readonly exponentials: number;
  readonly numbers: number;
}

/** Sizes of a selective scan. */
export interface SelectiveScanSizes {
  readonly tokens: number;
  readonly channels: number;
  readonly stateSize: number;
}

/** The recurrence of {@link selectiveScan}: one token after the other. */
export function selectiveScanCost({tokens: L, channels, stateSize}: SelectiveScanSizes): ScanCost {
  const states = channels * stateSize;
  return {operations: 7 * L * states, exponentials: L * states, steps: L, numbers: states};
}

/** {@link selectiveScanAssociative}: a tree over the tokens for every number of state. */
export function selectiveScanAssociativeCost({tokens: L, channels, stateSize}: SelectiveScanSizes): ScanCost {
  const states = channels * stateSize;
  let [combinations, rounds] = [0, 0];
  for (const [first, stride] of treeRounds(L)) {
    combinations += Math.ceil((L - first) / stride);
    rounds++;
  }
  return {
    operations: states * (5 * L + 2 + 3 * combinations),
    exponentials: L * states,
    steps: rounds,
    numbers: 2 * L * states,
  };
}

/** The rounds of {@link associativeScan} that combine something: the first index written, and the distance to the next. */
function treeRounds(L: number): [first: number, stride: number][] {
  const rounds: [number, number][] = [];
  let span = 1;
  for (; span < L; span *= 2) rounds.push([2 * span - 1, 2 * span]);
  for (; span >= 1; span /= 2) rounds.push([3 * span - 1, 2 * span]);
  return rounds.filter(([first]) => first < L);
}

/** {@link selectiveScanChunked}: all chunks at once, then their states one after the other. */
export function selectiveScanChunkedCost(sizes: SelectiveScanSizes, chunkSize: number): ScanCost {
  const states = sizes.channels * sizes.stateSize;
  const {steps, ...cost} = inChunks("selectiveScanChunkedCost", sizes.tokens, chunkSize, (q) => ({
    operations: (10 * q + 2) * states,
    exponentials: q * states,
    numbers: 3 * states,
  }));
  return {...cost, steps: steps + Math.min(chunkSize, sizes.tokens)};
}

/** Sizes of a layer of Mamba2. */
export interface SsdSizes {
  readonly tokens: number;
  readonly heads: number;
  readonly headDim: number;
  readonly stateSize: number;
}

/** The recurrence of {@link ssd}. */
export function ssdCost({tokens: L, heads: H, headDim: P, stateSize: N}: SsdSizes): ScanCost {
  return {operations: L * H * (1 + P + 5 * P * N), exponentials: L * H, steps: L, numbers: H * P * N};
}

/** {@link ssdChunked}. */
export function ssdChunkedCost({tokens, heads: H, headDim: P, stateSize: N}: SsdSizes, Q: number): ScanCost {
  return inChunks("ssdChunkedCost", tokens, Q, (q) => {
    const pairs = (q * (q + 1)) / 2;
    const factors = q + q * P + (pairs - q) + q;
    return {
      operations: H * (factors + q * P * (2 * N + 1) + pairs * (2 * N + 1 + 2 * P) + P * N * (1 + 3 * q)),
      exponentials: H * (pairs + q),
      numbers: H * (q * q + P * N),
    };
  });
}

/** Sizes of gated linear attention. */
export interface GlaSizes {
  readonly tokens: number;
  readonly heads: number;
  readonly keyDim: number;
  readonly valueDim: number;
}

/** The recurrence of {@link gla}. */
export function glaCost({tokens: L, heads: H, keyDim: K, valueDim: V}: GlaSizes): ScanCost {
  return {operations: L * H * K * (1 + 5 * V), exponentials: L * H * K, steps: L, numbers: H * K * V};
}

/** {@link glaChunked}: decays are exponentials of sums of their own wherever a quotient would do in exact numbers. */
export function glaChunkedCost(
  {tokens, heads: H, keyDim: K, valueDim: V}: GlaSizes,
  Q: number,
  subChunkSize: number,
): ScanCost {
  requireInteger("glaChunkedCost", "subChunkSize", subChunkSize, 1);
  return inChunks("glaChunkedCost", tokens, Q, (q) => {
    // The state is read and carried on.
    let operations = q * K * (3 + 2 * V) + q * K * (3 + 2 * V) + K * V;
    let exponentials = 2 * q * K + K;
    let numbers = 2 * q * K + K * V + q * q;
    for (let sub = 0; sub < q; sub += subChunkSize) {
      const m = Math.min(subChunkSize, q - sub);
      const own = (m * (m + 1)) / 2;
      operations += 3 * m * K + 2 * sub * K + m * sub * (2 * K + 2 * V) + own * (5 * K + 2 * V);
      exponentials += (m + sub + own) * K;
      numbers += own * K;
    }
    return {operations: H * operations, exponentials: H * exponentials, numbers: H * numbers};
  });
}

/** {@link glaChunkedNaive}: one product a chunk, with factors that may overflow. */
export function glaChunkedNaiveCost(
  {tokens, heads: H, keyDim: K, valueDim: V}: GlaSizes,
  Q: number,
): ScanCost {
  return inChunks("glaChunkedNaiveCost", tokens, Q, (q) => ({
    operations: H * (q * K * (4 + 2 * V) + ((q * (q + 1)) / 2) * (2 * K + 2 * V) + K * V * (2 * q + 1)),
    exponentials: H * (2 * q * K + K * V),
    numbers: H * (2 * q * K + K * V + q * q),
  }));
}

/** The sum over all chunks, the last of which may be shorter. */
function inChunks(where: string, tokens: number, Q: number, of: (q: number) => ChunkCost): ScanCost {
  requireInteger(where, "chunkSize", Q, 1);
  const whole = Math.floor(tokens / Q);
  const rest = tokens % Q;
  const [each, last] = [of(Q), rest > 0 ? of(rest) : {operations: 0, exponentials: 0, numbers: 0}];
  return {
    operations: whole * each.operations + last.operations,
    exponentials: whole * each.exponentials + last.exponentials,
    steps: whole + (rest > 0 ? 1 : 0),
    numbers: whole * each.numbers + last.numbers,
  };
}
