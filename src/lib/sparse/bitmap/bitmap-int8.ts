import type {Packed} from "../../formats/format.js";
import {requirePart} from "../../formats/pack.js";
import {checkParams} from "../../technique/check-params.js";
import type {Tensor} from "../../tensor/tensor.js";
import {matrixSizes, type SparseForm, type SparseSizes} from "../sparse-form.js";
import {packBitmap, unpackBitmap} from "./bitmap.js";
import {BITMAP_PARAMS, bitmapBytes, bitmapOf, partsOf} from "./bitmap-parts.js";
import {dequantizeRowsInt8, quantizeRowsInt8} from "./row-int8.js";

const INTERLEAVE = 4;
const SCALE_BYTES = 2;
const settingsOf = (given: Readonly<Record<string, unknown>>) =>
  checkParams("bitmap-int8", BITMAP_PARAMS, given);

/** A bit for every weight, a byte for each whose code is not zero, and a bfloat16 scale for each output. */
export const bitmapInt8: SparseForm<"bitmap-int8", typeof BITMAP_PARAMS> = {
  id: "bitmap-int8",
  label: "Bitmap, int8",
  source: "SparAMX, arXiv:2502.12444, section 4; scale 127 over the largest magnitude",
  family: "sparse",
  params: BITMAP_PARAMS,
  needs: [],
  denseBits: 8,
  pack(weight: Tensor, given = {}): Packed {
    const {threads} = settingsOf(given);
    const sizes = {...matrixSizes("bitmap-int8", weight), interleave: INTERLEAVE, threads} as const;
    const {codes, scales} = quantizeRowsInt8(weight.data, sizes.inputs);
    const parts = {...partsOf(packBitmap(codes, sizes)), scales: new Uint8Array(scales.buffer)};
    return {format: "bitmap-int8", shape: [...weight.shape], parts};
  },
  unpack(packed: Packed): Tensor {
    const {map, sizes} = bitmapOf(packed, INTERLEAVE);
    const scales = requirePart(packed, "scales", SCALE_BYTES * sizes.outputs).slice();
    const codes = unpackBitmap(map, sizes) as Int8Array;
    return {
      shape: [...packed.shape],
      data: dequantizeRowsInt8({codes, scales: new Uint16Array(scales.buffer)}),
    };
  },
  bytes: (sizes: SparseSizes, given = {}) =>
    bitmapBytes(sizes, INTERLEAVE, settingsOf(given).threads) + SCALE_BYTES * sizes.outputs,
};
