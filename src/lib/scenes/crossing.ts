/** An object in one file: its bytes and its error. */
export interface RateError {
  readonly bytes: number;
  readonly error: number;
}

/** Place at which files of a mesh stop being better than a text about it. */
export interface Crossing {
  /**
   * Times smaller than the raw mesh, of the smallest file that is still at least as near to the object as the text is; 1
   * where none is.
   */
  readonly ratio: number;
  /** True if even the smallest file that was made is better than the text: the crossing lies beyond it. */
  readonly isBeyond: boolean;
}

/**
 * The compression up to which structure beats words: the smallest file whose error is no larger than that of the text.
 * Steps between files are not interpolated, so the true crossing lies at or beyond it.
 */
export function crossingOf(raw: number, files: readonly RateError[], text: RateError): Crossing {
  const better = files.filter(({error}) => error <= text.error);
  if (better.length === 0) return {ratio: 1, isBeyond: false};
  const least = better.reduce((a, b) => (b.bytes < a.bytes ? b : a));
  return {ratio: raw / least.bytes, isBeyond: files.every(({bytes}) => bytes >= least.bytes)};
}

/** The smallest error among files at least so many times smaller than the raw mesh; infinite where there is none. */
export function bestAt(raw: number, files: readonly RateError[], ratio: number): number {
  return files.reduce(
    (least, {bytes, error}) => (raw / bytes >= ratio ? Math.min(least, error) : least),
    Number.POSITIVE_INFINITY,
  );
}
