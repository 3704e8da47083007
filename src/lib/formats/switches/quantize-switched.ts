/** One engine for all switches: levels are fitted to values, and values rounded to levels, the same or others. */
import {randomStream} from "../../tensor/random.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";
import {castValue} from "../cast.js";
import {f16} from "../element.js";
import {forEachGroup, type Groups, requireFinite} from "../groups.js";
import {packedLength, scaleBytes} from "../pack.js";
import {scaleGroups} from "../scaled.js";
import {fitRanges, groupValues, type RangeErrors} from "./fit-range.js";
import {coderOf, type Grid, gridOf} from "./grid.js";
import {lloydMax} from "./lloyd-max.js";
import {type Switches, type SwitchOptions, switchesOf} from "./switches.js";

/** Levels fitted to a tensor, under the switches by which they were. */
export interface FittedLevels {
  readonly switches: Switches;
  readonly grid: Grid;
}

/** A tensor as codes of fitted levels, and as the values that these stand for. */
export interface SwitchedTensor {
  /** From 0 on; steps count from the lowest one, levels of a list from the smallest. */
  readonly codes: Uint8Array;
  readonly values: Tensor;
  /** Packed codes with scales, zero points and fitted levels. */
  readonly bytes: number;
}

function fittedCodebooks(data: Float32Array, groups: Groups, {bits, shared}: Switches): Grid {
  const count = 2 ** bits;
  const codebooks = new Float32Array(groups.count * count);
  forEachGroup(groups, (group, start, step, size) => {
    const levels = lloydMax(groupValues(data, start, step, size), count);
    codebooks.set(
      shared.scaleType === "f16" ? levels.map((level) => castValue(f16, level)) : levels,
      group * count,
    );
  });
  return {scales: new Float32Array(groups.count).fill(1), zeroPoints: null, codebooks};
}

/**
 * Fits levels to a tensor. Groups run along the last axis, or that of the options. A group of zeros has scale 1 and rounds
 * to zeros; Lloyd's levels look at all values, whatever the rule of the range.
 * @param errorsOf a faster way to the sums by which a range of least squared error is found
 * @throws RangeError if a switch is out of its range, or naming the index of a NaN or infinity in x.
 */
export function fitSwitches(x: Tensor, options: SwitchOptions = {}, errorsOf?: RangeErrors): FittedLevels {
  const switches = switchesOf(options);
  requireFinite("switches", x);
  const groups = scaleGroups(x.shape, switches.shared);
  const grid =
    switches.levels === "lloyd"
      ? fittedCodebooks(x.data, groups, switches)
      : gridOf(fitRanges(x.data, groups, switches, errorsOf), switches);
  return {switches, grid};
}

/** Bytes beside the codes: scales, zero points, fitted levels. */
function sideBytes({bits, levels, shared}: Switches, groups: number): number {
  const perNumber = scaleBytes[shared.scaleType];
  if (levels === "lloyd") return groups * 2 ** bits * perNumber;
  return groups * perNumber + (levels === "asymmetric" ? packedLength(groups, bits) : 0);
}

/**
 * Rounds a tensor to levels that were fitted to it (dynamic scales) or to another one before (static scales). What lies
 * beyond the levels takes the outermost.
 * @throws RangeError if x has another number of groups than the levels, or naming the index of a NaN or infinity in x.
 */
export function applySwitches(x: Tensor, {switches, grid}: FittedLevels): SwitchedTensor {
  requireFinite("switches", x);
  const groups = scaleGroups(x.shape, switches.shared);
  if (groups.count !== grid.scales.length) {
    throw new RangeError(
      `applySwitches: x must have the ${grid.scales.length} groups of the levels, got ${groups.count}`,
    );
  }
  const chance =
    switches.rounding === "stochastic" ? randomStream(switches.seed, "stochastic rounding").uniform : null;
  const {code, value} = coderOf(switches, grid, chance);
  const codes = new Uint8Array(x.data.length);
  const data = new Float32Array(x.data.length);
  forEachGroup(groups, (group, start, step, count) => {
    for (let n = 0, i = start; n < count; n++, i += step) {
      codes[i] = code(x.data[i], group);
      data[i] = value(codes[i], group);
    }
  });
  const bytes = packedLength(codes.length, switches.bits) + sideBytes(switches, groups.count);
  return {codes, values: {shape: [...x.shape], data}, bytes};
}

/**
 * Fits levels to a tensor and rounds it to them.
 * @throws RangeError as {@link fitSwitches}.
 */
export const quantizeSwitched = (x: Tensor, options: SwitchOptions = {}): SwitchedTensor =>
  applySwitches(x, fitSwitches(x, options));

/**
 * Rounds inputs [tokens, n] with scales of their own (dynamic) or fitted to other inputs before (static), which may only be
 * one for the whole tensor: a token that comes later has no group among those seen.
 * @throws RangeError as {@link fitSwitches}, or if static scales are not of a tensor or there are no inputs to fit them to.
 */
export function quantizeInputs(x: Tensor, seen: Tensor | null, options: SwitchOptions = {}): SwitchedTensor {
  if (seen === null) return quantizeSwitched(x, options);
  if (switchesOf(options).shared.granularity !== "tensor")
    throw new RangeError(
      `quantizeInputs: granularity must be tensor for static scales, got ${options.granularity}`,
    );
  if (matrixSize(seen).rows === 0)
    throw new RangeError("quantizeInputs: seen must hold inputs to fit scales to, got none");
  return applySwitches(x, fitSwitches(seen, options));
}
