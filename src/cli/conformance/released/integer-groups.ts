/** Integer groups with a fresh scale for each group as GPTQ comes to it: the rounding of the 4-bit weights of Quamba2. */

import type {ColumnRounding} from "../../../lib/engine/calibration/compensation.js";
import {roundHalfEven} from "../../../lib/formats/round.js";
import {requireInteger} from "../../../lib/tensor/require.js";

/** A {@link ColumnRounding} with its scales. */
export interface IntegerGroups extends ColumnRounding {
  /** The scales of the groups begun so far: one array [rows] a group. */
  readonly scales: readonly Float32Array[];
}

/** The parameters of {@link integerGroups}. */
export interface IntegerGroupOptions {
  readonly bits?: number;
  readonly groupSize?: number;
  /** Rounds a dequantized value further, as storing it in float16 does. */
  readonly store?: (value: number) => number;
}

/**
 * Symmetric groups over the full two's complement range: s = 2 max|w| / (2^bits - 1) for each row of the group,
 * q = clamp(round(w / s), -2^(bits-1), 2^(bits-1) - 1), ties to even, value q s. A row of zeros stays zero.
 * (arXiv 2503.22879)
 * @throws RangeError unless bits is an integer of 2 .. 8 and groupSize one of at least 1.
 */
export function integerGroups(
  rows: number,
  columns: number,
  {bits = 4, groupSize = 128, store = Math.fround}: IntegerGroupOptions = {},
): IntegerGroups {
  requireInteger("integerGroups", "bits", bits, 2, 8);
  requireInteger("integerGroups", "groupSize", groupSize, 1);
  const half = 2 ** (bits - 1);
  const scales: Float32Array[] = [];
  return {
    groupSize,
    scales,
    beginGroup(weights, from, to) {
      const steps = new Float32Array(rows);
      for (let row = 0; row < rows; row++) {
        for (let column = from; column < to; column++) {
          steps[row] = Math.max(steps[row], Math.abs(weights[row * columns + column]));
        }
        steps[row] = steps[row] * Math.fround(2 / (2 ** bits - 1));
      }
      scales.push(steps);
      return (row, _, value) => {
        const step = steps[row];
        if (step === 0) return 0;
        const q = roundHalfEven(Math.fround(Math.fround(value) / step));
        return store(Math.fround(Math.max(-half, Math.min(half - 1, q)) * step));
      };
    },
  };
}
