import {
  convParts,
  MAMBA_NAMES,
  type MambaWeights,
  projectionParts,
} from "../../engine/mamba/mamba-weights.js";
import {fp16} from "../../formats/float/float.js";
import {type Format, packedBytes} from "../../formats/format.js";
import {int, intRules} from "../../formats/int.js";
import {packCodes} from "../../formats/pack.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";
import {quantizeEmbedding} from "../quamba/quamba-embedding.js";
import {quantizeW4, quantizeW4A8} from "../quamba2/quamba2-weights.js";

/**
 * `w8`: int8 per tensor; `w4a8`: 4 bits in groups of 128 inputs, expanded to int8; `w4a16`: these 4 bits, and float16
 * for what no linear layer reads; `w16`: float16 for all.
 */
export type WeightScheme = "w8" | "w4a8" | "w4a16" | "w16";

/** Bytes of a model by part, scales included. */
export interface WeightBytes {
  /** All tensors of the mixers but their norms. */
  readonly mixers: number;
  readonly embedding: number;
  /** 0 where the head is the embedding. */
  readonly head: number;
  readonly norms: number;
}

/** Rounded weights, and the bytes that they pack into. */
export interface RoundedWeights {
  readonly weights: MambaWeights;
  /** Numbers in the mixers, norms aside, and the bytes they pack into, scales included. */
  readonly elements: number;
  readonly bytes: number;
  readonly memory: WeightBytes;
}

/**
 * Rounds every tensor of a model to what it is stored as. In the mixers linear weights follow the scheme and small
 * tensors are int8 per tensor as in Quamba; where parts stand one below another (z, x, B, C and dt of Mamba2's input
 * projection, the same of its convolution) each part is a tensor of its own. Norms and the biases of the projections are
 * float16. So are embedding and head, unless `roundsEnds`: then the embedding has a scale for each row and the head
 * follows the scheme, as in Quamba2; a head that is the embedding stays it.
 * (arXiv 2410.13229 and 2503.22879)
 */
export function roundMambaWeights(
  {config, tensors}: MambaWeights,
  scheme: WeightScheme,
  {roundsEnds = false}: {readonly roundsEnds?: boolean} = {},
): RoundedWeights {
  const changed = new Map<string, Tensor>();
  const memory = {mixers: 0, embedding: 0, head: 0, norms: 0};
  let elements = 0;
  for (const [name, tensor] of tensors) {
    const part = partOf(name);
    const isEnd = part === "embedding" || part === "head";
    const {weight, bytes} =
      part === "embedding" && roundsEnds && scheme !== "w16"
        ? embeddingRows(tensor, scheme)
        : storing(name, {config, scheme: isEnd && !roundsEnds ? "w16" : scheme})(tensor);
    changed.set(name, weight);
    memory[part] += bytes;
    if (part === "mixers") elements += tensor.data.length;
  }
  return {weights: {config, tensors: changed}, elements, bytes: memory.mixers, memory};
}

/** The bytes of a model that is kept in float32. */
export function plainWeightBytes({tensors}: MambaWeights): WeightBytes {
  const memory = {mixers: 0, embedding: 0, head: 0, norms: 0};
  for (const [name, {data}] of tensors) memory[partOf(name)] += data.byteLength;
  return memory;
}

function partOf(name: string): keyof WeightBytes {
  if (name === MAMBA_NAMES.embedding) return "embedding";
  if (name === MAMBA_NAMES.head) return "head";
  return /norm(_f)?\.weight$/.test(name) ? "norms" : "mixers";
}

interface Rounded {
  readonly weight: Tensor;
  readonly bytes: number;
}

const INT8 = int({bits: 8, scheme: "full", granularity: "tensor", rule: intRules.smoothquant});

/** Storage of the tensor of this name. */
function storing(
  name: string,
  {config, scheme}: Pick<MambaWeights, "config"> & {readonly scheme: WeightScheme},
): (w: Tensor) => Rounded {
  const isLinear = name === MAMBA_NAMES.head || /(in|x|dt|out)_proj\.weight$/.test(name);
  const isPlain = /norm(_f)?\.weight$|(in|out)_proj\.bias$/.test(name);
  if (scheme === "w16" || isPlain || (scheme === "w4a16" && !isLinear)) return stored(fp16);
  if (isLinear && scheme !== "w8") return (w) => fourBits(w, scheme);
  if (name.endsWith("in_proj.weight")) return (w) => eightBits(w, projectionParts(config));
  if (name.includes("conv1d")) return (w) => eightBits(w, convParts(config));
  return (w) => eightBits(w, [w.shape[0]]);
}

const stored =
  (format: Format) =>
  (w: Tensor): Rounded => {
    const packed = format.encode(w);
    return {weight: format.decode(packed), bytes: packedBytes(packed)};
  };

/** Each run of rows to int8 with one scale. */
function eightBits({shape, data}: Tensor, parts: readonly number[]): Rounded {
  const width = data.length / shape[0];
  const rounded = new Float32Array(data.length);
  let [row, bytes] = [0, 0];
  for (const rows of parts) {
    const part = data.slice(row * width, (row + rows) * width);
    const {weight, bytes: packed} = stored(INT8)({shape: [rows, width], data: part});
    rounded.set(weight.data, row * width);
    bytes += packed;
    row += rows;
  }
  return {weight: {shape, data: rounded}, bytes};
}

function fourBits(w: Tensor, scheme: "w4a16" | "w4a8"): Rounded {
  if (scheme === "w4a16") {
    const {codes, scales, values} = quantizeW4(w);
    return {weight: values, bytes: packCodes(codes, 4).length + scales.byteLength};
  }
  const {groups, groupRatios, channelScales, values} = quantizeW4A8(w);
  // Ratios are stored in float16.
  const scales = 2 * (groupRatios?.length ?? 0) + channelScales.byteLength;
  return {weight: values, bytes: packCodes(groups.codes, 4).length + scales};
}

/** A float16 scale for each row of the embedding. */
function embeddingRows(w: Tensor, scheme: Exclude<WeightScheme, "w16">): Rounded {
  const bits = scheme === "w8" ? 8 : 4;
  const {codes, scales} = quantizeEmbedding(w, {bits});
  const {columns} = matrixSize(w);
  const zero = bits === 8 ? 0 : 8;
  const data = Float32Array.from(codes, (code, i) => (code - zero) * scales[Math.floor(i / columns)]);
  return {weight: {shape: w.shape, data}, bytes: packCodes(codes, bits).length + 2 * scales.length};
}
