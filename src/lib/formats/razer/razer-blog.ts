import {elementCount, type Tensor} from "../../tensor/tensor.js";
import {encodeValues} from "../cast.js";
import {e2m1, e8m0, ue4m3} from "../element.js";
import type {Format, Packed} from "../format.js";
import {groupsAlong, requireFinite} from "../groups.js";
import {mxScaleByte} from "../mx/mx-scale.js";
import {requireBlockSize} from "../nvfp4/nvfp4.js";
import {packCodes, packedLength, requirePart, unpackCodes} from "../pack.js";
import {packTensorScale, tensorScaleOf, unpackTensorScale} from "../tensor-scale.js";
import {
  type BlockScale,
  codebookWith,
  dequantizeSpecials,
  requireSpecials,
  type SpecialTensor,
  searchSpecials,
  specialCodebook,
  specialsName,
  symmetricScale,
} from "./razer-search.js";

/** The parameters of the special values on MXFP4 and NVFP4 blocks. */
export interface BlockRazerOptions {
  /** In the order of the search; the packed form has room for four. */
  readonly specials?: readonly number[];
  readonly blockSize?: number;
}

const SPECIALS: readonly number[] = [5, -5, 8, -8];

function search(where: string, x: Tensor, specials: readonly number[], size: number, scaleOf: BlockScale) {
  requireSpecials(where, specials, 256);
  requireBlockSize(where, size);
  requireFinite(where, x);
  const codebooks = specials.map((special) => specialCodebook(e2m1, special));
  const choice = searchSpecials(x.data, groupsAlong(x.shape, -1, size), codebooks, scaleOf);
  return {...choice, shape: [...x.shape], blockSize: size, specials: [...specials], base: e2m1};
}

const floorScale: BlockScale = (low, high) => e8m0.values[mxScaleByte("floor", e2m1, Math.max(-low, high))];

/**
 * MXFP4 with a special value per block: the power-of-two scale is that of the floor rule whatever the special value,
 * so +-8 reaches what MXFP4 clips. Ties go down. (lab blog of RaZeR, 2025)
 * @throws RangeError naming the index if x holds a NaN or infinity, or if an option is out of range.
 */
export function mxfp4RazerQuantize(
  x: Tensor,
  {specials = SPECIALS, blockSize = 32}: BlockRazerOptions = {},
): SpecialTensor {
  return {...search("mxfp4Razer", x, specials, blockSize, floorScale), tensorScale: 1};
}

/**
 * NVFP4 blocks with a special value each, as the blog has it: the search runs on float32 scales amax / (largest
 * level); only then are the chosen scales rounded to E4M3 under g = max(scale) / 448, at least 1e-7, and the codes
 * stay. The values are q (s g), so `scales` holds s g in float32.
 * @throws RangeError naming the index if x holds a NaN or infinity, or if an option is out of range.
 */
export function nvfp4RazerQuantize(
  x: Tensor,
  {specials = SPECIALS, blockSize = 16}: BlockRazerOptions = {},
): SpecialTensor & {readonly scaleCodes: Uint8Array; readonly scaleUnit: number} {
  const q = search("nvfp4Razer", x, specials, blockSize, symmetricScale);
  const {scaleCodes, scaleUnit} = storedSpecialScales(q.scales);
  const scales = Float32Array.from(scaleCodes, (code) => ue4m3.values[code] * scaleUnit);
  return {...q, scales, tensorScale: 1, scaleCodes, scaleUnit};
}

/** Scales of blocks as NVFP4 blocks with special values store them: E4M3 codes of their ratios to a unit of the tensor. */
export function storedSpecialScales(data: Float32Array): {
  readonly scaleCodes: Uint8Array;
  readonly scaleUnit: number;
} {
  const scaleUnit = Math.max(tensorScaleOf({shape: [], data}, ue4m3.max), Math.fround(1e-7));
  const ratios = data.map((scale) => scale / scaleUnit);
  return {scaleCodes: encodeValues(ue4m3, ratios) as Uint8Array, scaleUnit};
}

function unpack(packed: Packed, specials: readonly number[], blockSize: number) {
  const {shape} = packed;
  const count = elementCount(shape);
  const blocks = groupsAlong(shape, -1, blockSize).count;
  return {
    scaleCodes: requirePart(packed, "scales", blocks),
    rest: {
      shape,
      blockSize,
      specials,
      base: e2m1,
      codes: unpackCodes(requirePart(packed, "codes", packedLength(count, 4)), 4, count) as Uint8Array,
      specialIndex: unpackCodes(
        requirePart(packed, "specials", packedLength(blocks, 2)),
        2,
        blocks,
      ) as Uint8Array,
      tensorScale: 1,
    },
  };
}

const packedParts = ({codes, specialIndex}: SpecialTensor) => ({
  codes: packCodes(codes, 4),
  specials: packCodes(specialIndex, 2),
});

function idOf(name: string, specials: readonly number[], size: number, usualSize: number): string {
  const same = specials.length === SPECIALS.length && specials.every((value, i) => value === SPECIALS[i]);
  const set = same ? "" : `_${specialsName(specials)}`;
  return `${name}${set}${size === usualSize ? "" : `_b${size}`}`;
}

/**
 * MXFP4 with special values as a tensor format: an E8M0 byte and a 2-bit index per block, 4.3125 bits per element in
 * blocks of 32. Ids: `mxfp4_razer`, `mxfp4_razer_b16`, `mxfp4_razer_sv_5_m5`.
 * @throws RangeError if an option is out of range.
 */
export function mxfp4Razer({specials = SPECIALS, blockSize = 32}: BlockRazerOptions = {}): Format {
  requireSpecials("mxfp4Razer", specials, 4);
  requireBlockSize("mxfp4Razer", blockSize);
  const id = idOf("mxfp4_razer", specials, blockSize, 32);
  return Object.freeze({
    id,
    title: "MXFP4 with RaZeR",
    family: "razer",
    convention: `E2M1 with code 8 one of {${specials.join(", ")}} per block by squared error, block ${blockSize}, E8M0 scale by the floor rule, 2 index bits; half-down`,
    source: "RaZeR, arXiv 2501.04052, and the authors' blog of 2025",
    blockSize,
    codebook: codebookWith(e2m1, specials[0]),
    encode(x: Tensor): Packed {
      const q = mxfp4RazerQuantize(x, {specials, blockSize});
      // Scales are powers of two: their exponent is the byte.
      const scales = Uint8Array.from(q.scales, (scale) => Math.log2(scale) + 127);
      return {format: id, shape: q.shape, parts: {...packedParts(q), scales}};
    },
    decode(packed: Packed): Tensor {
      const {scaleCodes, rest} = unpack(packed, specials, blockSize);
      return dequantizeSpecials({
        ...rest,
        scales: Float32Array.from(scaleCodes, (code) => e8m0.values[code]),
      });
    },
  });
}

/**
 * NVFP4 blocks with special values as the blog stores them: an E4M3 byte and a 2-bit index per block and a float32
 * scale per tensor, 4.625 bits per element in blocks of 16. Ids: `nvfp4_razer`, `nvfp4_razer_b32`.
 * @throws RangeError if an option is out of range.
 */
export function nvfp4Razer({specials = SPECIALS, blockSize = 16}: BlockRazerOptions = {}): Format {
  requireSpecials("nvfp4Razer", specials, 4);
  requireBlockSize("nvfp4Razer", blockSize);
  const id = idOf("nvfp4_razer", specials, blockSize, 16);
  return Object.freeze({
    id,
    title: "NVFP4 with RaZeR (blog)",
    family: "razer",
    convention: `E2M1 with code 8 one of {${specials.join(", ")}} per block by squared error, block ${blockSize}, scale amax / largest level rounded to E4M3 after the search, float32 tensor scale, 2 index bits; half-down`,
    source: "RaZeR, arXiv 2501.04052, and the authors' blog of 2025",
    blockSize,
    codebook: codebookWith(e2m1, specials[0]),
    encode(x: Tensor): Packed {
      const q = nvfp4RazerQuantize(x, {specials, blockSize});
      const tensorScale = packTensorScale(q.scaleUnit);
      return {format: id, shape: q.shape, parts: {...packedParts(q), scales: q.scaleCodes, tensorScale}};
    },
    decode(packed: Packed): Tensor {
      const {scaleCodes, rest} = unpack(packed, specials, blockSize);
      const unit = unpackTensorScale(requirePart(packed, "tensorScale", 4));
      const scales = Float32Array.from(scaleCodes, (code) => ue4m3.values[code] * unit);
      return dequantizeSpecials({...rest, scales});
    },
  });
}
