import type {Tensor} from "../../tensor/tensor.js";
import {decodeValues, encodeValues} from "../cast.js";
import {e2m1, type FloatElement, fp3 as fp3Element} from "../element.js";
import type {Format, Packed} from "../format.js";
import {divideByScale, groupAbsMax, multiplyByScale, requireFinite} from "../groups.js";
import {type Rounding, rounderOf} from "../round.js";
import {
  packScaled,
  readingOf,
  rowsOf,
  type SharedScale,
  scaleGroups,
  scalesOf,
  sharedScale,
  sharedScaleSuffix,
  sharedScaleText,
  unpackScaled,
} from "../scaled.js";
import {floatName} from "./float.js";

/** The parameters of a scaled floating-point format beside those of its scale; see `scaledFloat`. */
export interface ScaledFloatOptions extends Partial<SharedScale> {
  readonly element?: FloatElement;
  readonly rounding?: Rounding;
}

/**
 * A floating-point element with a real-valued scale amax / max shared by a group, row or tensor, so that the
 * largest magnitude meets the largest value. The default is FP4: E2M1 in groups of 128 with f16 scales, 4.125
 * bits per element. An all-zero group has scale 0 and decodes to zeros. (BitMoD, arXiv 2411.11745; RaZeR v1)
 * @throws RangeError if an option is out of range; encode does so for a NaN or infinity, naming the index.
 */
export function scaledFloat(options: ScaledFloatOptions = {}): Format {
  const {element = e2m1, rounding = "half-even"} = options;
  rounderOf(rounding);
  const shared = sharedScale("scaledFloat", options);
  const name = floatName(element) + sharedScaleSuffix(shared, element.bits > 4 ? 0 : 128);
  const id = rounding === "half-even" ? name : `${name}_${rounding.replaceAll("-", "_")}`;
  return Object.freeze({
    id,
    title: id.toUpperCase().replaceAll("_", " "),
    family: "fp",
    convention: `${element.id.toUpperCase()} elements, ${sharedScaleText(shared)} (amax / ${element.max}), ${rounding}, saturating`,
    source: "BitMoD, arXiv 2411.11745; RaZeR v1, arXiv 2501.04052v1",
    blockSize: shared.granularity === "group" ? shared.groupSize : null,
    codebook: element,
    ...rowsOf(shared),
    ...readingOf(shared),
    encode(x: Tensor): Packed {
      requireFinite(id, x);
      const groups = scaleGroups(x.shape, shared);
      const scales = scalesOf(
        groupAbsMax(x.data, groups),
        shared.scaleType,
        element.max,
        (amax) => amax / element.max,
      );
      const codes = encodeValues(element, divideByScale(x.data, groups, scales), {rounding});
      return packScaled(id, x, element.bits, shared.scaleType, {codes, scales});
    },
    decode(packed: Packed): Tensor {
      const {groups, codes, scales} = unpackScaled(packed, element.bits, shared);
      const data = decodeValues(element, codes);
      multiplyByScale(data, groups, scales);
      return {shape: [...packed.shape], data};
    },
  });
}

/** FP4 (E2M1), groups of 128, f16 scales: 4.125 bits per element. */
export const fp4 = scaledFloat();
/** FP3 (E2M0: 0, ±1, ±2, ±4), groups of 128, f16 scales: 3.125 bits per element. */
export const fp3 = scaledFloat({element: fp3Element});
