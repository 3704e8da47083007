/** What the authors' README prints. (github.com/wqzustc/High-Performance-Tensor-Processing-Engines at ebe4db7) */

/** Standard deviations of operands, and the average partial products of each at two lengths of a sum. */
export const PUBLISHED_TERMS = {
  sigma: [10, 20, 30, 40, 50],
  "K = 32": [1.71, 2.05, 2.27, 2.45, 2.57],
  "K = 128": [1.75, 2.1, 2.32, 2.48, 2.6],
} as const;

/** An array of 16 by 16 elements whose sums stand still, synthesised at 32 nm: the fastest point of each. */
export const PUBLISHED_ARRAYS = {
  mac: {megahertz: 154, squareMicrometres: 376_683},
  opt1: {megahertz: 322, squareMicrometres: 362_483},
} as const;

/** Speed of the array with carry-save sums for its area over that of plain multiply-accumulators. */
export const areaEfficiencyGain = (): number =>
  PUBLISHED_ARRAYS.opt1.megahertz /
  PUBLISHED_ARRAYS.opt1.squareMicrometres /
  (PUBLISHED_ARRAYS.mac.megahertz / PUBLISHED_ARRAYS.mac.squareMicrometres);
