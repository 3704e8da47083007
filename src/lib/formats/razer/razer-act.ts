import type {Tensor} from "../../tensor/tensor.js";
import {castValue, encodeValues} from "../cast.js";
import {e2m1, e4m3fn, ue4m3} from "../element.js";
import type {CodeReading, Format, Packed} from "../format.js";
import {groupsAlong, requireFinite} from "../groups.js";
import {nvfp4TensorScale, requireBlockSize} from "../nvfp4/nvfp4.js";
import {packCodes} from "../pack.js";
import {divideByTensorScale, packTensorScale} from "../tensor-scale.js";
import {unpackSpecials} from "./packed-specials.js";
import {
  type BlockCandidate,
  type BlockScale,
  blockCandidates,
  codebookWith,
  dequantizeSpecials,
  requireSpecials,
  type SpecialTensor,
  searchSpecials,
  specialCodebook,
} from "./razer-search.js";

/** The parameters of RaZeR for activations; the defaults are the format `razer_act`. */
export interface RazerActOptions {
  /** Special values in the order of the search; the packed form has room for two. */
  readonly specials?: readonly number[];
  readonly blockSize?: number;
}

const withDefaults = ({specials = [-5, 5], blockSize = 16}: RazerActOptions): Required<RazerActOptions> => ({
  specials,
  blockSize,
});

/** The scale is NVFP4's whatever the special value: it never widens the range. */
const scaleOf: BlockScale = (low, high) => {
  const wanted = Math.fround(Math.max(-low, high) / e2m1.max);
  return castValue(e4m3fn, Math.max(wanted, e4m3fn.minSubnormal));
};

const codebooksOf = (specials: readonly number[]) =>
  specials.map((special) => specialCodebook(e2m1, special, "special"));

/**
 * Quantizes activations or a key-value cache as RaZeR v2: NVFP4 whose code 8 is one of two special values per block.
 * A number as near to the special value as to a level takes the special value; other ties go toward zero. Tensor
 * scale and zeros are NVFP4's. (arXiv 2501.04052v2)
 * @throws RangeError naming the index if x holds a NaN or infinity, or if an option is out of range.
 */
export function razerActQuantize(x: Tensor, options: RazerActOptions = {}): SpecialTensor {
  const {specials, blockSize} = withDefaults(options);
  requireSpecials("razerAct", specials, 256);
  requireBlockSize("razerAct", blockSize);
  requireFinite("razerAct", x);
  const tensorScale = nvfp4TensorScale(x);
  const y = divideByTensorScale(x, tensorScale);
  const groups = groupsAlong(x.shape, -1, blockSize);
  const choice = searchSpecials(y, groups, codebooksOf(specials), scaleOf);
  return {...choice, shape: [...x.shape], blockSize, specials: [...specials], base: e2m1, tensorScale};
}

/** The search on one block by hand: `y` is the block over the tensor scale (values up to 2688). */
export function razerActBlock(y: Float32Array, options: RazerActOptions = {}): readonly BlockCandidate[] {
  const {specials} = withDefaults(options);
  requireSpecials("razerActBlock", specials, 256);
  return blockCandidates(y, codebooksOf(specials), scaleOf);
}

/** Bit 7 is 1 for the first special value (the negative one), bits 6 … 0 are E4M3. */
function scaleBytes({scales, specialIndex}: SpecialTensor): Uint8Array {
  return Uint8Array.from(encodeValues(ue4m3, scales), (code, b) => code | ((1 - specialIndex[b]) << 7));
}

const decodeBlocks = (packed: Packed, options: Required<RazerActOptions>): SpecialTensor =>
  unpackSpecials(packed, options, {
    indexOf: (byte) => 1 - (byte >> 7),
    scaleOf: (byte) => ue4m3.values[byte & 127],
  });

/** The sign bit of a scale chooses the special value, the first where it is 1. */
const readingOf = ({specials: [first, second], blockSize}: Required<RazerActOptions>): CodeReading => ({
  groupSize: blockSize,
  scales: [...ue4m3.values, ...ue4m3.values],
  codebooks: [codebookWith(e2m1, second).values, codebookWith(e2m1, first).values],
  hasTensorScale: true,
});

/** Options of {@link razerAct}. */
export interface RazerActFormatOptions {
  /** m of the special values -m and +m. */
  readonly magnitude?: number;
  readonly blockSize?: number;
}

/**
 * RaZeR v2 for activations and key-value caches as a tensor format, with -m and +m as special values: 4.5 bits per
 * element and 32 bits more, since the index is the sign bit of the scale. Ids: `razer_act`, `razer_act_m4.5`,
 * `razer_act_b32`.
 * @throws RangeError if magnitude is not positive and finite or blockSize no integer of at least 1.
 */
export function razerAct({magnitude = 5, blockSize = 16}: RazerActFormatOptions = {}): Format {
  if (!(magnitude > 0 && Number.isFinite(magnitude))) {
    throw new RangeError(`razerAct: magnitude must be positive and finite, got ${magnitude}`);
  }
  requireBlockSize("razerAct", blockSize);
  const all = {specials: [-magnitude, magnitude], blockSize};
  const id = `razer_act${magnitude === 5 ? "" : `_m${magnitude}`}${blockSize === 16 ? "" : `_b${blockSize}`}`;
  return Object.freeze({
    id,
    title: "RaZeR, activations",
    family: "razer",
    convention: `E2M1 with code 8 either -${magnitude} or ${magnitude} per block by squared error, block ${blockSize}, E4M3 block scale amax / 6 with the choice in its sign bit, float32 tensor scale g = amax / 2688; ties to the special value, else half-to-zero`,
    source: "RaZeR, arXiv 2501.04052v2",
    blockSize,
    codebook: codebookWith(e2m1, -magnitude),
    reading: readingOf(all),
    encode(x: Tensor): Packed {
      const q = razerActQuantize(x, all);
      const parts = {
        codes: packCodes(q.codes, 4),
        scales: scaleBytes(q),
        tensorScale: packTensorScale(q.tensorScale),
      };
      return {format: id, shape: q.shape, parts};
    },
    decode: (packed: Packed) => dequantizeSpecials(decodeBlocks(packed, all)),
  });
}
