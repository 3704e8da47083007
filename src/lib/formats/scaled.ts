import {elementCount, type Tensor} from "../tensor/tensor.js";
import type {CodeReading, Packed} from "./format.js";
import {type Granularity, type Groups, groupsOf} from "./groups.js";
import {
  packCodes,
  packedLength,
  packScales,
  requirePart,
  type ScaleType,
  scaleBytes,
  storedScale,
  unpackCodes,
  unpackScales,
} from "./pack.js";

/** Grouping of elements that share a scale, and its storage. */
export interface SharedScale {
  readonly granularity: Granularity;
  readonly groupSize: number;
  readonly axis: number;
  readonly scaleType: ScaleType;
}

/**
 * Fills in the defaults of a shared scale: groups along the last axis, f16 scales for groups and f32 ones for
 * anything larger, where they cost next to nothing.
 * @throws RangeError naming `where` if an option is out of range.
 */
export function sharedScale(
  where: string,
  {
    granularity = "group",
    groupSize = 128,
    axis = -1,
    scaleType = granularity === "group" ? "f16" : "f32",
  }: Partial<SharedScale>,
): SharedScale {
  if (!["tensor", "channel", "token", "group"].includes(granularity)) {
    throw new RangeError(
      `${where}: granularity must be one of tensor, channel, token, group, got ${granularity}`,
    );
  }
  if (!Number.isInteger(groupSize) || groupSize < 1) {
    throw new RangeError(
      `${where}: groupSize must be an integer of at least 1, got ${groupSize}. Lines need not be a multiple of it.`,
    );
  }
  if (!Number.isInteger(axis)) throw new RangeError(`${where}: axis must be an integer, got ${axis}`);
  if (!(scaleType in scaleBytes)) {
    throw new RangeError(`${where}: scaleType must be one of f16, f32, got ${scaleType}`);
  }
  return {granularity, groupSize, axis, scaleType};
}

/** Parts of a shared scale that belong in an id: all that are not the default beside `defaultGroup`. */
export function sharedScaleSuffix(
  {granularity, groupSize, axis, scaleType}: SharedScale,
  defaultGroup: number,
): string {
  const isGroup = granularity === "group";
  const parts = isGroup ? (groupSize === defaultGroup ? [] : [`g${groupSize}`]) : [granularity];
  if (axis !== -1 && granularity !== "tensor") parts.push(axis < 0 ? `axis_minus${-axis}` : `axis${axis}`);
  if ((scaleType === "f16") !== isGroup) parts.push(scaleType);
  return parts.map((part) => `_${part}`).join("");
}

/** The same in words, for a format's `convention`. */
export function sharedScaleText({granularity, groupSize, axis, scaleType}: SharedScale): string {
  const along = axis === -1 || granularity === "tensor" ? "" : ` along axis ${axis}`;
  const per = granularity === "group" ? `group of ${groupSize}` : granularity;
  return `${scaleType} scale per ${per}${along}`;
}

/** Means to pack rows apart, for a format's record. */
export function rowsOf({granularity, axis}: SharedScale): {readonly rows?: "alone"} {
  return granularity !== "tensor" && axis === -1 ? {rows: "alone"} : {};
}

/** Scales as a kernel reads them, for a format's record. */
export function readingOf({granularity, axis, groupSize, scaleType}: SharedScale): {
  readonly reading?: CodeReading;
} {
  if (granularity === "tensor" || axis !== -1) return {};
  return {reading: {groupSize: granularity === "group" ? groupSize : null, scales: scaleType}};
}

/** The groups of a tensor of this shape. */
export function scaleGroups(shape: readonly number[], {granularity, axis, groupSize}: SharedScale): Groups {
  return groupsOf(shape, granularity, axis, groupSize);
}

/** The scale of each group from its largest magnitude, as stored; see `storedScale`. */
export function scalesOf(
  amax: Float32Array,
  scaleType: ScaleType,
  largestLevel: number,
  toScale: (amax: number) => number,
): Float32Array {
  return amax.map((largest) => storedScale(toScale(largest), scaleType, largestLevel));
}

/** Codes and scales as the parts `codes` and `scales`. */
export function packScaled(
  format: string,
  {shape}: Tensor,
  bits: number,
  scaleType: ScaleType,
  {codes, scales}: {readonly codes: ArrayLike<number>; readonly scales: Float32Array},
): Packed {
  const parts = {codes: packCodes(codes, bits), scales: packScales(scales, scaleType)};
  return {format, shape: [...shape], parts};
}

/**
 * Undoes `packScaled`.
 * @throws RangeError if a part does not fit the shape.
 */
export function unpackScaled(packed: Packed, bits: number, shared: SharedScale) {
  const count = elementCount(packed.shape);
  const groups = scaleGroups(packed.shape, shared);
  const codes = requirePart(packed, "codes", packedLength(count, bits));
  const scales = requirePart(packed, "scales", groups.count * scaleBytes[shared.scaleType]);
  return {
    groups,
    codes: unpackCodes(codes, bits, count),
    scales: unpackScales(scales, shared.scaleType),
  };
}
