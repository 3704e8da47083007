import {requireInteger} from "../../tensor/require.js";
import {elementCount, type Tensor} from "../../tensor/tensor.js";
import type {Format, Packed} from "../format.js";
import {type GroupedLevels, groupedLevels} from "../grouped-levels.js";
import {forEachGroup, multiplyByScale, requireFinite} from "../groups.js";
import {
  packCodes,
  packedLength,
  packScales,
  requirePart,
  scaleBytes,
  storedScale,
  unpackCodes,
  unpackScales,
} from "../pack.js";
import {
  rowsOf,
  type SharedScale,
  scaleGroups,
  sharedScale,
  sharedScaleSuffix,
  sharedScaleText,
} from "../scaled.js";
import {type NormalType, normalValue, type OliveGrid, oliveGrid} from "./olive-grid.js";
import {pairError, type Run, readPairs, writePairs} from "./olive-pairs.js";

/** Parameters of OliVe; its scale is one a row (`channel`), a tensor, or a group along the last axis. */
export interface OliveOptions extends Partial<Pick<SharedScale, "granularity" | "groupSize" | "scaleType">> {
  /** Bits of a code, 3 to 8. Above 6 normal values are integers. */
  readonly bits?: number;
  /** Normal values: `int`, `flint`, or `ant`, whichever of them loses less on the whole tensor. */
  readonly normal?: NormalType | "ant";
  /** False to do without outliers: the search then begins from the largest magnitude, and pairs are two integers. */
  readonly hasOutliers?: boolean;
  /** Ends of the search for the largest normal value, as shares of three standard deviations. */
  readonly ratios?: readonly [number, number];
}

interface Settings {
  readonly id: string;
  readonly bits: number;
  readonly types: readonly NormalType[];
  readonly hasOutliers: boolean;
  readonly ratios: readonly [number, number];
  readonly shared: SharedScale;
}

/** Step of the search, and its ends where none are given. */
const RATIO_STEP = 0.02;
const RATIOS = [0.4, 1.5] as const;
/** Most bits with which normal values may be flint. */
const MOST_FLINT_BITS = 6;

function settingsOf(options: OliveOptions): Settings {
  const {bits = 4, normal = "int", hasOutliers = true, ratios = RATIOS} = options;
  requireInteger("olive", "bits", bits, 3, 8);
  if (!["int", "flint", "ant"].includes(normal))
    throw new RangeError(`olive: normal must be one of int, flint, ant, got ${normal}`);
  if (normal !== "int" && bits > MOST_FLINT_BITS)
    throw new RangeError(`olive: normal must be int above ${MOST_FLINT_BITS} bits, got ${normal}`);
  const [low, high] = ratios;
  if (!(low > 0 && low <= high && high <= 16))
    throw new RangeError(`olive: ratios must ascend above 0 and up to 16, got [${ratios.join(", ")}]`);
  const shared = sharedScale("olive", {granularity: "channel", ...options, axis: -1});
  const {granularity} = shared;
  const suffix = granularity === "channel" ? "" : sharedScaleSuffix(shared, 128);
  const searched = low === RATIOS[0] && high === RATIOS[1] ? "" : `_r${low}_${high}`;
  const type = normal === "int" ? "" : `_${normal}`;
  const id = `olive${bits}${type}${suffix}${hasOutliers ? "" : "_no_outliers"}${searched}`;
  return {id, bits, types: normal === "ant" ? ["int", "flint"] : [normal], hasOutliers, ratios, shared};
}

/** Three standard deviations from the mean on its far side, by which the largest normal value is searched. */
function spread(x: Float32Array, {start, count}: Run): number {
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += x[i];
  const mean = sum / count;
  let squares = 0;
  for (let i = start; i < start + count; i++) squares += (x[i] - mean) ** 2;
  return Math.abs(mean) + 3 * Math.sqrt(squares / Math.max(count - 1, 1));
}

/** The largest magnitude of a run, by which the largest normal value is searched where there are no outliers. */
function largestIn(x: Float32Array, {start, count}: Run): number {
  let largest = 0;
  for (let i = start; i < start + count; i++) largest = Math.max(largest, Math.abs(x[i]));
  return largest;
}

/** Errors and codes of runs of pairs of one tensor under one grid. */
export interface PairWork {
  /** The squared error under a scale; may stop where it exceeds `limit`. */
  error(run: Run, scale: number, limit: number): number;
  write(run: Run, scale: number, codes: Uint8Array): void;
}

/** Gives the work on a tensor under a grid. */
export type PairsOf = (grid: OliveGrid, x: Float32Array) => PairWork;

const plainPairs: PairsOf = (grid, x) => ({
  error: (run, scale, limit) => pairError(grid, x, run, scale, limit),
  write: (run, scale, codes) => writePairs(grid, x, run, scale, codes),
});

/** The stored scale of a run by squared error, the smallest of equals, and that error. */
function searchScale(grid: OliveGrid, x: Float32Array, run: Run, settings: Settings, pairs: PairWork) {
  const {hasOutliers, shared} = settings;
  const [low, high] = settings.ratios;
  const most = hasOutliers ? spread(x, run) : largestIn(x, run);
  const steps = Math.floor((high - low) / RATIO_STEP + 1e-9);
  const largest = grid.magnitudes[grid.magnitudes.length - 1];
  let [best, least] = [0, most === 0 ? 0 : Number.POSITIVE_INFINITY];
  for (let i = 0; most > 0 && i <= steps; i++) {
    const scale = storedScale(
      ((low + i * RATIO_STEP) * most) / grid.largestNormal,
      shared.scaleType,
      largest,
    );
    const error = pairs.error(run, scale, least);
    if (error < least) [best, least] = [scale, error];
  }
  return {scale: best, error: least};
}

interface OliveTensor {
  readonly grid: OliveGrid;
  readonly codes: Uint8Array;
  readonly scales: Float32Array;
  readonly error: number;
}

function quantizeAs(normal: NormalType, x: Tensor, settings: Settings, pairsOf: PairsOf): OliveTensor {
  const {bits, hasOutliers, shared} = settings;
  const grid = oliveGrid(bits, normal, hasOutliers);
  const pairs = pairsOf(grid, x.data);
  const groups = scaleGroups(x.shape, shared);
  const codes = new Uint8Array(x.data.length);
  const scales = new Float32Array(groups.count);
  let total = 0;
  forEachGroup(groups, (group, start, _, count) => {
    const run = {start, count};
    const {scale, error} = searchScale(grid, x.data, run, settings, pairs);
    scales[group] = scale;
    total += error;
    if (scale > 0) pairs.write(run, scale, codes);
  });
  return {grid, codes, scales, error: total};
}

/** The normal type with the least error, the first of equals. */
function chosenType(x: Tensor, settings: Settings, pairsOf: PairsOf) {
  const tried = settings.types.map((type) => quantizeAs(type, x, settings, pairsOf));
  const best = tried.reduce((kept, each, i) => (each.error < tried[kept].error ? i : kept), 0);
  return {type: best, ...tried[best]};
}

function encode(settings: Settings, x: Tensor, pairsOf: PairsOf): Packed {
  const {id, bits, types, shared} = settings;
  requireFinite(id, x);
  const {type, codes, scales} = chosenType(x, settings, pairsOf);
  const parts = {pairs: packCodes(codes, bits), scales: packScales(scales, shared.scaleType)};
  const choice = types.length > 1 ? {normal: Uint8Array.of(type)} : {};
  return {format: id, shape: [...x.shape], parts: {...parts, ...choice}};
}

/** Gives the encoder of a format of {@link olive} that works on pairs in another way, to the same bytes. */
export const oliveEncoder = (options: OliveOptions, pairsOf: PairsOf): ((x: Tensor) => Packed) => {
  const settings = settingsOf(options);
  return (x) => encode(settings, x, pairsOf);
};

/** Values before the scale, and the scales of their groups. */
function unpack({bits, types, hasOutliers, shared}: Settings, packed: Packed) {
  const count = elementCount(packed.shape);
  const groups = scaleGroups(packed.shape, shared);
  const [type] = types.length > 1 ? requirePart(packed, "normal", 1) : [0];
  const grid = oliveGrid(bits, types[type] ?? types[0], hasOutliers);
  const pairs = requirePart(packed, "pairs", packedLength(count, bits));
  const codes = unpackCodes(pairs, bits, count) as Uint8Array;
  const stored = requirePart(packed, "scales", groups.count * scaleBytes[shared.scaleType]);
  const values = new Float32Array(count);
  forEachGroup(groups, (_, start, __, size) => readPairs(grid, codes, {start, count: size}, values));
  return {groups, values, scales: unpackScales(stored, shared.scaleType)};
}

function decode(settings: Settings, packed: Packed): Tensor {
  const {groups, values, scales} = unpack(settings, packed);
  multiplyByScale(values, groups, scales);
  return {shape: [...packed.shape], data: values};
}

/** Step of `int` normal values at 4 bits, of which outliers up to 384 are whole numbers that a signed byte holds. */
const LEVEL_STEP = 4;

function levelsOf(settings: Settings, packed: Packed): GroupedLevels | null {
  const {groups, values, scales} = unpack(settings, packed);
  const levels = Int8Array.from(values, (value) => value / LEVEL_STEP);
  return groupedLevels(
    packed.shape,
    groups,
    levels,
    scales.map((scale) => scale * LEVEL_STEP),
  );
}

function convention({bits, types, hasOutliers, ratios, shared}: Settings): string {
  const {largestNormal, magnitudes} = oliveGrid(bits, types[0]);
  const outliers = hasOutliers
    ? `an outlier abfloat up to ±${magnitudes[magnitudes.length - 1]} with its neighbour 0`
    : "no outliers";
  const most = hasOutliers ? "mean + 3 deviations" : "amax";
  return `pairs of neighbours: ${types.join(" or ")} up to ±${largestNormal}, ${outliers}, ${sharedScaleText(shared)} by squared error among ${ratios.join(" to ")} of ${most} in steps of ${RATIO_STEP}`;
}

/**
 * OliVe: two neighbours share two codes. Where neither is an outlier both are normal values; an outlier takes the range of
 * both, and its neighbour, the victim, becomes 0 and its code marks the pair. So memory stays aligned, at exactly `bits` a
 * value and the scales, and no index is stored. A group of zeros has scale 0. (arXiv 2304.07493, section 3)
 * @throws RangeError if an option is out of range; encode does so for a NaN or infinity, naming the index.
 */
export function olive(options: OliveOptions = {}): Format {
  const settings = settingsOf(options);
  const {id, bits, types, shared} = settings;
  const grid = oliveGrid(bits, types[0]);
  const isAlone = types.length === 1;
  return Object.freeze({
    id,
    title: `OliVe, ${bits} bits${id === `olive${bits}` ? "" : ` (${id.slice(`olive${bits}_`.length).replaceAll("_", " ")})`}`,
    family: "int",
    convention: convention(settings),
    source: "OliVe, arXiv 2304.07493, section 3",
    blockSize: shared.granularity === "group" ? shared.groupSize : null,
    codebook: {bits, values: Array.from({length: 2 ** bits}, (_, code) => normalValue(grid, code))},
    layout: "streams",
    ...(isAlone && rowsOf(shared)),
    ...(shared.granularity === "channel" && {activations: `olive${bits}_tensor`}),
    encode: (x: Tensor) => encode(settings, x, plainPairs),
    decode: (packed: Packed) => decode(settings, packed),
    ...(bits === 4 &&
      types[0] === "int" &&
      isAlone && {levels: (packed: Packed) => levelsOf(settings, packed)}),
  });
}
