/** Scores of every position of a text: from logits in float32, sums in float64, logarithms natural (nats). */

import {matrixSize, type Tensor} from "../tensor/tensor.js";

/** Per-position scores of one model on a text, as {@link scoreTokens} gives them. */
export interface TokenScores {
  /** ln p(target). */
  readonly logProbs: Float64Array;
  /** The most probable token; the lowest id of equals. */
  readonly topTokens: Int32Array;
}

/** Per-position scores of a model beside its baseline, on the same positions. */
export interface PairedScores {
  readonly baseline: TokenScores;
  readonly model: TokenScores;
  /** KL(baseline || model) of the next-token distributions, in nats. */
  readonly kl: Float64Array;
}

/**
 * Scores logits [T, V]: position t predicts `targets[t]`; a target of -1 is not scored and left out.
 * @throws RangeError if a target is no id of the vocabulary, a logit is NaN or +Infinity, a row has no finite logit,
 * or the lengths disagree.
 */
export function scoreTokens(logits: Tensor, targets: ArrayLike<number>): TokenScores {
  const {columns: vocabulary} = matrixSize(logits);
  const positions = scoredPositions("scoreTokens", logits, targets);
  const logProbs = new Float64Array(positions.length);
  const topTokens = new Int32Array(positions.length);
  positions.forEach((t, i) => {
    const row = logits.data.subarray(t * vocabulary, (t + 1) * vocabulary);
    const {logSum, top} = logSumExp(row, t);
    logProbs[i] = row[targets[t]] - logSum;
    topTokens[i] = top;
  });
  return {logProbs, topTokens};
}

/**
 * Scores a model's logits beside a baseline's, both [T, V] on the same tokens; a target of -1 is left out. A token that
 * the baseline gives no probability (logit -Infinity) adds nothing to KL; one that only the model rules out makes it
 * Infinity. Rounding below zero is cut: KL is never negative.
 * @throws RangeError as {@link scoreTokens}, or if the two shapes differ.
 */
export function scorePair(baseline: Tensor, model: Tensor, targets: ArrayLike<number>): PairedScores {
  if (baseline.data.length !== model.data.length || baseline.shape.at(-1) !== model.shape.at(-1)) {
    throw new RangeError(
      `scorePair: model must have the shape of baseline, [${baseline.shape.join(", ")}], got [${model.shape.join(", ")}]`,
    );
  }
  const {columns: vocabulary} = matrixSize(baseline);
  const scores = {baseline: scoreTokens(baseline, targets), model: scoreTokens(model, targets)};
  const positions = scoredPositions("scorePair", baseline, targets);
  const kl = Float64Array.from(positions, (t) =>
    rowDivergence(
      baseline.data.subarray(t * vocabulary, (t + 1) * vocabulary),
      model.data.subarray(t * vocabulary, (t + 1) * vocabulary),
      t,
    ),
  );
  return {...scores, kl};
}

function scoredPositions(where: string, logits: Tensor, targets: ArrayLike<number>): number[] {
  const {rows, columns} = matrixSize(logits);
  if (targets.length !== rows) {
    throw new RangeError(
      `${where}: targets must hold one id for each of ${rows} positions, got ${targets.length}`,
    );
  }
  const positions: number[] = [];
  for (let t = 0; t < rows; t++) {
    const target = targets[t];
    if (!Number.isInteger(target) || target < -1 || target >= columns) {
      throw new RangeError(
        `${where}: targets must be ids of 0 .. ${columns - 1}, or -1 for none, got ${target} at position ${t}`,
      );
    }
    if (target >= 0) positions.push(t);
  }
  return positions;
}

/** ln of the sum of exp over a row, shifted by its maximum so that nothing overflows; and where the maximum is. */
function logSumExp(row: Float32Array, position: number): {logSum: number; top: number} {
  let top = 0;
  let max = row[0];
  for (let v = 1; v < row.length; v++) {
    if (row[v] > max) {
      max = row[v];
      top = v;
    }
  }
  let sum = 0;
  for (let v = 0; v < row.length; v++) sum += Math.exp(row[v] - max);
  // A NaN anywhere, +Infinity, or nothing but -Infinity all end in a NaN sum.
  if (Number.isNaN(sum)) {
    throw new RangeError(
      `logSumExp: logits must be numbers below +Infinity with a finite one in each row, got a row without a softmax at position ${position}`,
    );
  }
  return {logSum: max + Math.log(sum), top};
}

function rowDivergence(baseline: Float32Array, model: Float32Array, position: number): number {
  const p = logSumExp(baseline, position).logSum;
  const q = logSumExp(model, position).logSum;
  let sum = 0;
  for (let v = 0; v < baseline.length; v++) {
    const logP = baseline[v] - p;
    const probability = Math.exp(logP);
    if (probability > 0) sum += probability * (logP - (model[v] - q));
  }
  return Math.max(0, sum);
}
