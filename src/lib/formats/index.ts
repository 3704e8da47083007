/**
 * Number formats for scripts: `import {mxfp4, quantize} from "paretoscope/formats"`. Pages import the leaf
 * modules instead.
 */

export {type TensorError, tensorError} from "../tensor/error.js";
export {type Tensor, tensor} from "../tensor/tensor.js";
export {
  type CastOptions,
  castValue,
  decodeValue,
  decodeValues,
  encodeValue,
  encodeValues,
  floorLog2,
  type Overflow,
} from "./cast.js";
export {bipolar, bipolarLevels, bipolarValues} from "./codebook/bipolar.js";
export {nearestIndex, type SortedCodebook, sortCodebook, type TieRule} from "./codebook/codebook.js";
export type {LevelOptions} from "./codebook/levels.js";
export {NF4_VALUES, nf4, nf4Format} from "./codebook/nf4.js";
export {SF4_VALUES, sf4, sf4Format} from "./codebook/sf4.js";
export {largestShift, shift, shiftLevels, shiftValues} from "./codebook/shift.js";
export {type Chunks, type CompressedParts, compressBf16} from "./dfloat11/compress.js";
export {dfloat11} from "./dfloat11/dfloat11.js";
export {expandBf16, expandInTwoPhases} from "./dfloat11/expand.js";
export * as elements from "./element.js";
export {type ElementFormat, type FloatElement, floatElement, type IntElement, intElement} from "./element.js";
export {bf16, fp8E4m3, fp8E5m2, fp16, fp32, plainFloat} from "./float/float.js";
export {fp3, fp4, type ScaledFloatOptions, scaledFloat} from "./float/float-scaled.js";
export {biasOfClip, searchedFloat} from "./float/float-searched.js";
export {
  type Codebook,
  type EncodeOptions,
  type Format,
  type FormatFamily,
  type OffsetGroup,
  type Packed,
  packedBytes,
} from "./format.js";
export {type Fp6Options, fp6} from "./fp6/fp6.js";
export {decodeBlocks, encodeBlocks, type GgmlBlock, type Importance} from "./ggml/block.js";
export {ggmlFormat} from "./ggml/ggml-format.js";
export {ggmlBlock, ggmlBlocks} from "./ggml/registry.js";
export {type IntOptions, type IntRule, type IntScheme, int, intRules} from "./int.js";
export {type IntOffsetOptions, intOffset} from "./int-offset.js";
export {llmInt8Inputs} from "./llm-int8/llm-int8-inputs.js";
export {
  type MxOptions,
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
export {MX_SCALE_RULES, type MxScaleRule} from "./mx/mx-scale.js";
export {type FourOverSixOptions, fourOverSix} from "./nvfp4/four-over-six.js";
export {type Nvfp4Options, nvfp4} from "./nvfp4/nvfp4.js";
export * from "./observers.js";
export {type OliveOptions, olive} from "./olive/olive.js";
export {bitsPerElement, packCodes, unpackCodes} from "./pack.js";
export {isPowerFormat, type NupesOptions, nupes, type PowerFormat, packedExponent} from "./power/nupes.js";
export {dequantize, quantize} from "./quantize.js";
export {type RazerOptions, razer} from "./razer/razer.js";
export {type RazerActFormatOptions, razerAct} from "./razer/razer-act.js";
export {type BlockRazerOptions, mxfp4Razer, nvfp4Razer} from "./razer/razer-blog.js";
export {type RazerV1Options, razerV1} from "./razer/razer-v1.js";
export {formatById, formats} from "./registry.js";
export {ROUNDINGS, type Rounding} from "./round.js";
export type {SharedScale} from "./scaled.js";
export {TERNARY_RULES, type TernaryRule} from "./sign/row-scale.js";
export {type BinaryOptions, binary, type TernaryOptions, ternary} from "./sign/sign-formats.js";
export {lloydMax} from "./switches/lloyd-max.js";
export {
  applySwitches,
  type FittedLevels,
  fitSwitches,
  quantizeInputs,
  quantizeSwitched,
  type SwitchedTensor,
} from "./switches/quantize-switched.js";
export {switched} from "./switches/switched-format.js";
export type {Switches, SwitchOptions} from "./switches/switches.js";
