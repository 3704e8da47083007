/**
 * Canonical signed digits of an integer, least significant first: of -1, 0 and 1, no two neighbours other than 0, the
 * fewest digits other than 0 that any signed binary form has (Reitwiesner, 1960). 0 has no digits.
 * @throws RangeError unless `n` is a safe integer.
 */
export function csdDigits(n: number): number[] {
  if (!Number.isSafeInteger(n)) throw new RangeError(`csdDigits: n must be a safe integer, got ${n}`);
  const digits: number[] = [];
  for (let rest = n; rest !== 0; ) {
    const mod4 = ((rest % 4) + 4) % 4;
    const digit = mod4 % 2 === 0 ? 0 : 2 - mod4;
    digits.push(digit);
    rest = (rest - digit) / 2;
  }
  return digits;
}
