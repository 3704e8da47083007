/** Scores of written answers: RULER's string match and the co-reference scores of TokenButler. */

/**
 * RULER's score of tasks with several answers, in percent: the mean over samples of the share of references
 * found in the prediction, as a substring, upper and lower case alike; rounded to two decimals, half to even.
 * (arXiv:2404.06654; NVIDIA/RULER, eval/synthetic)
 * @throws RangeError unless there is one non-empty list of references for every prediction, and at least one.
 */
export function stringMatchAll(
  predictions: readonly string[],
  references: readonly (readonly string[])[],
): number {
  return meanPercent("stringMatchAll", predictions, references, (found) => {
    return found.filter(Boolean).length / found.length;
  });
}

/** RULER's score of question answering, in percent: as `stringMatchAll`, but one found reference is enough. */
export function stringMatchPart(
  predictions: readonly string[],
  references: readonly (readonly string[])[],
): number {
  return meanPercent("stringMatchPart", predictions, references, (found) => (found.includes(true) ? 1 : 0));
}

/**
 * How a repeated name was predicted, token by token with the right ones fed back: `locationInaccuracy` is the
 * percentage of wrong tokens, `missed` whether there was any. (TokenButler, arXiv:2503.07518)
 * @throws RangeError if the lengths differ or the name is empty.
 */
export function nameRecall(
  predicted: ArrayLike<number>,
  name: ArrayLike<number>,
): {locationInaccuracy: number; missed: boolean} {
  if (name.length === 0 || predicted.length !== name.length) {
    throw new RangeError(
      `nameRecall: predicted must have the length of the name, at least 1, got ${predicted.length} and ${name.length}`,
    );
  }
  const wrong = Array.from(name).filter((token, i) => predicted[i] !== token).length;
  return {locationInaccuracy: (100 * wrong) / name.length, missed: wrong > 0};
}

function meanPercent(
  caller: string,
  predictions: readonly string[],
  references: readonly (readonly string[])[],
  score: (found: readonly boolean[]) => number,
): number {
  if (predictions.length === 0 || references.length !== predictions.length) {
    throw new RangeError(
      `${caller}: references must hold a list for each of at least 1 predictions, ` +
        `got ${references.length} for ${predictions.length}`,
    );
  }
  const scores = predictions.map((prediction, i) => {
    const wanted = references[i] as readonly string[];
    if (wanted.length === 0) throw new RangeError(`${caller}: references[${i}] must not be empty`);
    const text = prediction.toLowerCase();
    return score(wanted.map((reference) => text.includes(reference.toLowerCase())));
  });
  return twoDecimals((scores.reduce((sum, x) => sum + x, 0) / scores.length) * 100);
}

/** Python's round(x, 2): only multiples of 1/8 can lie exactly between two hundredths, and those go to even. */
function twoDecimals(x: number): number {
  if (!Number.isInteger(x * 8)) return Number(x.toFixed(2));
  const below = Math.floor(x * 100);
  const isTie = x * 100 - below === 0.5;
  return (isTie ? below + (below % 2) : Math.round(x * 100)) / 100;
}
