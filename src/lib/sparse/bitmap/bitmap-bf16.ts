import {decodeValues, encodeValues} from "../../formats/cast.js";
import {bf16} from "../../formats/element.js";
import type {Packed} from "../../formats/format.js";
import {checkParams} from "../../technique/check-params.js";
import type {Tensor} from "../../tensor/tensor.js";
import {matrixSizes, type SparseForm, type SparseSizes} from "../sparse-form.js";
import {packBitmap, unpackBitmap} from "./bitmap.js";
import {BITMAP_PARAMS, bitmapBytes, bitmapOf, partsOf} from "./bitmap-parts.js";

const INTERLEAVE = 2;
const settingsOf = (given: Readonly<Record<string, unknown>>) =>
  checkParams("bitmap-bf16", BITMAP_PARAMS, given);

/** A bit for every weight and a bfloat16 for each that is not zero, in the order in which tile instructions read them. */
export const bitmapBf16: SparseForm<"bitmap-bf16", typeof BITMAP_PARAMS> = {
  id: "bitmap-bf16",
  label: "Bitmap, bfloat16",
  source: "SparAMX, arXiv:2502.12444, section 4",
  family: "sparse",
  params: BITMAP_PARAMS,
  needs: [],
  denseBits: 16,
  pack(weight: Tensor, given = {}): Packed {
    const {threads} = settingsOf(given);
    const sizes = {...matrixSizes("bitmap-bf16", weight), interleave: INTERLEAVE, threads} as const;
    const codes = encodeValues(bf16, weight.data) as Uint16Array;
    return {format: "bitmap-bf16", shape: [...weight.shape], parts: partsOf(packBitmap(codes, sizes))};
  },
  unpack(packed: Packed): Tensor {
    const {map, sizes} = bitmapOf(packed, INTERLEAVE);
    return {shape: [...packed.shape], data: decodeValues(bf16, unpackBitmap(map, sizes) as Uint16Array)};
  },
  bytes: (sizes: SparseSizes, given = {}) => bitmapBytes(sizes, INTERLEAVE, settingsOf(given).threads),
};
