import {registry} from "../technique/registry.js";
import {bipolar} from "./codebook/bipolar.js";
import {nf4, nf4Format} from "./codebook/nf4.js";
import {sf4} from "./codebook/sf4.js";
import {shift} from "./codebook/shift.js";
import {dfloat11} from "./dfloat11/dfloat11.js";
import {e2m1, e2m3, e3m2, e4m3fn, e5m2, fp3 as fp3Element} from "./element.js";
import {bf16, fp8E4m3, fp8E5m2, fp16, fp32} from "./float/float.js";
import {fp3, fp4, scaledFloat} from "./float/float-scaled.js";
import {searchedFloat} from "./float/float-searched.js";
import type {Format} from "./format.js";
import {fp6} from "./fp6/fp6.js";
import {ggmlFormat} from "./ggml/ggml-format.js";
import {ggmlBlocks} from "./ggml/registry.js";
import {int, intRules} from "./int.js";
import {intOffset} from "./int-offset.js";
import {llmInt8Inputs} from "./llm-int8/llm-int8-inputs.js";
import {
  mx,
  mxfp4,
  mxfp6E2m3,
  mxfp6E3m2,
  mxfp8E4m3,
  mxfp8E5m2,
  mxIntElement,
  mxint2,
  mxint4,
  mxint8,
} from "./mx/mx.js";
import {fourOverSix} from "./nvfp4/four-over-six.js";
import {nvfp4} from "./nvfp4/nvfp4.js";
import {olive} from "./olive/olive.js";
import {nupes} from "./power/nupes.js";
import {razer} from "./razer/razer.js";
import {razerAct} from "./razer/razer-act.js";
import {mxfp4Razer, nvfp4Razer} from "./razer/razer-blog.js";
import {razerV1} from "./razer/razer-v1.js";
import {binary, ternary} from "./sign/sign-formats.js";
import {switched} from "./switches/switched-format.js";

const blocksOf16 = [e2m1, e2m3, e3m2, e4m3fn, e5m2, mxIntElement(8), mxIntElement(4), mxIntElement(2)];

const own: readonly Format[] = [
  fp32,
  fp16,
  bf16,
  dfloat11(),
  fp8E4m3,
  fp8E5m2,
  scaledFloat({element: e4m3fn, granularity: "tensor"}),
  scaledFloat({element: e4m3fn, granularity: "channel"}),
  scaledFloat({element: e5m2, granularity: "tensor"}),
  fp3,
  fp4,
  scaledFloat({groupSize: 32}),
  ...[2, 3, 4, 5, 6, 7, 8].map((bits) => int({bits})),
  ...[3, 4, 8].map((bits) => int({bits, scheme: "asym"})),
  int({bits: 4, groupSize: 32}),
  int({bits: 4, groupSize: 32, scheme: "asym"}),
  int({bits: 4, scheme: "full"}),
  int({bits: 4, scheme: "x2_15"}),
  int({bits: 4, granularity: "channel"}),
  int({bits: 8, granularity: "tensor"}),
  ...[4, 8].map((bits) => int({bits, granularity: "tensor", scheme: "full", rule: intRules.fixed})),
  int({bits: 8, granularity: "channel"}),
  int({bits: 8, granularity: "token"}),
  ...[2, 3, 4].map((bits) => intOffset({bits})),
  binary(),
  ternary(),
  ternary({rule: "mean"}),
  ternary({rule: "survivors"}),
  nf4,
  nf4Format({groupSize: 16}),
  sf4,
  ...[2, 3, 4].map((bits) => bipolar(bits)),
  ...[2, 3, 4].map((bits) => shift(bits)),
  mxfp4,
  mxfp6E2m3,
  mxfp6E3m2,
  mxfp8E4m3,
  mxfp8E5m2,
  mxint8,
  mxint4,
  mxint2,
  ...blocksOf16.map((element) => mx({element, blockSize: 16})),
  mx({scaleRule: "ceil"}),
  mx({scaleRule: "rceil"}),
  mx({scaleRule: "even"}),
  mx({scaleRule: "meta"}),
  mx({blockSize: 16, scaleRule: "rceil"}),
  mx({rounding: "half-away"}),
  mx({axis: 0}),
  mx({element: mxIntElement(4), scaleRule: "rceil"}),
  mx({element: mxIntElement(4, "full")}),
  nvfp4(),
  nvfp4({tensorScale: "none"}),
  fourOverSix(),
  razer(),
  razer({specials: [5, -5, 7, -7]}),
  razerAct(),
  razerV1(),
  razerV1({base: fp3Element}),
  mxfp4Razer(),
  nvfp4Razer(),
  olive(),
  olive({normal: "ant"}),
  olive({granularity: "tensor"}),
  olive({bits: 8}),
  olive({bits: 8, granularity: "tensor"}),
  fp6(),
  fp6({split: "2+4"}),
  fp6({groupSize: 256}),
  nupes(),
  nupes({bits: 3}),
  nupes({bits: 8}),
  nupes({exponent: 0.5}),
  searchedFloat(8),
  searchedFloat(4),
  llmInt8Inputs(),
  switched({range: "mse"}),
  switched({levels: "lloyd", granularity: "tensor"}),
];

/** ggml's blocks under its names, with its own before them where a format here has the name with another rule. */
const blocks = ggmlBlocks.map((block) =>
  ggmlFormat(block, own.some(({id}) => id === block.id) ? `ggml_${block.id}` : block.id),
);

const named = registry<Format>("formats", [...own, ...blocks]);

/** Every format that has an id of its own. Other parameters: call the factories (`mx`, `int`, `nvfp4` …). */
export const formats: Readonly<Record<string, Format>> = Object.freeze(
  Object.fromEntries(named.all.map((format) => [format.id, format])),
);

/** Ids of the formats in which the shape alone decides the bytes of a tensor. */
export const sizedFormatIds: readonly string[] = named.all
  .filter(({size}) => size === undefined)
  .map(({id}) => id);

const bySpelling = new Map(named.all.map((format) => [format.id.toLowerCase(), format]));

/** The format of this id, or undefined; capital and small letters are the same: `q4_K` is also `Q4_K`. */
export const formatNamed = (id: string): Format | undefined => bySpelling.get(id.toLowerCase());

/**
 * Finds the format with this id, in capital or small letters.
 * @throws RangeError listing the ids there are.
 */
export const formatById = (id: string): Format => formatNamed(id) ?? named.byId(id);
