/** Candidates of an integer variable: a list while it is short, else an interval. */
export interface Domain {
  readonly low: number;
  readonly high: number;
  /** Ascending; null: every integer from `low` to `high`. */
  readonly values: readonly number[] | null;
}

/** The longest list of candidates. (FlashRNN's solver, github.com/NX-AI/flashrnn) */
export const LONGEST_LIST = 2048;

/** Listed candidates, in ascending order. */
export function listed(values: readonly number[]): Domain {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  return {low: sorted[0] ?? 1, high: sorted[sorted.length - 1] ?? 0, values: sorted};
}

/** All integers of an interval: a list where it is short. */
export function between(low: number, high: number): Domain {
  if (high - low >= LONGEST_LIST || high < low) return {low, high, values: null};
  return listed(Array.from({length: high - low + 1}, (_, i) => low + i));
}

/** The candidates of a domain that are in an interval. */
export function within({low, high, values}: Domain, from: number, to: number): Domain {
  if (values !== null) return listed(values.filter((value) => value >= from && value <= to));
  return between(Math.max(low, from), Math.min(high, to));
}

/** True if no candidate is left. */
export const isEmpty = ({low, high}: Domain): boolean => high < low;

/** True if one candidate is left. */
export const isFixed = ({low, high}: Domain): boolean => low === high;

/** Number of candidates that are left. */
export const sizeOf = ({low, high, values}: Domain): number => values?.length ?? Math.max(0, high - low + 1);

/** Divisors of a number, found by its prime factors, ascending. */
export function divisorsOf(number: number): number[] {
  let found = [1];
  for (const [prime, power] of primePowers(number)) {
    const powers = Array.from({length: power + 1}, (_, i) => prime ** i);
    found = found.flatMap((divisor) => powers.map((factor) => divisor * factor));
  }
  return found.sort((a, b) => a - b);
}

function primePowers(number: number): Map<number, number> {
  const powers = new Map<number, number>();
  let rest = number;
  for (let prime = 2; rest > 1; prime++) {
    const factor = prime * prime > rest ? rest : prime;
    while (rest % factor === 0) {
      powers.set(factor, (powers.get(factor) ?? 0) + 1);
      rest /= factor;
    }
  }
  return powers;
}
