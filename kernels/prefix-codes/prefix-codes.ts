/** bfloat16 with its exponents in a prefix code, bit for bit: the loops of `formats/dfloat11`. */

export {joinWords, readCodes} from "./decode";
export {countExponents, splitWords, swapBytes, writeCodes} from "./encode";
