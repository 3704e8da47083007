import {characters} from "../language/characters.js";
import {
  byte,
  choice,
  EMPTY,
  type Expression,
  literal,
  NOTHING,
  optional,
  repeat,
  sequence,
} from "../language/expression.js";
import {naturalNumber} from "./json-text.js";

/** A bound; null where there is none. */
export interface Bound {
  /** A decimal number without exponent. */
  readonly digits: string;
  readonly isExclusive: boolean;
}

const digitFrom = (low: number, high: number): Expression =>
  low > high ? NOTHING : characters([[0x30 + low, 0x30 + high]]);
const anyDigits = (min: number, max: number | null = null) => repeat(digitFrom(0, 9), min, max);
const zeros = repeat(byte(0x30), 0, null);

/** A number that is not negative, as its digits before and after the point, without zeros at the end. */
interface Decimal {
  readonly whole: string;
  readonly fraction: string;
}

/** A bound of numbers that are not negative. */
type Edge = (Decimal & {readonly isExclusive: boolean}) | null;

/** Integers within bounds, which must be integers themselves. */
export function integersWithin(low: Bound | null, high: Bound | null): Expression {
  return bothSigns(low, high, (from, to) => wholeBetween(from?.whole ?? null, to?.whole ?? null));
}

/** Decimal numbers without exponent within bounds. */
export function numbersWithin(low: Bound | null, high: Bound | null): Expression {
  return bothSigns(low, high, decimalsBetween);
}

/** Numbers from zero up, and numbers below it as what stands behind their sign. */
function bothSigns(
  low: Bound | null,
  high: Bound | null,
  between: (low: Edge, high: Edge) => Expression,
): Expression {
  const [isLowBelow, isHighBelow] = [isNegative(low), isNegative(high)];
  const least: Edge = {whole: "0", fraction: "", isExclusive: false};
  const positive = isHighBelow
    ? NOTHING
    : between(isLowBelow || low === null ? least : edgeOf(low), edgeOf(high));
  const mayBeNegative = low === null || isLowBelow;
  const smallest: Edge = isHighBelow ? edgeOf(high) : {...least, isExclusive: true};
  const negative = mayBeNegative ? sequence(byte(0x2d), between(smallest, edgeOf(low))) : NOTHING;
  return choice([positive, negative]);
}

const isNegative = (bound: Bound | null): boolean => bound?.digits.startsWith("-") ?? false;

function edgeOf(bound: Bound | null): Edge {
  if (bound === null) return null;
  const [whole, fraction = ""] = bound.digits.replace("-", "").split(".");
  return {whole, fraction: fraction.replace(/0+$/, ""), isExclusive: bound.isExclusive};
}

const compareWhole = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

/** Integers from one to the other, both included; null is no bound above. */
function wholeBetween(low: string | null, high: string | null): Expression {
  const from = low ?? "0";
  if (high === null) return wholeFrom(from);
  if (compareWhole(from, high) > 0) return NOTHING;
  const options: Expression[] = [];
  for (let length = from.length; length <= high.length; length++) {
    const least = length === from.length ? from : `1${"0".repeat(length - 1)}`;
    const most = length === high.length ? high : "9".repeat(length);
    options.push(sameLength(least, most));
  }
  return choice(options);
}

function wholeFrom(low: string): Expression {
  if (low === "0") return naturalNumber;
  const longer = sequence(digitFrom(1, 9), anyDigits(low.length));
  return choice([sameLength(low, "9".repeat(low.length)), longer]);
}

/** Digits between two texts of one length. */
function sameLength(low: string, high: string): Expression {
  if (low === "") return EMPTY;
  const [a, b] = [Number(low[0]), Number(high[0])];
  const [lowRest, highRest] = [low.slice(1), high.slice(1)];
  const nines = "9".repeat(lowRest.length);
  const noughts = "0".repeat(lowRest.length);
  if (a === b) return sequence(literal(low[0]), sameLength(lowRest, highRest));
  return choice([
    sequence(literal(low[0]), sameLength(lowRest, nines)),
    sequence(digitFrom(a + 1, b - 1), anyDigits(lowRest.length, lowRest.length)),
    sequence(literal(high[0]), sameLength(noughts, highRest)),
  ]);
}

/** Decimals between two that are not negative. */
function decimalsBetween(low: Edge, high: Edge): Expression {
  const from = low ?? {whole: "0", fraction: "", isExclusive: false};
  const anyFraction = optional(sequence(byte(0x2e), anyDigits(1)));
  const order = high === null ? 1 : compareWhole(high.whole, from.whole);
  if (order < 0) return NOTHING;
  if (order === 0) return sequence(literal(from.whole), fractionBetween(from, high));
  const above = wholeBetween(nextWhole(from.whole), high === null ? null : previousWhole(high.whole));
  return choice([
    sequence(literal(from.whole), fractionBetween(from, null)),
    sequence(above, anyFraction),
    high === null ? NOTHING : sequence(literal(high.whole), fractionBetween(null, high)),
  ]);
}

const nextWhole = (whole: string): string => (BigInt(whole) + 1n).toString();
/** The integer below; below zero there is none, and a bound that nothing meets. */
const previousWhole = (whole: string): string => (whole === "0" ? "" : (BigInt(whole) - 1n).toString());

/** What may stand behind the digits before the point, where these equal those of each edge given. */
function fractionBetween(low: Edge, high: Edge): Expression {
  const isZeroAllowed = mayEndAt(low, high, 0);
  const written = sequence(byte(0x2e), fractionDigits(low, high, 0, true));
  return isZeroAllowed ? optional(written) : written;
}

/** Digits from a place on, the digits before being those of both edges that are still given. */
function fractionDigits(low: Edge, high: Edge, at: number, isFirst = false): Expression {
  const lowDone = low === null || at >= low.fraction.length;
  const highDone = high === null || at >= high.fraction.length;
  if (lowDone && highDone) return behindBoth(low, high, isFirst);
  const a = low === null ? 0 : Number(low.fraction[at] ?? 0);
  const b = high === null ? 9 : Number(high.fraction[at] ?? 0);
  const options: Expression[] = [];
  for (let digit = a; digit <= b; digit++) {
    const stillLow = low !== null && digit === a ? low : null;
    const stillHigh = high !== null && digit === b ? high : null;
    options.push(sequence(literal(`${digit}`), fractionDigits(stillLow, stillHigh, at + 1)));
  }
  const mayEnd = !isFirst && mayEndAt(low, high, at);
  return choice(mayEnd ? [EMPTY, ...options] : options);
}

/** Digits where neither edge has any left: more than zeros is above both. */
function behindBoth(low: Edge, high: Edge, isFirst: boolean): Expression {
  const needed = isFirst ? 1 : 0;
  const isAbove = sequence(zeros, digitFrom(1, 9), anyDigits(0));
  const equal = repeat(byte(0x30), needed, null);
  const mayBeEqual = !(low?.isExclusive ?? false) && !(high?.isExclusive ?? false);
  if (low === null && high === null) return anyDigits(needed);
  return choice([...(mayBeEqual ? [equal] : []), ...(high === null ? [isAbove] : [])]);
}

/** True if the digits before a place are within both edges when none follow. */
function mayEndAt(low: Edge, high: Edge, at: number): boolean {
  const isAtLeast = low === null || (low.fraction.length <= at && !low.isExclusive);
  const isAtMost = high === null || high.fraction.length > at || !high.isExclusive;
  return isAtLeast && isAtMost;
}
