import {largest, smallest} from "../../../lib/stats/extent.js";
import {numberText} from "../../kit/text/number-text.js";

/** Maps a value of a domain to a place in a range. */
export interface Scale {
  (value: number): number;
  readonly ticks: readonly number[];
  /** A tick in words. */
  readonly tickText: (tick: number) => string;
  /** The ends of the domain, as the logarithm to base 10 where the scale is logarithmic. */
  readonly ends: readonly [number, number];
}

/** Options of a scale. */
export interface ScaleOptions {
  readonly log?: boolean;
  /** Ticks wished for, about. */
  readonly count?: number;
  /** The ticks to name, where round ones would say nothing. */
  readonly ticks?: readonly number[];
  /** Length of the axis that one tick needs, in the units of the range: a logarithmic scale has 1, 2 and 5 where they fit. */
  readonly room?: number;
  /** Ticks of a logarithmic scale at powers of two. */
  readonly binary?: boolean;
  /** Round ticks of a linear scale at whole numbers alone. */
  readonly whole?: boolean;
}

/**
 * A linear or logarithmic scale from `domain` to `range`, with those of the given ticks that lie inside the domain, or
 * about `count` round ones.
 * A domain of no width is widened, so that a single value stands in the middle.
 */
export function makeScale(
  domain: readonly [number, number],
  range: readonly [number, number],
  {log = false, count = 5, room, ticks: given, binary = false, whole = false}: ScaleOptions = {},
): Scale {
  const forward = log ? Math.log10 : (value: number) => value;
  let [low, high] = [forward(domain[0]), forward(domain[1])];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const place = (value: number) => range[0] + ((forward(value) - low) / (high - low)) * (range[1] - range[0]);
  const inside = given?.filter((tick) => forward(tick) >= low && forward(tick) <= high);
  const round = log
    ? binary
      ? binaryTicks(low, high)
      : logTicks(low, high, room === undefined ? count + 2 : Math.abs(range[1] - range[0]) / room)
    : linearTicks(low, high, count, whole ? 1 : 0);
  return Object.assign(place, {
    ticks: inside?.length ? inside : round,
    ends: [low, high] as const,
    tickText: log && (given ? given.every(isLargeBinary) : binary) ? binaryText : tickText,
  });
}

/** The extent of finite values, with `padding` of its width on both sides; [0, 1] for none. */
export function paddedExtent(values: readonly number[], padding = 0.06, log = false): [number, number] {
  const finite = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  if (finite.length === 0) return log ? [1, 10] : [0, 1];
  const [low, high] = [smallest(finite), largest(finite)];
  if (log) {
    const factor = (high / low) ** padding;
    return [low / factor, high * factor];
  }
  return [low - padding * (high - low), high + padding * (high - low)];
}

function linearTicks(low: number, high: number, count: number, leastStep = 0): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const round = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= 0.7 * rough)!;
  const step = Math.max(round, leastStep);
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  // Multiples of the step, never sums of it: 0.1 added up is not 0.3.
  return Array.from({length: last - first + 1}, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Ticks at 1, 2 and 5 times powers of ten, at most `most`; over many decades powers alone, within a part of one round steps. */
function logTicks(low: number, high: number, most: number): number[] {
  const first = Math.floor(low);
  const powers = Array.from({length: Math.ceil(high) - first + 1}, (_, i) => first + i);
  const isInside = (tick: number) => Math.log10(tick) >= low - 1e-9 && Math.log10(tick) <= high + 1e-9;
  const within = (factors: readonly number[]) =>
    powers.flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`))).filter(isInside);
  const fine = within([1, 2, 5]);
  if (fine.length < 3) {
    const finer = within([1, 2, 3, 4, 6, 8]);
    return finer.length < 3 ? linearTicks(10 ** low, 10 ** high, Math.max(2, Math.min(most - 2, 5))) : finer;
  }
  if (fine.length <= most) return fine;
  return strided(powers.map((power) => Number(`1e${power}`)).filter(isInside));
}

/** Powers of two within a domain given by its logarithms to base 10. */
function binaryTicks(low: number, high: number): number[] {
  const first = Math.ceil(low / Math.log10(2) - 1e-9);
  const last = Math.floor(high / Math.log10(2) + 1e-9);
  return strided(Array.from({length: Math.max(0, last - first + 1)}, (_, i) => 2 ** (first + i)));
}

/** At most seven of the ticks, equally far apart. */
function strided(ticks: readonly number[]): number[] {
  const stride = Math.max(1, Math.ceil(ticks.length / 7));
  return ticks.filter((_, i) => i % stride === 0);
}

/** Whether an axis is best read in powers of two: three values or more, and all of them are. */
export function isBinary(values: readonly number[]): boolean {
  return (
    new Set(values).size >= 3 && values.every((value) => value > 0 && Number.isInteger(Math.log2(value)))
  );
}

/** Whether an axis counts things, of which there is no half: three values or more, and all of them whole. */
export const isCount = (values: readonly number[]): boolean =>
  new Set(values).size >= 3 && values.every(Number.isInteger);

/** True for a power of two that the field writes with a prefix. */
const isLargeBinary = (value: number) => value >= 1024 && Number.isInteger(Math.log2(value));

/** A tick in few characters: 50k and 2M for round ones, and no factor of one before a power of ten. */
export function tickText(tick: number): string {
  if (tick >= 1e6 && tick < 1e9 && tick % 1e4 === 0) return `${tick / 1e6}M`;
  if (tick >= 1e4 && tick < 1e6 && tick % 100 === 0) return `${tick / 1e3}k`;
  return numberText(tick).replace(/^(−?)1·10/, "$110");
}

/** A power of two as the field writes it: 512, 64k, 1M. */
export function binaryText(value: number): string {
  if (value >= 2 ** 20) return `${value / 2 ** 20}M`;
  return value >= 1024 ? `${value / 1024}k` : String(value);
}
