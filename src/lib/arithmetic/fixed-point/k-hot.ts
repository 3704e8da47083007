/** One signed power of two. */
export interface HotBit {
  readonly sign: 1 | -1;
  readonly exponent: number;
}

/** The exponent of the power of two nearest to a positive number; midway, the upper one. */
function nearestExponent(x: number): number {
  const below = Math.floor(Math.log2(x));
  return x < 1.5 * 2 ** below ? below : below + 1;
}

/**
 * An integer as a sum of at most `terms` signed powers of two, the nearest to what is left taken first, none below 1.
 * (QFX, arXiv:2401.17544, section 3: K-hot weights)
 */
export function kHot(integer: number, terms: number): HotBit[] {
  const hot: HotBit[] = [];
  let rest = integer;
  while (rest !== 0 && hot.length < terms) {
    const exponent = nearestExponent(Math.abs(rest));
    const sign = rest > 0 ? 1 : -1;
    hot.push({sign, exponent});
    rest -= sign * 2 ** exponent;
  }
  return hot;
}

/** The integer of signed powers of two. */
export const hotValue = (hot: readonly HotBit[]): number =>
  hot.reduce((sum, {sign, exponent}) => sum + sign * 2 ** exponent, 0);

/** An integer times signed powers of two, by shifts and additions. */
export function hotProduct(x: number, hot: readonly HotBit[]): number {
  let sum = 0;
  for (const {sign, exponent} of hot) sum += sign > 0 ? x << exponent : -(x << exponent);
  return sum;
}
