import {decoderOf} from "../../../lib/checkpoint/gguf/gguf-tensor.js";
import {decodeBlocks} from "../../../lib/formats/ggml/block.js";
import {ggmlBlock} from "../../../lib/formats/ggml/registry.js";
import {parseGguf} from "../../../lib/io/gguf/gguf.js";
import type {CaseOp, GoldenTensor, Ops} from "../op.js";

const dequantize: CaseOp = ({type}, inputs) => {
  const block = ggmlBlock(type as string);
  if (block === undefined) throw new RangeError(`type must be a block format of ggml, got ${type}`);
  return {y: decodeBlocks(block, (inputs.blocks as GoldenTensor).data as Uint8Array)};
};

/** Every tensor as float32 by its name, and the metadata under `kv`. */
const parse: CaseOp = (_, inputs) => {
  const bytes = (inputs.file as GoldenTensor).data as Uint8Array;
  const {metadata, tensors} = parseGguf(bytes);
  const values = Array.from(tensors.values(), ({name, type, begin, end, shape}) => {
    const data = decoderOf(type)?.(bytes.subarray(begin, end));
    return [name, data && {data, shape}] as const;
  });
  const kv = Object.fromEntries(Array.from(metadata, ([key, {value}]) => [key, value]));
  return {...Object.fromEntries(values), kv};
};

/** Ops of ggml's block formats and of the files they stand in. */
export const ops: Ops = {cases: {ggml_dequantize: dequantize, gguf_parse: parse}};
