import {smallest} from "../../stats/extent.js";
import type {Tensor} from "../../tensor/tensor.js";
import {countBelow, makeThresholds, sortCodebook, type Thresholds} from "../codebook/codebook.js";
import type {Codebook} from "../format.js";
import {type GroupedLevels, groupedLevels, integerLevels} from "../grouped-levels.js";
import {forEachGroup, type Groups, groupsAlong} from "../groups.js";

/**
 * A base codebook whose negative zero, a redundant code, stands for a special value instead: at most 16 levels in
 * ascending order, padded to 16 with the last. A number takes the level whose index is the count of thresholds below it.
 */
export interface SpecialCodebook {
  /** The special value, or null where negative zero is left unused. */
  readonly special: number | null;
  readonly levels: Float32Array;
  readonly codes: Uint8Array;
  readonly thresholds: Thresholds;
  /** The largest magnitude of all levels. */
  readonly largest: number;
}

/**
 * The level that a number midway between two takes: `half-down` the lower one (weights); `special` the special value,
 * and between two others the one nearer to zero (activations).
 */
export type SpecialTies = "half-down" | "special";

/** The code of the special value in the canonical packing: the one of negative zero, 8 for four bits. */
function specialCode({bits}: Codebook): number {
  return 2 ** (bits - 1);
}

/** The codebook of `base` with a special value at its code, as a page shows it. */
export function codebookWith(base: Codebook, special: number): Codebook {
  const values = base.values.map((value, code) => (code === specialCode(base) ? special : value));
  return {bits: base.bits, values: Object.freeze(values)};
}

/** Special values as the part of an id: `sv_5_m5`. */
export function specialsName(specials: readonly number[]): string {
  return `sv_${specials.map((value) => `${value}`.replace("-", "m")).join("_")}`;
}

/** The largest float32 number below x > 0, or the next more negative one for x < 0. */
function floatBelow(x: number): number {
  const value = Float32Array.of(x);
  const bits = new Int32Array(value.buffer);
  bits[0] += x > 0 ? -1 : 1;
  return x === 0 ? -(2 ** -149) : value[0];
}

/**
 * The codebook of `base` with `special` at the code of negative zero; a special value that is a level already adds none.
 * @throws RangeError if special is not finite, or base has more than 4 bits.
 */
export function specialCodebook(
  base: Codebook,
  special: number | null,
  ties: SpecialTies = "half-down",
): SpecialCodebook {
  if (base.bits > 4) throw new RangeError(`specialCodebook: base must have at most 4 bits, got ${base.bits}`);
  if (special !== null && !Number.isFinite(special)) {
    throw new RangeError(`specialCodebook: special must be a finite number, got ${special}`);
  }
  const {levels, codes, midpoints} = sortCodebook(codebookWith(base, special ?? 0).values);
  const last = levels.length - 1;
  const isUp = (i: number): boolean =>
    ties === "special" && levels[i] !== special && (levels[i + 1] === special || midpoints[i] < 0);
  return {
    special,
    levels: Float32Array.from({length: 16}, (_, i) => levels[Math.min(i, last)]),
    codes: Uint8Array.from({length: 16}, (_, i) => codes[Math.min(i, last)]),
    // A tie that goes up is one with the threshold just below the midpoint.
    thresholds: makeThresholds(midpoints.map((middle, i) => (isUp(i) ? floatBelow(middle) : middle))),
    largest: Math.max(-levels[0], levels[last]),
  };
}

/** The scale of a block under one codebook, from the block's smallest and largest value. */
export type BlockScale = (low: number, high: number, codebook: SpecialCodebook) => number;

/** The larger magnitude over the codebook's: the scale that clips nothing. */
export function symmetricScale(low: number, high: number, {largest}: SpecialCodebook): number {
  return Math.fround(Math.max(-low, high) / largest);
}

/** The choices of a search for every block. */
export interface SpecialChoice {
  /** Base codes, one a byte; 8 (4 for three bits) is the special value of the block. */
  readonly codes: Uint8Array;
  /** Per block: which of the codebooks. */
  readonly specialIndex: Uint8Array;
  /** Per block. */
  readonly scales: Float32Array;
}

/**
 * The search of RaZeR: for every block and every codebook in turn, scale, round to the nearest level, and sum the squared
 * differences; the first codebook with the strictly smallest sum stays. Divisions, products and differences are float32,
 * sums float64. A scale of 0 makes zeros. (arXiv 2501.04052)
 */
export function searchSpecials(
  y: Float32Array,
  groups: Groups,
  codebooks: readonly SpecialCodebook[],
  scaleOf: BlockScale,
): SpecialChoice {
  const codes = new Uint8Array(y.length);
  const specialIndex = new Uint8Array(groups.count);
  const scales = new Float32Array(groups.count);
  const trial = new Uint8Array(groups.size);
  forEachGroup(groups, (block, start, _step, count) => {
    const [low, high] = extremes(y, start, count);
    let least = Number.POSITIVE_INFINITY;
    for (let k = 0; k < codebooks.length; k++) {
      const scale = scaleOf(low, high, codebooks[k]);
      const error = roundBlock(y, start, count, codebooks[k], scale, trial, least);
      if (!(error < least)) continue;
      least = error;
      specialIndex[block] = k;
      scales[block] = scale;
      for (let i = 0; i < count; i++) codes[start + i] = trial[i];
    }
  });
  return {codes, specialIndex, scales};
}

function extremes(y: Float32Array, start: number, count: number): [number, number] {
  let low = 0;
  let high = 0;
  for (let i = start; i < start + count; i++) {
    const value = y[i];
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/**
 * Writes the codes of a block to `codes` and returns the sum of its squared differences; gives up, with codes
 * missing, once the sum is no longer below `limit`.
 */
function roundBlock(
  y: Float32Array,
  start: number,
  count: number,
  {levels, thresholds, codes: codeOf}: SpecialCodebook,
  scale: number,
  codes: Uint8Array,
  limit: number,
): number {
  const divisor = scale === 0 ? Number.POSITIVE_INFINITY : scale;
  let error = 0;
  for (let i = 0; i < count && error < limit; i++) {
    const value = y[start + i];
    const n = countBelow(thresholds, Math.fround(value / divisor));
    const difference = Math.fround(Math.fround(levels[n] * scale) - value);
    error += difference * difference;
    codes[i] = codeOf[n];
  }
  return error;
}

/** One codebook tried on one block: everything a page shows of it. */
export interface BlockCandidate {
  readonly special: number | null;
  readonly scale: number;
  readonly codes: Uint8Array;
  /** The values that come back, in the units of y. */
  readonly values: Float32Array;
  /** Mean squared difference to y. */
  readonly error: number;
  /** True if the search takes this one. */
  readonly chosen: boolean;
}

/** All codebooks tried on one block y, in order, with the one that {@link searchSpecials} takes marked. */
export function blockCandidates(
  y: Float32Array,
  codebooks: readonly SpecialCodebook[],
  scaleOf: BlockScale,
): readonly BlockCandidate[] {
  const [low, high] = extremes(y, 0, y.length);
  const tried = codebooks.map((codebook) => {
    const scale = scaleOf(low, high, codebook);
    const codes = new Uint8Array(y.length);
    const error =
      roundBlock(y, 0, y.length, codebook, scale, codes, Number.POSITIVE_INFINITY) / Math.max(1, y.length);
    const levelOf = new Map(Array.from(codebook.codes, (code, n) => [code, codebook.levels[n]]));
    const values = Float32Array.from(codes, (code) => levelOf.get(code)! * scale);
    return {special: codebook.special, scale, codes, values, error};
  });
  const least = smallest(tried.map(({error}) => error));
  const first = tried.findIndex(({error}) => error === least);
  return tried.map((candidate, k) => ({...candidate, chosen: k === first}));
}

/** A tensor in a format with special values, not yet packed. */
export interface SpecialTensor extends SpecialChoice {
  readonly shape: readonly number[];
  readonly blockSize: number;
  readonly specials: readonly number[];
  readonly base: Codebook;
  /** The float32 scale of the whole tensor; 1 where the format has none. */
  readonly tensorScale: number;
}

/** The values of a tensor with special values: (q s) g, each product rounded to float32. */
export function dequantizeSpecials(q: SpecialTensor): Tensor {
  const {shape, base, specials, codes, specialIndex, scales, tensorScale} = q;
  const groups = groupsAlong(shape, -1, q.blockSize);
  const data = new Float32Array(codes.length);
  const tables = specials.map((special) => Float32Array.from(codebookWith(base, special).values));
  forEachGroup(groups, (block, start, _step, count) => {
    const values = tables[specialIndex[block]];
    const scale = scales[block];
    for (let i = start; i < start + count; i++) {
      data[i] = Math.fround(values[codes[i]] * scale) * tensorScale;
    }
  });
  return {shape: [...shape], data};
}

/** The same as levels, where the special values are multiples of the base's step; scales are s g, rounded once. */
export function levelsOfSpecials(q: SpecialTensor): GroupedLevels | null {
  const {shape, base, specials, codes, specialIndex, scales, tensorScale} = q;
  const tables = specials.map((special) => codebookWith(base, special).values);
  const found = integerLevels(tables.flat());
  if (found === null) return null;
  const groups = groupsAlong(shape, -1, q.blockSize);
  const levels = new Int8Array(codes.length);
  const width = base.values.length;
  forEachGroup(groups, (block, start, _step, count) => {
    const table = specialIndex[block] * width;
    for (let i = start; i < start + count; i++) levels[i] = found.levels[table + codes[i]];
  });
  const steps = scales.map((scale) => Math.fround(scale * tensorScale) * found.step);
  return groupedLevels(shape, groups, levels, steps);
}

/**
 * @throws RangeError naming `where` unless there are 1 to `most` special values, all finite and no two the same.
 */
export function requireSpecials(where: string, specials: readonly number[], most: number): void {
  const good = specials.every(Number.isFinite) && new Set(specials).size === specials.length;
  if (!good || specials.length < 1 || specials.length > most) {
    throw new RangeError(
      `${where}: specials must be 1 to ${most} different finite numbers, got [${specials.join(", ")}]`,
    );
  }
}
