import {elementCount} from "../../tensor/tensor.js";
import {e2m1} from "../element.js";
import type {Packed} from "../format.js";
import {groupsAlong} from "../groups.js";
import {packedLength, requirePart, unpackCodes} from "../pack.js";
import {unpackTensorScale} from "../tensor-scale.js";
import type {SpecialTensor} from "./razer-search.js";

/** Ways of a byte that holds the scale of a block and, in bits that a scale does not use, its special value. */
interface ScaleByte {
  readonly indexOf: (byte: number) => number;
  readonly scaleOf: (byte: number) => number;
}

/** Blocks of E2M1 codes as they are packed, each with a byte for scale and special value. */
export function unpackSpecials(
  packed: Packed,
  {specials, blockSize}: {readonly specials: readonly number[]; readonly blockSize: number},
  {indexOf, scaleOf}: ScaleByte,
): SpecialTensor {
  const {shape} = packed;
  const count = elementCount(shape);
  const bytes = requirePart(packed, "scales", groupsAlong(shape, -1, blockSize).count);
  return {
    shape,
    blockSize,
    specials,
    base: e2m1,
    codes: unpackCodes(requirePart(packed, "codes", packedLength(count, 4)), 4, count) as Uint8Array,
    specialIndex: bytes.map(indexOf),
    scales: Float32Array.from(bytes, scaleOf),
    tensorScale: unpackTensorScale(requirePart(packed, "tensorScale", 4)),
  };
}
