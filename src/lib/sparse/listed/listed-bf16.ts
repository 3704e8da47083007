import {encodeValues} from "../../formats/cast.js";
import {bf16} from "../../formats/element.js";
import type {Packed} from "../../formats/format.js";
import {requirePart} from "../../formats/pack.js";
import type {Tensor} from "../../tensor/tensor.js";
import {matrixSizes, type SparseForm, type SparseSizes} from "../sparse-form.js";

/** Inputs that 16 bits can name. */
const MOST_INPUTS = 2 ** 16;
const NO_PARAMS = {} as const;
const isZero = (bits: number) => (bits & 0x7fff) === 0;

/** Each weight that is not zero as its input and its bfloat16, 16 bits each, output by output (compressed sparse rows). */
export const listedBf16: SparseForm<"listed-bf16", typeof NO_PARAMS> = {
  id: "listed-bf16",
  label: "Listed entries, bfloat16",
  source: "Compressed sparse rows, as in the sparse BLAS standard",
  family: "sparse",
  params: NO_PARAMS,
  needs: [],
  denseBits: 16,
  pack(weight: Tensor): Packed {
    const {outputs, inputs} = matrixSizes("listed-bf16", weight);
    if (inputs > MOST_INPUTS) {
      throw new RangeError(`listed-bf16: inputs must be at most ${MOST_INPUTS}, got ${inputs}`);
    }
    const codes = encodeValues(bf16, weight.data) as Uint16Array;
    const starts = new Uint32Array(outputs + 1);
    const entries = new Uint32Array(codes.length);
    let count = 0;
    for (let output = 0; output < outputs; output++) {
      for (let input = 0; input < inputs; input++) {
        const code = codes[output * inputs + input];
        if (!isZero(code)) entries[count++] = code * 0x10000 + input;
      }
      starts[output + 1] = count;
    }
    const parts = {
      entries: new Uint8Array(entries.slice(0, count).buffer),
      starts: new Uint8Array(starts.buffer),
    };
    return {format: "listed-bf16", shape: [...weight.shape], parts};
  },
  unpack(packed: Packed): Tensor {
    const {entries, starts, inputs, outputs} = listOf(packed);
    const bits = new Uint32Array(outputs * inputs);
    for (let output = 0; output < outputs; output++) {
      for (let at = starts[output]; at < starts[output + 1]; at++) {
        bits[output * inputs + (entries[at] & 0xffff)] = entries[at] & 0xffff0000;
      }
    }
    return {shape: [...packed.shape], data: new Float32Array(bits.buffer)};
  },
  bytes: ({outputs, nonZeros}: SparseSizes) => 4 * nonZeros + 4 * (outputs + 1),
};

/**
 * Entries of a packed matrix, and where those of each output begin.
 * @throws RangeError if a part does not fit the shape, or an entry names no input.
 */
export function listOf(packed: Packed) {
  const {outputs, inputs} = matrixSizes("listed-bf16.unpack", packed);
  const starts = new Uint32Array(requirePart(packed, "starts", 4 * (outputs + 1)).slice().buffer);
  const entries = new Uint32Array(requirePart(packed, "entries", 4 * starts[outputs]).slice().buffer);
  if (starts.some((start, i) => i > 0 && start < starts[i - 1])) {
    throw new RangeError("listed-bf16.unpack: starts must not fall");
  }
  const beyond = entries.findIndex((entry) => (entry & 0xffff) >= inputs);
  if (beyond >= 0) {
    throw new RangeError(
      `listed-bf16.unpack: an entry must name one of ${inputs} inputs, got ${entries[beyond] & 0xffff}`,
    );
  }
  return {entries, starts, inputs, outputs};
}
