import {elementCount, type Tensor} from "../../tensor/tensor.js";
import {encodeValues} from "../cast.js";
import {e3m2} from "../element.js";
import type {Format, Packed} from "../format.js";
import {divideByScale, groupAbsMax, multiplyByScale, requireFinite} from "../groups.js";
import {packScales, requirePart, scaleBytes, unpackScales} from "../pack.js";
import {
  rowsOf,
  type SharedScale,
  scaleGroups,
  scalesOf,
  sharedScale,
  sharedScaleSuffix,
  sharedScaleText,
} from "../scaled.js";
import {SHIFTED_VALUES} from "./bit-shift.js";
import {FP6_SPLITS, type Fp6Split, joinCodes, splitCodes, splitLengths} from "./split.js";

/** Parameters of FP6 in two streams; the scale is one a row unless another is asked for. */
export interface Fp6Options extends Partial<SharedScale> {
  readonly split?: Fp6Split;
}

function encode(id: string, split: Fp6Split, shared: SharedScale, x: Tensor): Packed {
  requireFinite(id, x);
  const groups = scaleGroups(x.shape, shared);
  const amax = groupAbsMax(x.data, groups);
  const scales = scalesOf(amax, shared.scaleType, e3m2.max, (most) => most / e3m2.max);
  const codes = encodeValues(e3m2, divideByScale(x.data, groups, scales)) as Uint8Array;
  const parts = {...splitCodes(codes, split), scales: packScales(scales, shared.scaleType)};
  return {format: id, shape: [...x.shape], parts};
}

function decode(split: Fp6Split, shared: SharedScale, packed: Packed): Tensor {
  const count = elementCount(packed.shape);
  const groups = scaleGroups(packed.shape, shared);
  const lengths = splitLengths(count, split);
  const upper = requirePart(packed, "upper", lengths.upper);
  const lower = requirePart(packed, "lower", lengths.lower);
  const stored = requirePart(packed, "scales", groups.count * scaleBytes[shared.scaleType]);
  const data = Float32Array.from(joinCodes({upper, lower}, split, count), (code) => SHIFTED_VALUES[code]);
  multiplyByScale(data, groups, unpackScales(stored, shared.scaleType));
  return {shape: [...packed.shape], data};
}

/**
 * FP6 (E3M2, largest 28) in two aligned streams instead of codes that cross words, one scale a row: 6 bits an element and
 * 32 a row. Ids: `fp6_4p2`, its mirror `fp6_2p4`, `fp6_4p2_g256`. (ZeroQuant(4+2), arXiv 2312.08583)
 * @throws RangeError if an option is out of range; encode does so for a NaN or infinity, naming the index.
 */
export function fp6(options: Fp6Options = {}): Format {
  const {split = "4+2"} = options;
  if (!FP6_SPLITS.includes(split))
    throw new RangeError(`fp6: split must be one of ${FP6_SPLITS.join(", ")}, got ${split}`);
  const shared = sharedScale("fp6", {
    granularity: options.groupSize === undefined ? "channel" : "group",
    ...options,
  });
  const suffix = shared.granularity === "channel" && shared.axis === -1 ? "" : sharedScaleSuffix(shared, 0);
  const id = `fp6_${split.replace("+", "p")}${suffix}`;
  return Object.freeze({
    id,
    title: `FP6 ${split}${suffix.replaceAll("_", " ").toUpperCase()}`,
    family: "fp",
    convention: `E3M2 elements in streams of ${split.replace("+", " and ")} bits, ${sharedScaleText(shared)} (amax / ${e3m2.max}), half-even, saturating`,
    source: split === "4+2" ? "ZeroQuant(4+2), arXiv 2312.08583" : "FP6-LLM, arXiv 2401.14112",
    blockSize: shared.granularity === "group" ? shared.groupSize : null,
    codebook: e3m2,
    layout: "streams",
    ...rowsOf(shared),
    encode: (x: Tensor) => encode(id, split, shared, x),
    decode: (packed: Packed) => decode(split, shared, packed),
  });
}
