import {dtypeBits, floatDecoder, integerDecoder} from "../io/dtypes.js";
import {FormatError} from "../io/format-error.js";
import type {Safetensors, TensorInfo} from "../io/safetensors.js";
import type {StoredTensor, Unreadable} from "./stored-tensor.js";

/** A tensor of a safetensors file, which also gives its bytes as they are. */
export interface SafetensorsTensor extends StoredTensor {
  readonly info: TensorInfo;
  /** Its bytes as they are: all of them, or `count` from the one numbered `first`. */
  readBytes(first?: number, count?: number): Promise<Uint8Array>;
  /** All of its integers of up to 32 bits. @throws FormatError with kind `bad-dtype` if it holds others. */
  readIntegers(): Promise<ArrayLike<number>>;
}

/** The tensor that a header describes. */
export function safetensorsTensor(file: Safetensors, info: TensorInfo): SafetensorsTensor {
  const {name, shape, dtype, begin, end} = info;
  const unreadable = whyNot(info);
  const bytes = end - begin;
  const readBytes = (first = 0, count = bytes) => file.source.read(begin + first, count);
  return {
    name,
    info,
    shape,
    dtype,
    bytes,
    partStep: 1,
    unreadable,
    readBytes,
    async readElements(first, count) {
      const decode = floatDecoder(dtype);
      if (decode === undefined) throw wrongDtype(info, "a floating-point one");
      const size = dtypeBits(dtype) / 8;
      return decode(await readBytes(first * size, count * size));
    },
    async readIntegers() {
      const decode = integerDecoder(dtype);
      if (decode === undefined || dtypeBits(dtype) > 32) {
        throw wrongDtype(info, "integers of up to 32 bits");
      }
      return decode(await readBytes()) as ArrayLike<number>;
    },
  };
}

function wrongDtype({name, dtype}: TensorInfo, allowed: string): FormatError {
  const field = `dtype of ${name}`;
  return new FormatError("openCheckpoint", {kind: "bad-dtype", offset: null, field, value: dtype, allowed});
}

function whyNot({dtype}: TensorInfo): Unreadable | null {
  if (floatDecoder(dtype) !== undefined) return null;
  if (integerDecoder(dtype) !== undefined) {
    return {kind: "integers", reason: `${dtype} is no floating-point type`};
  }
  const reason = /^F[46]/.test(dtype)
    ? `${dtype} leaves the order of the bits inside its bytes to whoever wrote them`
    : `${dtype} is no type of real numbers`;
  return {kind: "unknown", reason};
}
