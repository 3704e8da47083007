import type {Format} from "../format.js";
import {type LevelOptions, type LevelSet, levelsFormat} from "./levels.js";

/** The 16 levels of NormalFloat4, index = code: quantiles of a normal distribution with an exact 0. (QLoRA, arXiv 2305.14314, appendix E) */
export const NF4_VALUES: readonly number[] = Object.freeze([
  -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
  -0.18477343022823334, -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725,
  0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
]);

/** NF4 as a set of levels, for callers that quantize without packing. */
export const nf4Levels: LevelSet = Object.freeze({
  name: "nf4",
  source: "QLoRA, arXiv 2305.14314, section 3 and appendix E",
  values: NF4_VALUES,
  groupSize: 64,
});

/**
 * NF4 with one scale per group of 64 (f16, 4.25 bits per element); no second quantization of the scales.
 * (QLoRA, arXiv 2305.14314, section 3)
 * @throws RangeError if an option is out of range.
 */
export const nf4Format = (options: LevelOptions = {}): Format => levelsFormat(nf4Levels, options);

/** NF4, groups of 64, f16 scales: 4.25 bits per element. */
export const nf4 = nf4Format();
