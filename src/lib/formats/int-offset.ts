import {requireInteger} from "../tensor/require.js";
import type {Tensor} from "../tensor/tensor.js";
import {castValue, decodeValues} from "./cast.js";
import {f16, type IntElement, intElement} from "./element.js";
import type {Format, OffsetGroup, Packed} from "./format.js";
import {type GroupedLevels, groupedLevels} from "./grouped-levels.js";
import {forEachGroup, requireFinite} from "./groups.js";
import {packScales, requirePart, scaleBytes, storedScale, unpackScales} from "./pack.js";
import {roundHalfEven} from "./round.js";
import {packScaled, rowsOf, type SharedScale, scaleGroups, sharedScale, unpackScaled} from "./scaled.js";

/** Parameters of an integer format with offsets. */
export interface IntOffsetOptions {
  /** Bits of a code, 2 to 8. */
  readonly bits?: number;
  readonly groupSize?: number;
}

/** Largest magnitude of an offset. */
const MOST = f16.max;

/** An offset as it is stored, in f16; beyond its range the largest. */
export const storedOffset = (offset: number): number =>
  castValue(f16, Math.min(Math.max(offset, -MOST), MOST));

/** Stored scale of a group by its least and its largest value: 0 … `highest` steps span them. */
export const offsetScale = (least: number, most: number, highest: number): number =>
  storedScale((most - least) / highest, "f16");

interface Settings {
  readonly id: string;
  readonly element: IntElement;
  readonly shared: SharedScale;
}

/** Codes of a group are the nearest steps above its offset. */
function packWith(
  {id, element, shared}: Settings,
  x: Tensor,
  choose: (group: OffsetGroup) => number,
): Packed {
  requireFinite("intOffset", x);
  const groups = scaleGroups(x.shape, shared);
  const {highest} = element;
  const codes = new Uint8Array(x.data.length);
  const scales = new Float32Array(groups.count);
  const offsets = new Float32Array(groups.count);
  forEachGroup(groups, (group, start, step, count) => {
    const values = Float64Array.from({length: count}, (_, n) => x.data[start + n * step]);
    const least = values.reduce((a, b) => Math.min(a, b));
    const scale = offsetScale(
      least,
      values.reduce((a, b) => Math.max(a, b)),
      highest,
    );
    scales[group] = scale;
    offsets[group] = storedOffset(choose({values, scale, highest, offset: least, stored: storedOffset}));
    values.forEach((value, n) => {
      codes[start + n * step] = offsetCode(value, scale, offsets[group], highest);
    });
  });
  const packed = packScaled(id, x, element.bits, "f16", {codes, scales});
  return {...packed, parts: {...packed.parts, offsets: packScales(offsets, "f16")}};
}

/** Code of a value: the nearest of 0 … highest steps of `scale` above the offset, ties to even; 0 for a scale of 0. */
export function offsetCode(value: number, scale: number, offset: number, highest: number): number {
  return scale === 0 ? 0 : Math.min(highest, Math.max(0, roundHalfEven((value - offset) / scale)));
}

function partsOf({element, shared}: Settings, packed: Packed) {
  const {groups, ...parts} = unpackScaled(packed, element.bits, shared);
  const offsets = unpackScales(requirePart(packed, "offsets", groups.count * scaleBytes.f16), "f16");
  return {groups, offsets, ...parts};
}

/** Codes are levels as they are; null where a signed byte does not hold them. */
function levelsOf(settings: Settings, packed: Packed): GroupedLevels | null {
  const {groups, offsets, codes, scales} = partsOf(settings, packed);
  const levels = groupedLevels(packed.shape, groups, Int8Array.from(codes), scales);
  return levels && {...levels, offsets};
}

function unpack(settings: Settings, packed: Packed): Tensor {
  const {groups, offsets, codes, scales} = partsOf(settings, packed);
  const data = decodeValues(settings.element, codes);
  forEachGroup(groups, (group, start, step, count) => {
    for (let n = 0, i = start; n < count; n++, i += step)
      data[i] = Math.fround(data[i] * scales[group]) + offsets[group];
  });
  return {shape: [...packed.shape], data};
}

/**
 * Integers with an offset: a value is code · scale + offset, codes 0 … 2^bits - 1, scale and offset in f16 for each group
 * along the last axis; scale (max - min) / (2^bits - 1), offset min. HQQ and others store a zero point -offset / scale of
 * 16 bits instead, which is the same but for the rounding, and runs over where a group is far from 0. The default is 4 bits
 * in groups of 64: 4.5 bits per element.
 * @throws RangeError if an option is out of range; encode does so for a NaN or infinity, naming the index.
 */
export function intOffset({bits = 4, groupSize = 64}: IntOffsetOptions = {}): Format {
  requireInteger("intOffset", "bits", bits, 2, 8);
  const shared = sharedScale("intOffset", {groupSize});
  const id = `int${bits}_g${groupSize}_offset`;
  const settings: Settings = {id, element: intElement({bits, signed: false, range: "full"}), shared};
  return Object.freeze({
    id,
    title: `INT${bits} G${groupSize} with offset`,
    family: "int",
    convention: `integers 0 to ${2 ** bits - 1}, f16 scale and f16 offset per group of ${groupSize}, half-even`,
    source: "mobiusml/hqq, Quantizer of hqq/core/quantize.py with axis 1",
    blockSize: groupSize,
    codebook: settings.element,
    ...rowsOf(shared),
    encode: (x: Tensor): Packed => packWith(settings, x, ({offset}) => offset),
    packWithOffsets: (x: Tensor, choose: (group: OffsetGroup) => number): Packed =>
      packWith(settings, x, choose),
    ...(bits < 8 && {levels: (packed: Packed) => levelsOf(settings, packed)}),
    decode: (packed: Packed): Tensor => unpack(settings, packed),
  });
}
