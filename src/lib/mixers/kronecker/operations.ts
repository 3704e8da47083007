/** Sizes of a head over lists of keys, with as many queries as tokens. */
export interface TensorSizes {
  readonly tokens: number;
  readonly width: number;
  readonly valueWidth: number;
  /** Lists of keys. */
  readonly lists: number;
}

/** Operations of exact tensor attention: a sum over all combinations for every query. */
export function tensorOperations({tokens, width, valueWidth, lists}: TensorSizes): number {
  const combinations = tokens ** lists;
  let products = combinations * width;
  // Products of a query with the keys of all lists but the last take no sum.
  let alone = 0;
  for (let f = 1; f < lists; f++) alone += tokens ** f * width;
  for (let f = 1; f <= lists; f++) products += tokens ** f * valueWidth;
  return tokens * (2 * products + alone + 4 * combinations);
}
