import type {Tensor} from "../../tensor/tensor.js";
import {castValue, encodeValues} from "../cast.js";
import {e2m1, e3m3, e4m3fn} from "../element.js";
import type {EncodeOptions, Format, Packed} from "../format.js";
import {groupsAlong, requireFinite} from "../groups.js";
import {requireBlockSize} from "../nvfp4/nvfp4.js";
import {packCodes} from "../pack.js";
import {divideByTensorScale, packTensorScale, tensorScaleOf} from "../tensor-scale.js";
import {unpackSpecials} from "./packed-specials.js";
import {
  type BlockCandidate,
  type BlockScale,
  blockCandidates,
  codebookWith,
  dequantizeSpecials,
  levelsOfSpecials,
  requireSpecials,
  type SpecialTensor,
  searchSpecials,
  specialCodebook,
  specialsName,
} from "./razer-search.js";

/** The parameters of RaZeR for weights; the defaults are the format `razer`. */
export interface RazerOptions {
  /** Up to four special values in the order of the search; [5, -5, o, -o] with o = 8, or 7 for some models. */
  readonly specials?: readonly number[];
  readonly blockSize?: number;
  /**
   * `strict`: scales are the 64 values of a true E3M3 field. `author`: the published quantizer's E4M3 cast, whose
   * steps below 1/4 are finer than six bits hold; it cannot be packed.
   */
  readonly scaleGrid?: "strict" | "author";
}

/** 28, the largest scale that the quantizer uses, though E3M3 goes to 30; and 2^-5, the smallest. */
const LARGEST_SCALE = 28;
const SMALLEST_SCALE = 2 ** -5;

/** 168: the largest element times the largest scale, to which the tensor scale brings the largest magnitude. */
export const RAZER_LARGEST = e2m1.max * LARGEST_SCALE;

const withDefaults = ({
  specials = [5, -5, 8, -8],
  blockSize = 16,
  scaleGrid = "strict",
}: RazerOptions): Required<RazerOptions> => ({specials, blockSize, scaleGrid});

function checkOptions({specials, blockSize, scaleGrid}: Required<RazerOptions>): void {
  requireSpecials("razer", specials, 4);
  requireBlockSize("razer", blockSize);
  if (scaleGrid !== "strict" && scaleGrid !== "author") {
    throw new RangeError(`razer: scaleGrid must be strict or author, got ${scaleGrid}`);
  }
}

/** The scale that brings the block to the codebook's largest level, on one of the two grids. */
function scaleOn(scaleGrid: "strict" | "author"): BlockScale {
  const element = scaleGrid === "strict" ? e3m3 : e4m3fn;
  return (low, high, {largest}) => {
    const wanted = Math.fround(Math.max(-low, high) / largest);
    return castValue(element, Math.min(Math.max(wanted, SMALLEST_SCALE), LARGEST_SCALE));
  };
}

const codebooksOf = (specials: readonly number[]) =>
  specials.map((special) => specialCodebook(e2m1, special));

/**
 * Quantizes weights as RaZeR v2: FP4 whose code 8, the negative zero, is one of up to four special values per block;
 * an E3M3 scale per block of the last axis and a float32 scale g = amax / 168 per tensor. Ties go down. A block of
 * zeros has codes 0, scale 2^-5 and the first special value. (arXiv 2501.04052v2)
 * @param amax the largest magnitude of the tensor of which x is some rows
 * @throws RangeError naming the index if x holds a NaN or infinity, or if an option is out of range.
 */
export function razerQuantize(x: Tensor, options: RazerOptions = {}, amax?: number): SpecialTensor {
  const all = withDefaults(options);
  checkOptions(all);
  requireFinite("razer", x);
  const {specials, blockSize, scaleGrid} = all;
  const tensorScale = tensorScaleOf(x, RAZER_LARGEST, amax);
  const y = divideByTensorScale(x, tensorScale);
  const groups = groupsAlong(x.shape, -1, blockSize);
  const choice = searchSpecials(y, groups, codebooksOf(specials), scaleOn(scaleGrid));
  return {...choice, shape: [...x.shape], blockSize, specials: [...specials], base: e2m1, tensorScale};
}

/**
 * The search on one block by hand: `y` is the block over the tensor scale (values up to 168).
 * @returns every special value in order, with its scale, codes and error.
 */
export function razerBlock(y: Float32Array, options: RazerOptions = {}): readonly BlockCandidate[] {
  const all = withDefaults(options);
  checkOptions(all);
  return blockCandidates(y, codebooksOf(all.specials), scaleOn(all.scaleGrid));
}

/**
 * The scale byte of a block: bit 7 the low and bit 6 the high bit of the special value's index, bits 5 … 0 E3M3. For
 * [5, -5, 8, -8] they are the sign and the magnitude.
 */
function scaleBytes({scales, specialIndex}: SpecialTensor): Uint8Array {
  const payload = encodeValues(e3m3, scales) as Uint8Array;
  return payload.map((code, b) => {
    const index = specialIndex[b];
    return ((index & 1) << 7) | ((index >> 1) << 6) | code;
  });
}

const decodeBlocks = (packed: Packed, options: Required<RazerOptions>): SpecialTensor =>
  unpackSpecials(packed, options, {
    indexOf: (byte) => (byte >> 7) | ((byte >> 5) & 2),
    scaleOf: (byte) => e3m3.values[byte & 63],
  });

/** `_o7` for [5, -5, 7, -7], nothing for o = 8, and all values for any other set. */
function nameOf(specials: readonly number[]): string {
  const [a, b, outlier = 0, c] = specials;
  if (specials.length === 4 && a === 5 && b === -5 && c === -outlier && outlier > 0) {
    return outlier === 8 ? "" : `_o${outlier}`;
  }
  return `_${specialsName(specials)}`;
}

/**
 * RaZeR v2 for weights as a tensor format: 4.5 bits per element and 32 bits more, as NVFP4, since the index hides in
 * the two spare bits of the scale byte. Ids: `razer`, `razer_o7`, `razer_b32`, `razer_sv_2.5_m2.5`.
 * @throws RangeError if an option is out of range; the `author` grid has no packed form.
 */
export function razer(options: Omit<RazerOptions, "scaleGrid"> = {}): Format {
  const all = withDefaults(options);
  checkOptions(all);
  if (all.scaleGrid !== "strict") {
    throw new RangeError("razer: scaleGrid must be strict, got author. razerQuantize takes both.");
  }
  const {specials, blockSize} = all;
  const id = `razer${nameOf(specials)}${blockSize === 16 ? "" : `_b${blockSize}`}`;
  return Object.freeze({
    id,
    title: `RaZeR, weights${id === "razer" ? "" : ` {${specials.join(", ")}}`}`,
    family: "razer",
    convention: `E2M1 with code 8 one of {${specials.join(", ")}} per block by squared error, block ${blockSize}, E3M3 block scale (strict grid) with the index in its byte, float32 tensor scale g = amax / 168; half-down`,
    source: "RaZeR, arXiv 2501.04052v2",
    blockSize,
    codebook: codebookWith(e2m1, specials[0]),
    activations: "razer_act",
    rows: "amax",
    encode(x: Tensor, {amax}: EncodeOptions = {}): Packed {
      const q = razerQuantize(x, all, amax);
      const parts = {
        codes: packCodes(q.codes, 4),
        scales: scaleBytes(q),
        tensorScale: packTensorScale(q.tensorScale),
      };
      return {format: id, shape: q.shape, parts};
    },
    decode: (packed: Packed) => dequantizeSpecials(decodeBlocks(packed, all)),
    levels: (packed: Packed) => levelsOfSpecials(decodeBlocks(packed, all)),
  });
}
