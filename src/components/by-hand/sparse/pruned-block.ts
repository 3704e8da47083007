import {calibrate, outputError} from "../../../lib/engine/calibration/calibration.js";
import {type PruningPattern, parsePattern} from "../../../lib/sparse/pruning/pattern.js";
import type {PruningMethod} from "../../../lib/sparse/pruning/pruning-method.js";
import {pruningMethods} from "../../../lib/sparse/pruning/registry.js";
import {randomStream} from "../../../lib/tensor/random.js";
import {type Tensor, tensor} from "../../../lib/tensor/tensor.js";

/** Rows and columns of the block. */
export const ROWS = 4;
export const COLUMNS = 8;
/** Column whose input is larger. */
export const LARGE_AT = 2;
const TOKENS = 64;

/** Controls of the block. */
export const prunedBlockParams = {
  pattern: {
    kind: "choice",
    label: "What stays: a share, or N of every M",
    options: ["0.75", "0.5", "0.25", "4:8", "2:4", "1:4"],
    default: "0.5",
  },
  large: {
    kind: "number",
    label: "One input larger by",
    unit: "times",
    min: 1,
    max: 10,
    step: 0.5,
    default: 4,
  },
  shared: {
    kind: "number",
    label: "Inputs that move together",
    unit: "correlation",
    min: 0,
    max: 0.95,
    step: 0.05,
    default: 0.5,
  },
  seed: {kind: "integer", label: "Seed of the weights", min: 0, max: 999, default: 19, advanced: true},
} as const;

/** State of the controls. */
export interface PrunedBlockState {
  readonly pattern: string;
  readonly large: number;
  readonly shared: number;
  readonly seed: number;
}

/** The block as one method leaves it. */
export interface PrunedBlock {
  readonly method: PruningMethod;
  readonly weight: Tensor;
  /** Mean square error of the outputs over the inputs. */
  readonly error: number;
}

/** A block of weights, the size of each of its inputs, and what every method leaves of it. */
export interface PrunedBlocks {
  readonly weight: Tensor;
  readonly sizes: readonly number[];
  readonly pattern: PruningPattern;
  readonly blocks: readonly PrunedBlock[];
}

/** Prunes a small random layer by every method, calibrated on random inputs. */
export function prunedBlocks({pattern: text, large, shared, seed}: PrunedBlockState): PrunedBlocks {
  const stream = randomStream(seed, "pruned block");
  const weight = tensor(
    Float32Array.from({length: ROWS * COLUMNS}, () => stream.normal()),
    [ROWS, COLUMNS],
  );
  const x = new Float32Array(TOKENS * COLUMNS);
  for (let t = 0; t < TOKENS; t++) {
    const common = stream.normal();
    for (let j = 0; j < COLUMNS; j++) {
      const size = j === LARGE_AT ? large : 1;
      x[t * COLUMNS + j] = size * (Math.sqrt(shared) * common + Math.sqrt(1 - shared) * stream.normal());
    }
  }
  const inputs = calibrate([tensor(x, [TOKENS, COLUMNS])]);
  const pattern = parsePattern(text);
  const sizes = Array.from({length: COLUMNS}, (_, j) => Math.sqrt(inputs.gram[j * COLUMNS + j] / TOKENS));
  const blocks = pruningMethods.all.map((method) => {
    const pruned = method.prune(weight, pattern, {inputs});
    return {method, weight: pruned, error: outputError(weight, pruned, inputs)};
  });
  return {weight, sizes, pattern, blocks};
}
