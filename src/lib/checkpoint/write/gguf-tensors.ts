import {formatById} from "../../formats/registry.js";
import {blockTypeOf} from "../../io/gguf/block-types.js";
import {ggufBytes, type StreamedGgufTensor} from "../../io/gguf/gguf-writer.js";
import {elementCount} from "../../tensor/tensor.js";
import type {GgufStoredTensor} from "../gguf/gguf-tensor.js";
import type {StoredTensor} from "../stored-tensor.js";
import {copiedBytes, encodedRows} from "./encode-pieces.js";
import {fittingType, formatOfType, ggufTypeOf} from "./gguf-types.js";
import type {Encoding, WrittenTensor} from "./written.js";

/** A tensor in a GGUF file that is written, and what is said of it. */
export interface GgufOutput {
  readonly streamed: StreamedGgufTensor;
  readonly written: WrittenTensor;
}

/** Means of encoding one tensor. */
interface TensorEncoding extends Pick<Encoding, "faster"> {
  readonly importance?: Float32Array | undefined;
}

/** A tensor of a GGUF file with its bytes as they are. */
export function copiedTensor(tensor: GgufStoredTensor): GgufOutput {
  const {name, shape, type, bytes, readBytes} = tensor;
  return {
    streamed: {name, shape, type, byteLength: bytes, pieces: () => copiedBytes(bytes, readBytes)},
    written: {tensor: name, name, format: type.name, elements: elementCount(shape), bytes, note: null},
  };
}

/**
 * A tensor in the type of GGUF that holds a format, or in one whose blocks fit its rows. A vector is written as F32, which is
 * what llama.cpp reads.
 * @param name in the file that is written; `tensor` has the one in those that are read
 * @param format id, or null for a tensor that stays in 16 or 32 bits
 * @param encoding the encoders, and the importance of its columns, by which errors are weighed
 * @throws RangeError for a format that GGUF cannot hold.
 */
export function encodedTensor(
  name: string,
  tensor: StoredTensor,
  format: string | null,
  {faster, importance}: TensorEncoding,
): GgufOutput {
  const {shape} = tensor;
  const {type, note} = typeFor(tensor, format);
  const byteLength = ggufBytes(name, shape, type);
  const pieces = () => encodedRows(tensor, faster(formatById(formatOfType(type))), importance);
  return {
    streamed: {name, shape, type, byteLength, pieces},
    written: {
      tensor: tensor.name,
      name,
      format: formatOfType(type),
      elements: elementCount(shape),
      bytes: byteLength,
      note,
    },
  };
}

function typeFor({shape, dtype}: StoredTensor, format: string | null) {
  const f32 = blockTypeOf("f32")!;
  if (shape.length < 2) {
    const note = format === null ? null : `a vector: written as fp32 in place of ${format}`;
    return {type: f32, note};
  }
  if (format === null) return keptType(dtype);
  const wanted = ggufTypeOf(format);
  if (wanted === undefined) {
    throw new RangeError(
      `quantize: a format must be one of ggml's to be written as GGUF, got ${format}. A .safetensors file takes every format.`,
    );
  }
  const columns = shape.at(-1)!;
  const type = fittingType(wanted, columns);
  if (type === wanted) return {type, note: null};
  const note = `rows of ${columns} are no multiple of the ${wanted.elements} of a block of ${wanted.name}: written as ${formatOfType(type)}`;
  return {type, note};
}

/** The type of a tensor that keeps its own: 16 bits where it has them. */
function keptType(dtype: string) {
  const own = {F16: "f16", BF16: "bf16"}[dtype];
  const note = own !== undefined || dtype === "F32" ? null : `stored as ${dtype}: written as fp32`;
  return {type: blockTypeOf(own ?? "f32")!, note};
}
