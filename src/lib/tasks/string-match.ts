import {mean} from "../stats/moments.js";

/**
 * RULER's scores in percent, rounded to two decimals, ties to even. A reference counts as found if it occurs in the
 * prediction, whatever the case of its letters. (arXiv:2404.06654; https://github.com/NVIDIA/RULER)
 */
export interface StringMatch {
  /** Mean over samples of the share of references found: every task but question answering. */
  readonly all: number;
  /** Share of samples in which at least one reference is found: question answering. */
  readonly part: number;
}

/**
 * Scores predictions, one for each sample, against the references that it should hold.
 * @throws RangeError if there are no samples, the lengths differ, or a sample has no reference.
 */
export function stringMatch(
  predictions: readonly string[],
  references: readonly (readonly string[])[],
): StringMatch {
  if (predictions.length !== references.length || predictions.length === 0) {
    throw new RangeError(
      `stringMatch: references must be as many as predictions and at least 1, got ${references.length} for ${predictions.length}`,
    );
  }
  const shares = predictions.map((prediction, i) => foundShare(prediction, references[i], i));
  const percent = (values: readonly number[]) => roundHundredths(mean(values) * 100);
  return {all: percent(shares), part: percent(shares.map((share) => (share > 0 ? 1 : 0)))};
}

function foundShare(prediction: string, references: readonly string[], sample: number): number {
  if (references.length === 0) {
    throw new RangeError(`stringMatch: every sample must have a reference, got none for sample ${sample}`);
  }
  const text = prediction.toLowerCase();
  return references.filter((reference) => text.includes(reference.toLowerCase())).length / references.length;
}

function roundHundredths(x: number): number {
  // Only odd multiples of 1/8 lie exactly between two hundredths; toFixed would round all of those up.
  if (Math.abs((x * 8) % 2) !== 1) return Number(x.toFixed(2));
  const below = Math.floor(x * 100);
  return (below % 2 === 0 ? below : below + 1) / 100;
}
