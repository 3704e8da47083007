/** Score of a repeated name. Both are 0 and false for a perfect model. */
export interface NameRecall {
  /** Percentage of the name's tokens that were predicted wrongly. */
  readonly locationInaccuracy: number;
  /** True if any token was wrong. */
  readonly missed: boolean;
}

/**
 * Scores the predictions at every token of a name that was there before, the right tokens fed back.
 * (TokenButler's synthetic co-reference, arXiv:2503.07518)
 * @throws RangeError if the lengths differ or the name is empty.
 */
export function nameRecall(predicted: ArrayLike<number>, name: ArrayLike<number>): NameRecall {
  if (name.length === 0 || predicted.length !== name.length) {
    throw new RangeError(
      `nameRecall: predicted must be as long as name and not empty, got ${predicted.length} for ${name.length}`,
    );
  }
  const wrong = Array.from(name).filter((token, i) => predicted[i] !== token).length;
  return {locationInaccuracy: (100 * wrong) / name.length, missed: wrong > 0};
}
