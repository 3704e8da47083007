import {decodeValues, encodeValues, type Overflow} from "../../../lib/formats/cast.js";
import type {CaseOp, GoldenTensor, Ops} from "../op.js";
import {namedElement, roundingArg} from "./formats-arguments.js";
import {tensorInput} from "./formats-nvfp4.js";

/** With an input `x` it casts and decodes again; with `codes` it only decodes. */
const castToSmallFloat: CaseOp = (args, inputs) => {
  const element = namedElement(String(args.format));
  if (inputs.x === undefined)
    return {decoded: decodeValues(element, Uint16Array.from((inputs.codes as GoldenTensor).data))};
  const overflow = (args.overflow ?? "saturate") as Overflow;
  const codes = encodeValues(element, tensorInput(inputs, "x").data, {rounding: roundingArg(args), overflow});
  return {codes, decoded: decodeValues(element, codes)};
};

export const ops: Ops = {cases: {cast_f32_to_small_float: castToSmallFloat}};
