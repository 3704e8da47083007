import {byte, choice, type Expression, sequence} from "./expression.js";

/** Code points from the first to the second, both included. */
export type CodePoints = readonly [low: number, high: number];

const LAST = 0x10ffff;
/** The last code point of each length in UTF-8. */
const LENGTH_ENDS = [0x7f, 0x7ff, 0xffff, LAST];
/** Surrogates stand for no character and have no UTF-8. */
const SURROGATES: CodePoints = [0xd800, 0xdfff];

/** One character of the given ranges, as UTF-8. */
export function characters(ranges: readonly CodePoints[]): Expression {
  const valid = intersectionOf(ranges, complementOf([SURROGATES]));
  return choice(
    valid.flatMap(([low, high]) =>
      utf8Ways(low, high).map((way) => sequence(...way.map(([from, to]) => byte(from, to)))),
    ),
  );
}

/** Any character. */
export const anyCharacter: Expression = characters([[0, LAST]]);

/** Ranges sorted, and joined where they touch. */
export function joined(ranges: readonly CodePoints[]): CodePoints[] {
  const made: [number, number][] = [];
  for (const [low, high] of [...ranges].sort(([a], [b]) => a - b)) {
    const last = made.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else made.push([low, high]);
  }
  return made;
}

/** All other code points. */
export function complementOf(ranges: readonly CodePoints[]): CodePoints[] {
  const made: CodePoints[] = [];
  let from = 0;
  for (const [low, high] of joined(ranges)) {
    if (low > from) made.push([from, low - 1]);
    from = high + 1;
  }
  if (from <= LAST) made.push([from, LAST]);
  return made;
}

/** Code points that are in both. */
export function intersectionOf(a: readonly CodePoints[], b: readonly CodePoints[]): CodePoints[] {
  return complementOf([...complementOf(a), ...complementOf(b)]);
}

type ByteRange = readonly [number, number];

/** Sequences of byte ranges that together are the UTF-8 of all code points of a range. */
function utf8Ways(low: number, high: number): ByteRange[][] {
  const ways: ByteRange[][] = [];
  let from = low;
  for (const end of LENGTH_ENDS) {
    const to = Math.min(high, end);
    if (from > to) continue;
    for (const way of waysBetween(utf8(from), utf8(to))) ways.push(way);
    from = to + 1;
  }
  return ways;
}

function utf8(point: number): number[] {
  return Array.from(new TextEncoder().encode(String.fromCodePoint(point)));
}

/** Ways between two byte strings of one length, whose later bytes run over all of 0x80 to 0xBF in between. */
function waysBetween(low: readonly number[], high: readonly number[]): ByteRange[][] {
  if (low.length === 1) return [[[low[0], high[0]]]];
  const [lowRest, highRest] = [low.slice(1), high.slice(1)];
  const after = (first: number, ways: ByteRange[][]) =>
    ways.map((way): ByteRange[] => [[first, first], ...way]);
  if (low[0] === high[0]) return after(low[0], waysBetween(lowRest, highRest));
  const least = lowRest.map(() => 0x80);
  const most = lowRest.map(() => 0xbf);
  const isWholeBelow = lowRest.every((value) => value === 0x80);
  const isWholeAbove = highRest.every((value) => value === 0xbf);
  const from = isWholeBelow ? low[0] : low[0] + 1;
  const to = isWholeAbove ? high[0] : high[0] - 1;
  const whole = most.map((): ByteRange => [0x80, 0xbf]);
  return [
    ...(isWholeBelow ? [] : after(low[0], waysBetween(lowRest, most))),
    ...(from <= to ? [[[from, to] as ByteRange, ...whole]] : []),
    ...(isWholeAbove ? [] : after(high[0], waysBetween(least, highRest))),
  ];
}
