import {awq} from "./awq.js";
import {bitsandbytes} from "./bitsandbytes.js";
import {compressedTensors} from "./compressed-tensors.js";
import {gptq} from "./gptq.js";
import type {Packing} from "./packing.js";
import {fbgemmFp8, fp8} from "./scaled-codes.js";

/** Every way of storing quantized weights in safetensors that is read. */
export const packings: readonly Packing[] = [fp8, fbgemmFp8, compressedTensors, awq, gptq, bitsandbytes];
