import type {EncodeOptions, Format, Packed} from "../../formats/format.js";
import {affineCodesWasm} from "../../kernels/generated/affine-codes.js";
import {fourOverSixWasm} from "../../kernels/generated/four-over-six.js";
import {groupsWasm} from "../../kernels/generated/groups.js";
import {int8RowsWasm} from "../../kernels/generated/int8-rows.js";
import {iq3Wasm} from "../../kernels/generated/iq3.js";
import {iq4Wasm} from "../../kernels/generated/iq4.js";
import {kQuantsWasm} from "../../kernels/generated/k-quants.js";
import {pairsWasm} from "../../kernels/generated/pairs.js";
import {powerCodesWasm} from "../../kernels/generated/power-codes.js";
import {prefixCodesWasm} from "../../kernels/generated/prefix-codes.js";
import {razerWasm} from "../../kernels/generated/razer.js";
import {scaledCodesWasm} from "../../kernels/generated/scaled-codes.js";
import {shortFloatsWasm} from "../../kernels/generated/short-floats.js";
import {signsWasm} from "../../kernels/generated/signs.js";
import {smallBlocksWasm} from "../../kernels/generated/small-blocks.js";
import {ternaryWasm} from "../../kernels/generated/ternary.js";
import {kernelRuns} from "../../kernels/kernel-runs.js";
import type {KernelThreads} from "../../kernels/kernel-threads.js";
import {wasmHeap} from "../../kernels/wasm-heap.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {GroupsKernel, SignsKernel} from "./scale-makers.js";
import {type AffineKernel, wasmAffineCodecs} from "./wasm-affine.js";
import {type Iq4, type KQuants, type SmallBlocks, type Ternary, wasmBlockCodecs} from "./wasm-blocks.js";
import type {FastCodec} from "./wasm-codec.js";
import {type CodesKernel, codeDecoder, fp6Decoders, wholeDecoder} from "./wasm-codes.js";
import {type ColumnsKernel, wasmColumns} from "./wasm-columns.js";
import {type PrefixCodesKernel, wasmDfloat11} from "./wasm-dfloat11.js";
import {type FourOverSixKernel, wasmFourOverSix} from "./wasm-four-over-six.js";
import {absMaxOf, largestOf, wasmGroupEncoders} from "./wasm-groups.js";
import {type Int8RowsKernel, wasmInt8Rows} from "./wasm-int8-rows.js";
import type {Iq3} from "./wasm-iq3.js";
import {type PairsKernel, wasmPairCodecs} from "./wasm-pairs.js";
import {type PowersKernel, wasmPowerCodecs} from "./wasm-powers.js";
import {type RazerKernel, wasmRazerCodecs} from "./wasm-razer.js";
import {wasmSearchedCodecs} from "./wasm-searched.js";
import {type ShortFloatsKernel, wasmShortFloats} from "./wasm-short-floats.js";
import {type SpecialsKernel, wasmSpecialCodecs} from "./wasm-specials.js";
import {wasmSwitchedCodecs} from "./wasm-switched.js";

/** Gives a format whose encoder is faster, or the same one where there is none. */
export type FasterFormat = (format: Format) => Format;

type Kernels = [
  GroupsKernel & ColumnsKernel,
  CodesKernel,
  RazerKernel & SpecialsKernel,
  SmallBlocks,
  KQuants,
  Iq3,
  Iq4,
  Ternary,
  AffineKernel,
  FourOverSixKernel,
  SignsKernel,
  PowersKernel,
  PairsKernel,
  Int8RowsKernel,
  PrefixCodesKernel,
  ShortFloatsKernel,
];

/** Their sources, in the same order. */
const SOURCES = [
  groupsWasm,
  scaledCodesWasm,
  razerWasm,
  smallBlocksWasm,
  kQuantsWasm,
  iq3Wasm,
  iq4Wasm,
  ternaryWasm,
  affineCodesWasm,
  fourOverSixWasm,
  signsWasm,
  powerCodesWasm,
  pairsWasm,
  int8RowsWasm,
  prefixCodesWasm,
  shortFloatsWasm,
] as const;

/**
 * Formats whose encoders or decoders run in WebAssembly with SIMD. They are the same formats: ids, bytes and refusals are those of the
 * plain ones, which still pack what the kernels do not take (importance, rows that end inside a block).
 * @param threads those that share the encoding of a tensor, these formats' own; null for the caller's alone
 * @throws WebAssembly.CompileError where the machine has no SIMD.
 */
export async function wasmFormats(threads: KernelThreads | null = null): Promise<FasterFormat> {
  const heap = wasmHeap(threads !== null);
  const ways = threads?.count ?? 1;
  const runs = await kernelRuns<Kernels>(heap, SOURCES, threads);
  const [groups, codes, razer, small, k, iq3, iq4, ternary, affine, fourOverSix, ...others] = runs;
  const [signs, powers, pairs, int8, prefixes, shortFloats] = others;
  const grouped = {groups, codes, signs, ways};
  const encoders = wasmGroupEncoders(heap, grouped);
  const fp6 = fp6Decoders(heap, codes.kernel);
  const absMax = absMaxOf(heap, groups, ways);
  const largest = largestOf(heap, groups, ways);
  const codecs = new Map<string, FastCodec>([
    ...Array.from(encoders, ([id, encode]): [string, FastCodec] => [id, {encode, ...fp6.get(id)}]),
    ...wasmAffineCodecs(heap, {affine, codes, ways}),
    wasmFourOverSix(heap, {fourOverSix, groups, codes, ways}),
    ...wasmRazerCodecs(heap, razer, largest, ways),
    ...wasmSpecialCodecs({heap, specials: razer, codes, absMax, ways}),
    ...wasmPowerCodecs(heap, {...grouped, powers}),
    ...wasmPairCodecs(heap, pairs.kernel, codes.kernel),
    ...wasmSearchedCodecs(heap, grouped),
    ...wasmSwitchedCodecs(heap, grouped),
    wasmInt8Rows(heap, {int8, groups}),
    ...wasmShortFloats(heap, shortFloats.kernel),
    wasmDfloat11(heap, prefixes.kernel, shortFloats.kernel),
    wasmColumns(heap, groups, ways),
    ...wasmBlockCodecs(heap, {small, k, iq3, iq4, ternary, ways}),
  ]);
  return (format) => {
    const fast = codecs.get(format.id);
    const {encode = format.encode} = fast ?? {};
    const decode =
      fast?.decode ??
      codeDecoder(heap, codes.kernel, format) ??
      wholeDecoder(heap, codes.kernel, format) ??
      format.decode;
    if (encode === format.encode && decode === format.decode) return format;
    const isWhole = (shape: readonly number[]) => (shape.at(-1) ?? 1) % (format.blockSize ?? 1) === 0;
    return Object.freeze({
      ...format,
      ...(encode !== format.encode && {
        encode: (x: Tensor, options?: EncodeOptions) =>
          options?.importance === undefined && isWhole(x.shape)
            ? encode(x, options)
            : format.encode(x, options),
      }),
      ...(decode !== format.decode && {
        decode: (packed: Packed, into?: Float32Array) =>
          isWhole(packed.shape) ? decode(packed, into) : format.decode(packed),
      }),
    });
  };
}

let known: Promise<FasterFormat> | undefined;

/** {@link wasmFormats}, made once; where there is no WebAssembly with SIMD, the plain formats. */
export function fasterFormats(): Promise<FasterFormat> {
  known ??= wasmFormats().catch(() => (format) => format);
  return known;
}
