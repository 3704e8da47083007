/** Inputs of LLM.int8() as they are packed: 8-bit integers, and the columns with outliers in half precision. */

import {elementCount, matrixSize, type Tensor} from "../../tensor/tensor.js";
import {castValue} from "../cast.js";
import {f16, intElement} from "../element.js";
import type {Format, Packed} from "../format.js";
import {requireFinite} from "../groups.js";
import {packScales, requirePart, unpackScales} from "../pack.js";
import {type Int8Rows, int8Rows, LARGEST, outlierColumns, THRESHOLD} from "./decompose.js";

/** Packs rows of integers and the columns that are kept apart from them. */
export function packInputs(id: string, x: Tensor, outliers: Uint32Array, {codes, scales}: Int8Rows): Packed {
  const {rows, columns} = matrixSize(x);
  const values = new Float32Array(rows * outliers.length);
  for (let row = 0; row < rows; row++) {
    outliers.forEach((column, n) => {
      values[row * outliers.length + n] = castValue(f16, x.data[row * columns + column]);
    });
  }
  const parts = {
    integers: new Uint8Array(codes.buffer),
    scales: packScales(scales, "f32"),
    columns: new Uint8Array(outliers.buffer.slice(0)),
    outliers: packScales(values, "f16"),
  };
  return {format: id, shape: [...x.shape], parts};
}

function encode(id: string, threshold: number, x: Tensor): Packed {
  requireFinite(id, x);
  const outliers = outlierColumns(x, threshold);
  return packInputs(id, x, outliers, int8Rows(x, new Set(outliers)));
}

/** Puts the columns that were kept apart in their places among the values of the others. */
export function restoreColumns({format, shape, parts}: Packed, data: Float32Array): void {
  const {rows, columns} = matrixSize({shape, data});
  const outliers = new Uint32Array(parts.columns.slice().buffer);
  const packed = {format, shape, parts};
  const values = unpackScales(requirePart(packed, "outliers", 2 * rows * outliers.length), "f16");
  outliers.forEach((column, n) => {
    for (let row = 0; row < rows; row++) data[row * columns + column] = values[row * outliers.length + n];
  });
}

function decode({format, shape, parts}: Packed): Tensor {
  const {rows, columns} = matrixSize({shape, data: new Float32Array(0)});
  const packed = {format, shape, parts};
  const data = new Float32Array(elementCount(shape));
  const codes = new Int8Array(requirePart(packed, "integers", data.length).slice().buffer);
  const scales = unpackScales(requirePart(packed, "scales", 4 * rows), "f32");
  for (let i = 0; i < data.length; i++) data[i] = (codes[i] * scales[Math.floor(i / columns)]) / LARGEST;
  restoreColumns(packed, data);
  return {shape: [...shape], data};
}

/**
 * Inputs [tokens, in] decomposed: a row's values in 8-bit integers under its largest magnitude, and columns that hold a
 * magnitude of at least `threshold` in half precision with their numbers beside them. How many bytes that takes depends on
 * the values, so it is a format of inputs and not of files. (LLM.int8(), arXiv 2208.07339, section 3)
 * @throws RangeError from encode for a NaN or infinity, naming the index.
 */
export function llmInt8Inputs(threshold: number = THRESHOLD): Format {
  const id = `llm_int8_inputs${threshold === THRESHOLD ? "" : `_t${threshold}`}`;
  return Object.freeze({
    id,
    title: `LLM.int8() inputs, outliers from ${threshold}`,
    family: "int",
    convention: `integers of 8 bits with an f32 scale per row (amax / 127), columns with a magnitude of ${threshold} or more in f16; half-even`,
    source: "LLM.int8(), arXiv 2208.07339, section 3",
    blockSize: null,
    codebook: intElement({bits: 8}),
    layout: "streams",
    size: "by-values",
    encode: (x: Tensor) => encode(id, threshold, x),
    decode,
  });
}
