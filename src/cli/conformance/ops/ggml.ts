import {decoderOf} from "../../../lib/checkpoint/gguf/gguf-tensor.js";
import {decodeBlocks, encodeBlocks, type GgmlBlock} from "../../../lib/formats/ggml/block.js";
import {iq4_nl_ref} from "../../../lib/formats/ggml/iq4.js";
import {ggmlBlock, ggmlBlocks} from "../../../lib/formats/ggml/registry.js";
import {parseGguf} from "../../../lib/io/gguf/gguf.js";
import type {CaseOp, GoldenTensor, Ops} from "../op.js";
import type {Args} from "./formats-arguments.js";

function blockOf({type, ntry}: Args): GgmlBlock {
  const name = ggmlBlocks.find(({id}) => id.toLowerCase() === String(type).toLowerCase())?.id;
  const block = name === "iq4_nl" && ntry === -1 ? iq4_nl_ref : ggmlBlock(name ?? "");
  if (block === undefined) throw new RangeError(`type: must be a block format of ggml, got ${type}`);
  return block;
}

const dequantize: CaseOp = (args, inputs) => ({
  y: decodeBlocks(blockOf(args), (inputs.blocks as GoldenTensor).data as Uint8Array),
});

/** Names that files may have for a weight of each column. */
const IMPORTANCE = ["importance", "imatrix", "quant_weights", "weights"] as const;

/** Bytes of the rows of x and their values; importance, where given, weighs the errors of its columns. */
const quantizeDequantize: CaseOp = (args, inputs) => {
  const block = blockOf(args);
  const {data, shape} = inputs.x as GoldenTensor;
  const given = IMPORTANCE.map((name) => inputs[name]).find((input) => input !== undefined);
  const weights = given === undefined ? null : ((given as GoldenTensor).data as Float32Array);
  const columns = weights?.length ?? shape.at(-1) ?? data.length;
  const blocks = encodeBlocks(block, data as Float32Array, columns, weights);
  return {blocks, y: decodeBlocks(block, blocks)};
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
export const ops: Ops = {
  cases: {
    ggml_dequantize: dequantize,
    ggml_quantize_dequantize: quantizeDequantize,
    gguf_parse: parse,
  },
};
