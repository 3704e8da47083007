import {elementCount, type Tensor} from "../../tensor/tensor.js";
import {e2m1, fp3} from "../element.js";
import type {Codebook, Format, Packed} from "../format.js";
import {groupsAlong, requireFinite} from "../groups.js";
import {requireBlockSize} from "../nvfp4/nvfp4.js";
import {
  packCodes,
  packedLength,
  packScales,
  requirePart,
  type ScaleType,
  scaleBytes,
  storedScale,
  unpackCodes,
  unpackScales,
} from "../pack.js";
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
  specialsName,
  symmetricScale,
} from "./razer-search.js";

/**
 * Magnitude that sets the scale: `symmetric` the larger one of the block over the larger one of the levels;
 * `asymmetric` each side of the block over that side of the levels, as the kernel module of v1 does, so that with +8
 * the positive side may use 8 and the negative one 6.
 */
type RazerV1Range = "symmetric" | "asymmetric";

/** The parameters of RaZeR v1; the defaults are the quantizer of the paper with float32 scales. */
export interface RazerV1Options {
  /** The element whose negative zero is remapped: E2M1, or FP3. */
  readonly base?: Codebook;
  /** In the order of the search; {±5, ±8} on E2M1, {±3, ±6} on FP3. */
  readonly specials?: readonly number[];
  readonly blockSize?: number;
  readonly range?: RazerV1Range;
  /** Storage of scales; they are rounded before the codes are chosen. */
  readonly scaleType?: ScaleType;
}

const SPECIALS_OF_FP3: readonly number[] = [3, -3, 6, -6];
const SPECIALS_OF_E2M1: readonly number[] = [5, -5, 8, -8];

function withDefaults({
  base = e2m1,
  specials = base === fp3 ? SPECIALS_OF_FP3 : SPECIALS_OF_E2M1,
  blockSize = 128,
  range = "symmetric",
  scaleType = "f32",
}: RazerV1Options): Required<RazerV1Options> {
  return {base, specials, blockSize, range, scaleType};
}

function checkOptions({specials, blockSize, range, scaleType}: Required<RazerV1Options>): void {
  requireSpecials("razerV1", specials, 256);
  requireBlockSize("razerV1", blockSize);
  if (range !== "symmetric" && range !== "asymmetric") {
    throw new RangeError(`razerV1: range must be symmetric or asymmetric, got ${range}`);
  }
  if (scaleType !== "f16" && scaleType !== "f32") {
    throw new RangeError(`razerV1: scaleType must be f16 or f32, got ${scaleType}`);
  }
}

const asymmetricScale: BlockScale = (low, high, {levels}) =>
  Math.max(Math.fround(high / levels[levels.length - 1]), Math.fround(low / levels[0]));

function scaleFor({range, scaleType}: Required<RazerV1Options>): BlockScale {
  const wanted = range === "symmetric" ? symmetricScale : asymmetricScale;
  return (low, high, codebook) => storedScale(wanted(low, high, codebook), scaleType);
}

/**
 * Quantizes weights as RaZeR v1: per block of the last axis, the special value and the scale amax / (largest level)
 * with the smallest squared error; ties between levels go down. A block of zeros has scale 0, codes 0 and the first
 * special value. (arXiv 2501.04052v1; BitMoD)
 * @throws RangeError naming the index if x holds a NaN or infinity, or if an option is out of range.
 */
export function razerV1Quantize(x: Tensor, options: RazerV1Options = {}): SpecialTensor {
  const all = withDefaults(options);
  checkOptions(all);
  requireFinite("razerV1", x);
  const {base, specials, blockSize} = all;
  const codebooks = specials.map((special) => specialCodebook(base, special));
  const groups = groupsAlong(x.shape, -1, blockSize);
  const choice = searchSpecials(x.data, groups, codebooks, scaleFor(all));
  return {...choice, shape: [...x.shape], blockSize, specials: [...specials], base, tensorScale: 1};
}

/** The search on one block by hand. @returns every special value in order, with its scale, codes and error. */
export function razerV1Block(x: Float32Array, options: RazerV1Options = {}): readonly BlockCandidate[] {
  const all = withDefaults(options);
  checkOptions(all);
  const codebooks = all.specials.map((special) => specialCodebook(all.base, special));
  return blockCandidates(x, codebooks, scaleFor(all));
}

/** Bits that tell the special values apart. */
const indexBits = (specials: readonly number[]): number => Math.max(1, Math.ceil(Math.log2(specials.length)));

function pack(id: string, q: SpecialTensor, scaleType: ScaleType): Packed {
  const parts = {
    codes: packCodes(q.codes, q.base.bits),
    scales: packScales(q.scales, scaleType),
    specials: packCodes(q.specialIndex, indexBits(q.specials)),
  };
  return {format: id, shape: q.shape, parts};
}

function unpack(packed: Packed, {base, specials, blockSize, scaleType}: Required<RazerV1Options>) {
  const {shape} = packed;
  const count = elementCount(shape);
  const blocks = groupsAlong(shape, -1, blockSize).count;
  const bits = indexBits(specials);
  const codes = requirePart(packed, "codes", packedLength(count, base.bits));
  const index = requirePart(packed, "specials", packedLength(blocks, bits));
  return {
    shape,
    blockSize,
    specials,
    base,
    codes: unpackCodes(codes, base.bits, count) as Uint8Array,
    specialIndex: unpackCodes(index, bits, blocks) as Uint8Array,
    scales: unpackScales(requirePart(packed, "scales", blocks * scaleBytes[scaleType]), scaleType),
    tensorScale: 1,
  };
}

function idOf({base, specials, blockSize, range, scaleType}: Required<RazerV1Options>): string {
  const usual = base === fp3 ? SPECIALS_OF_FP3 : SPECIALS_OF_E2M1;
  const same = specials.length === usual.length && specials.every((value, i) => value === usual[i]);
  return [
    "razer_v1",
    base === fp3 && "fp3",
    !same && specialsName(specials),
    blockSize !== 128 && `b${blockSize}`,
    range === "asymmetric" && range,
    scaleType === "f32" && scaleType,
  ]
    .filter(Boolean)
    .join("_");
}

/**
 * RaZeR v1 as a tensor format: codes, a float16 scale per block, and the index of the special value in 2 bits:
 * 4.140625 bits per element for FP4 in blocks of 128. Ids: `razer_v1`, `razer_v1_fp3`, `razer_v1_b64`,
 * `razer_v1_asymmetric`, `razer_v1_f32`.
 * @throws RangeError if an option is out of range, or base is neither E2M1 nor FP3.
 */
export function razerV1({scaleType = "f16", ...options}: RazerV1Options = {}): Format {
  const all = withDefaults({...options, scaleType});
  checkOptions(all);
  const {base, specials, blockSize, range} = all;
  if (base !== e2m1 && base !== fp3) throw new RangeError("razerV1: base must be e2m1 or fp3, got another");
  const id = idOf(all);
  const name = base === fp3 ? "FP3" : "FP4";
  return Object.freeze({
    id,
    title: `RaZeR v1, ${name}`,
    family: "razer",
    convention: `${base === fp3 ? "FP3 (0, 1, 2, 4)" : "E2M1"} with negative zero one of {${specials.join(", ")}} per block by squared error, block ${blockSize}, ${scaleType === "f16" ? "float16" : "float32"} scale of the ${range} range, ${indexBits(specials)} index bits; half-down`,
    source: "RaZeR, arXiv 2501.04052v1",
    blockSize,
    codebook: codebookWith(base, specials[0]),
    encode: (x: Tensor) => pack(id, razerV1Quantize(x, all), scaleType),
    decode: (packed: Packed) => dequantizeSpecials(unpack(packed, all)),
  });
}
