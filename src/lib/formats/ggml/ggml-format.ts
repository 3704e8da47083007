import type {Tensor} from "../../tensor/tensor.js";
import {elementCount, matrixSize} from "../../tensor/tensor.js";
import type {EncodeOptions, Format, Packed} from "../format.js";
import type {GroupedLevels} from "../grouped-levels.js";
import {requireFinite} from "../groups.js";
import {requirePart} from "../pack.js";
import {type BlockLevels, decodeBlocks, encodeBlocks, type GgmlBlock, levelsRoom} from "./block.js";

/**
 * A block format of ggml as a format of whole tensors: the part `blocks` holds exactly the bytes of ggml's own encoder, row
 * after row. ggml knows no row that ends inside a block; here such a row is filled up with zeros, which take their bytes.
 * @param id that of ggml, where no other format has it
 */
export function ggmlFormat(block: GgmlBlock, id = block.id): Format {
  return Object.freeze({
    id,
    title: id === block.id ? id.toUpperCase() : `${block.id.toUpperCase()} (ggml)`,
    family: block.family,
    convention: `${block.convention}; blocks of ggml`,
    source: "ggml, src/ggml-quants.c, https://github.com/ggml-org/ggml",
    blockSize: block.elements,
    codebook: block.codebook,
    layout: "blocks",
    rows: "alone",
    weighsErrors: block.weighsErrors,
    encode: (x: Tensor, options?: EncodeOptions) => encodeTensor(block, id, x, options),
    decode: (packed: Packed) => decodeTensor(block, packed),
    ...(block.levels && {levels: (packed: Packed) => tensorLevels(block, block.levels!, packed)}),
  });
}

/** Levels of rows of whole blocks; null where a row ends inside a block. */
function tensorLevels(block: GgmlBlock, of: BlockLevels, packed: Packed): GroupedLevels | null {
  const {rows, columns} = matrixSize({shape: packed.shape, data: new Float32Array(0)});
  if (columns % block.elements !== 0) return null;
  const count = (rows * columns) / block.elements;
  const bytes = requirePart(packed, "blocks", count * block.bytes);
  const room = levelsRoom(of, rows * columns);
  for (let i = 0; i < count; i++) of.read(bytes, i * block.bytes, room, i * block.elements);
  const {levels, scales, offsets} = room;
  return {rows, columns, size: of.size, levels, scales, offsets: of.hasOffsets ? offsets : null};
}

function encodeTensor(block: GgmlBlock, id: string, x: Tensor, {importance}: EncodeOptions = {}): Packed {
  requireFinite(id, x);
  const {rows, columns} = matrixSize(x);
  if (importance !== undefined) requireImportance(id, importance, columns);
  const width = paddedTo(block, columns);
  const weights = importance ? padded(importance, 1, columns, width) : null;
  const blocks =
    x.data.length === 0
      ? new Uint8Array(0)
      : encodeBlocks(block, padded(x.data, rows, columns, width), width, weights);
  return {format: id, shape: [...x.shape], parts: {blocks}};
}

function requireImportance(id: string, importance: Float32Array, columns: number): void {
  if (importance.length !== columns) {
    throw new RangeError(
      `${id}: importance must hold a weight for each of ${columns} columns, got ${importance.length}`,
    );
  }
  const bad = importance.findIndex((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
  if (bad >= 0) {
    throw new RangeError(
      `${id}: importance must be finite and at least 0, got ${importance[bad]} at index ${bad}`,
    );
  }
}

const paddedTo = ({elements}: GgmlBlock, columns: number): number => Math.ceil(columns / elements) * elements;

/** Rows of `columns` values with zeros up to `width`. */
function padded(x: Float32Array, rows: number, columns: number, width: number): Float32Array {
  if (width === columns) return x;
  const wide = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) wide.set(x.subarray(row * columns, (row + 1) * columns), row * width);
  return wide;
}

function decodeTensor(block: GgmlBlock, packed: Packed): Tensor {
  const {shape} = packed;
  const {rows, columns} = matrixSize({shape, data: new Float32Array(0)});
  const width = paddedTo(block, columns);
  const wide = decodeBlocks(
    block,
    requirePart(packed, "blocks", ((rows * width) / block.elements) * block.bytes),
  );
  if (width === columns) return {shape: [...shape], data: wide};
  const data = new Float32Array(elementCount(shape));
  for (let row = 0; row < rows; row++) {
    data.set(wide.subarray(row * width, row * width + columns), row * columns);
  }
  return {shape: [...shape], data};
}
