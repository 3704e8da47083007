import {type Codes, packBitmap} from "../../../lib/sparse/bitmap/bitmap.js";
import {quantizeRowsInt8} from "../../../lib/sparse/bitmap/row-int8.js";
import type {CaseOp, GoldenTensor, Ops} from "../op.js";

function packed(codes: Codes, args: Parameters<CaseOp>[0], interleave: 2 | 4) {
  const {out_features: outputs, in_features: inputs, num_threads: threads} = args as Record<string, number>;
  const {bitmap, values, starts} = packBitmap(codes, {outputs, inputs, interleave, threads});
  return {bitmap: new Int32Array(bitmap.buffer), values, thread_starts: starts};
}

const bitmapBf16: CaseOp = (args, inputs) =>
  packed((inputs.weight as GoldenTensor).data as Uint16Array, args, 2);

const bitmapInt8: CaseOp = (args, inputs) => {
  const weight = Float32Array.from((inputs.weight as GoldenTensor).data);
  const {codes, scales} = quantizeRowsInt8(weight, args.in_features as number, true);
  return {q: codes, w_scales: scales, ...packed(codes, args, 4)};
};

/** The ops of sparse weights. */
export const sparseOps: Ops = {
  cases: {amx_bitmap_pack: bitmapBf16, amx_bitmap_pack_int8: bitmapInt8},
};
