/** The other formats with special values: RaZeR for activations, its first version, and its authors' later blocks. */
import {decodeValues, encodeValues} from "../../formats/cast.js";
import {e2m1, e8m0, fp3, ue4m3} from "../../formats/element.js";
import type {Codebook, Format, Packed} from "../../formats/format.js";
import {mxScaleByte} from "../../formats/mx/mx-scale.js";
import {blockScaleCodes, nvfp4TensorScale} from "../../formats/nvfp4/nvfp4.js";
import {
  packCodes,
  packedLength,
  packScales,
  requirePart,
  scaleBytes,
  storedScale,
  unpackCodes,
  unpackScales,
} from "../../formats/pack.js";
import {razerAct} from "../../formats/razer/razer-act.js";
import {mxfp4Razer, nvfp4Razer, storedSpecialScales} from "../../formats/razer/razer-blog.js";
import {type SpecialCodebook, type SpecialTies, symmetricScale} from "../../formats/razer/razer-search.js";
import {razerV1} from "../../formats/razer/razer-v1.js";
import {packTensorScale, unpackTensorScale} from "../../formats/tensor-scale.js";

type Parts = Packed["parts"];

/** Special values and scales of the blocks of a tensor; g multiplies last. */
interface Blocks {
  readonly picked: Uint8Array;
  readonly scales: Float32Array;
  readonly g: number;
}

/** A format whose blocks have one of several special values each. */
export interface Special {
  readonly format: Format;
  readonly base: Codebook;
  /** In the order of the search. */
  readonly specials: readonly number[];
  readonly ties: SpecialTies;
  /** What all elements are divided by first, by the largest magnitudes of the blocks; 0 makes zeros of them. */
  unitOf(amax: Float32Array): number;
  /** Scales of blocks under one codebook, by their largest magnitudes. */
  scalesOf(amax: Float32Array, codebook: SpecialCodebook): Float32Array;
  /** All parts but the codes. */
  store(blocks: Blocks): Parts;
  load(packed: Packed, blocks: number): Blocks;
}

const FOUR = [5, -5, 8, -8] as const;
const FOUR_OF_FP3 = [3, -3, 6, -6] as const;

const indexOf = (packed: Packed, blocks: number): Uint8Array =>
  unpackCodes(requirePart(packed, "specials", packedLength(blocks, 2)), 2, blocks) as Uint8Array;

const symmetric = (amax: Float32Array, codebook: SpecialCodebook): Float32Array =>
  amax.map((largest) => symmetricScale(0, largest, codebook));

/** The sign bit of the scale is set where the first special value is taken. */
const activations: Special = {
  format: razerAct(),
  base: e2m1,
  specials: [-5, 5],
  ties: "special",
  unitOf: (amax) => nvfp4TensorScale({shape: [], data: amax}),
  scalesOf: (amax) => decodeValues(ue4m3, blockScaleCodes(amax.map((largest) => largest / e2m1.max))),
  store: ({picked, scales, g}) => ({
    scales: Uint8Array.from(encodeValues(ue4m3, scales), (code, block) => code | ((1 - picked[block]) << 7)),
    tensorScale: packTensorScale(g),
  }),
  load(packed, blocks) {
    const bytes = requirePart(packed, "scales", blocks);
    return {
      picked: bytes.map((byte) => 1 - (byte >> 7)),
      scales: decodeValues(
        ue4m3,
        bytes.map((byte) => byte & 127),
      ),
      g: unpackTensorScale(requirePart(packed, "tensorScale", 4)),
    };
  },
};

function firstVersion(base: Codebook, specials: readonly number[]): Special {
  return {
    format: razerV1({base}),
    base,
    specials,
    ties: "half-down",
    unitOf: () => 1,
    scalesOf: (amax, codebook) => symmetric(amax, codebook).map((scale) => storedScale(scale, "f16")),
    store: ({picked, scales}) => ({scales: packScales(scales, "f16"), specials: packCodes(picked, 2)}),
    load: (packed, blocks) => ({
      picked: indexOf(packed, blocks),
      scales: unpackScales(requirePart(packed, "scales", blocks * scaleBytes.f16), "f16"),
      g: 1,
    }),
  };
}

const mxBlocks: Special = {
  format: mxfp4Razer(),
  base: e2m1,
  specials: FOUR,
  ties: "half-down",
  unitOf: () => 1,
  scalesOf: (amax) => amax.map((largest) => e8m0.values[mxScaleByte("floor", e2m1, largest)]),
  store: ({picked, scales}) => ({
    specials: packCodes(picked, 2),
    scales: encodeValues(e8m0, scales) as Uint8Array,
  }),
  load: (packed, blocks) => ({
    picked: indexOf(packed, blocks),
    scales: decodeValues(e8m0, requirePart(packed, "scales", blocks)),
    g: 1,
  }),
};

const nvBlocks: Special = {
  format: nvfp4Razer(),
  base: e2m1,
  specials: FOUR,
  ties: "half-down",
  unitOf: () => 1,
  scalesOf: symmetric,
  store({picked, scales}) {
    const {scaleCodes, scaleUnit} = storedSpecialScales(scales);
    return {
      specials: packCodes(picked, 2),
      scales: scaleCodes,
      tensorScale: packTensorScale(scaleUnit),
    };
  },
  load(packed, blocks) {
    const unit = unpackTensorScale(requirePart(packed, "tensorScale", 4));
    const scales = decodeValues(ue4m3, requirePart(packed, "scales", blocks));
    return {picked: indexOf(packed, blocks), scales: scales.map((scale) => scale * unit), g: 1};
  },
};

/** Every format of the kind but RaZeR for weights, which has a faster kernel of its own. */
export const SPECIALS: readonly Special[] = [
  activations,
  firstVersion(e2m1, FOUR),
  firstVersion(fp3, FOUR_OF_FP3),
  mxBlocks,
  nvBlocks,
];
