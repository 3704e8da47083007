import {elementCount, type Tensor} from "../../tensor/tensor.js";
import type {Format, Packed} from "../format.js";
import {type GroupedLevels, levelsOfCodes} from "../grouped-levels.js";
import {forEachGroup} from "../groups.js";
import {
  packCodes,
  packedLength,
  packScales,
  requirePart,
  scaleBytes,
  unpackCodes,
  unpackScales,
} from "../pack.js";
import {readingOf, rowsOf, scaleGroups, sharedScaleSuffix, sharedScaleText} from "../scaled.js";
import {coderOf, type Grid, hasSteps, powersOfTwo} from "./grid.js";
import {applySwitches, fitSwitches} from "./quantize-switched.js";
import {type LevelKind, type Switches, type SwitchOptions, switchesOf} from "./switches.js";

const NAMES: Readonly<Record<LevelKind, string>> = {
  restricted: "uniform",
  full: "uniform_full",
  asymmetric: "uniform_asym",
  log2: "log2_",
  lloyd: "lloyd",
};

const TITLES: Readonly<Record<LevelKind, string>> = {
  restricted: "Uniform",
  full: "Uniform, full range",
  asymmetric: "Uniform, asymmetric",
  log2: "Powers of two",
  lloyd: "Lloyd-Max",
};

const RANGE_WORDS = {
  minmax: "range of all values",
  percentile: "range by percentile",
  mse: "range of least squared error",
  entropy: "range by entropy",
} as const;

const ofRange = ({levels, range}: Switches): string => (levels === "lloyd" ? "" : RANGE_WORDS[range]);

function idOf(switches: Switches): string {
  const {bits, levels, range, rounding, shared} = switches;
  return [
    `${NAMES[levels]}${bits}${sharedScaleSuffix(shared, 128)}`,
    ...(levels === "lloyd" || range === "minmax" ? [] : [range]),
    ...(rounding === "nearest" ? [] : [rounding]),
  ].join("_");
}

function conventionOf(switches: Switches): string {
  const {bits, levels, rounding, shared} = switches;
  const numbers =
    levels === "lloyd"
      ? `${2 ** bits} fitted levels`
      : `${TITLES[levels]}, ${bits} bits, ${ofRange(switches)}`;
  const per = sharedScaleText(shared).replace("scale", levels === "lloyd" ? "levels" : "scale");
  return `${numbers}, ${per}, ${rounding === "nearest" ? "half-even" : "stochastic"}`;
}

function encode(id: string, options: SwitchOptions, x: Tensor): Packed {
  const fitted = fitSwitches(x, options);
  const {switches, grid} = fitted;
  const {bits, shared} = switches;
  const {codes} = applySwitches(x, fitted);
  const numbers = grid.codebooks ?? grid.scales;
  const parts = {
    codes: packCodes(codes, bits),
    [grid.codebooks ? "levels" : "scales"]: packScales(numbers, shared.scaleType),
    ...(grid.zeroPoints && {zeroPoints: packCodes(grid.zeroPoints, bits)}),
  };
  return {format: id, shape: [...x.shape], parts};
}

function unpack(packed: Packed, {bits, levels, shared}: Switches) {
  const groups = scaleGroups(packed.shape, shared);
  const count = elementCount(packed.shape);
  const part = (name: string, numbers: number) =>
    unpackScales(requirePart(packed, name, numbers * scaleBytes[shared.scaleType]), shared.scaleType);
  const codes = unpackCodes(requirePart(packed, "codes", packedLength(count, bits)), bits, count);
  const zeroPoints =
    levels === "asymmetric"
      ? Uint8Array.from(
          unpackCodes(
            requirePart(packed, "zeroPoints", packedLength(groups.count, bits)),
            bits,
            groups.count,
          ),
        )
      : null;
  const grid: Grid =
    levels === "lloyd"
      ? {
          scales: new Float32Array(groups.count).fill(1),
          zeroPoints,
          codebooks: part("levels", groups.count * 2 ** bits),
        }
      : {scales: part("scales", groups.count), zeroPoints, codebooks: null};
  return {groups, codes, grid};
}

function decode(packed: Packed, switches: Switches): Tensor {
  const {groups, codes, grid} = unpack(packed, switches);
  const {value} = coderOf(switches, grid, null);
  const data = new Float32Array(codes.length);
  forEachGroup(groups, (group, start, step, count) => {
    for (let n = 0, i = start; n < count; n++, i += step) data[i] = value(codes[i], group);
  });
  return {shape: [...packed.shape], data};
}

/** Levels of the codes before scaling; those of fitted levels are evenly spaced here, each tensor has its own. */
function shownValues({bits, levels}: Switches): number[] {
  if (levels === "log2") return [...powersOfTwo(bits), 1];
  const half = levels === "asymmetric" ? 0 : 2 ** (bits - 1);
  const steps = Array.from({length: 2 ** bits}, (_, code) => code - half);
  return levels === "lloyd" ? steps.map((step) => (step + 0.5) / half) : steps;
}

/** Symmetric steps can be read packed. */
function readable(switches: Switches): Pick<Format, "levels" | "reading"> {
  const {levels, shared} = switches;
  if (!hasSteps(levels) || levels === "asymmetric") return {};
  if (shared.axis !== -1 && shared.granularity !== "tensor") return {};
  const values = shownValues(switches);
  return {
    ...readingOf(shared),
    levels(packed: Packed): GroupedLevels | null {
      const {groups, codes, grid} = unpack(packed, switches);
      return levelsOfCodes(packed.shape, groups, {codes, scales: grid.scales, values});
    },
  };
}

/**
 * A number format made of switches. Ids begin with the kind of levels: `uniform4_mse` is int4 whose range is the one of least squared
 * error, `lloyd4_tensor` has sixteen levels fitted to each tensor. By default groups of 128 share an f16 scale.
 * @throws RangeError if a switch is out of its range; encode does so for a NaN or infinity, naming the index.
 */
export function switched(options: SwitchOptions = {}): Format {
  const all: SwitchOptions = {granularity: "group", ...options};
  const switches = switchesOf(all);
  const {bits, levels, shared} = switches;
  const id = idOf(switches);
  const words = [TITLES[levels], `${bits} bits`, ...(ofRange(switches) ? [ofRange(switches)] : [])];
  return Object.freeze({
    id,
    title: words.join(", "),
    family: hasSteps(levels) ? "int" : "codebook",
    convention: conventionOf(switches),
    source: "A Survey of Quantization Methods for Efficient Neural Network Inference, arXiv 2103.13630",
    blockSize: shared.granularity === "group" ? shared.groupSize : null,
    codebook: {bits, values: shownValues(switches)},
    ...rowsOf(shared),
    ...readable(switches),
    encode: (x: Tensor) => encode(id, all, x),
    decode: (packed: Packed) => decode(packed, switches),
  });
}
