import {checkGolden} from "../../src/cli/conformance/check-file.js";
import {mergeOps} from "../../src/cli/conformance/load-ops.js";
import type {GoldenTensor} from "../../src/cli/conformance/op.js";

export const stored = (
  dtype: string,
  data: Float64Array | Float32Array | Int32Array | Uint16Array | Uint8Array,
  shape = [data.length],
) => ({
  dtype,
  shape,
  b64: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
});
export const f32 = (...values: number[]) => stored("f32", Float32Array.from(values));
export const i32 = (...values: number[]) => stored("i32", Int32Array.from(values));
export const u8 = (...values: number[]) => stored("u8", Uint8Array.from(values));

export const numbers = (input: unknown) => Array.from((input as GoldenTensor).data);

/** Checks a file whose op gives `values`; they do not pass through JSON, which has no NaN. */
export const given = (
  values: Readonly<Record<string, unknown>>,
  declared: object,
  outputs?: object,
  tolerance?: object,
  inputs = {},
) =>
  checkGolden(
    JSON.stringify({op: "given", params: {outputs: declared}, inputs, outputs, tolerance}),
    mergeOps([{cases: {given: () => values}}]),
  );
