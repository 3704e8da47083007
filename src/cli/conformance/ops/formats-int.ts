import {type IntOptions, intDequantize, intQuantize, intRules} from "../../../lib/formats/int.js";
import type {SharedScale} from "../../../lib/formats/scaled.js";
import type {CaseOp, Ops} from "../op.js";
import {type Args, numberArg, roundingArg} from "./formats-arguments.js";
import {roundOutput, tensorInput} from "./formats-nvfp4.js";

/** A group of -1 is a whole row. */
function groupOf(args: Args): Partial<SharedScale> {
  const group = numberArg(args, "group");
  return group === -1 ? {granularity: "channel"} : {granularity: "group", groupSize: group};
}

function granularityOf({granularity = "row"}: Args): Partial<SharedScale> {
  if (granularity === "tensor") return {granularity};
  if (granularity === "row") return {granularity: "channel"};
  if (granularity === "column") return {granularity: "channel", axis: 0};
  throw new RangeError(`granularity: must be one of row, column, tensor, got ${granularity}`);
}

const floored = (args: Args) => ({
  ...intRules.plain,
  id: "floored",
  rangeFloor: numberArg(args, "amax_floor", 0),
});

/** AWQ's rule; the reference keeps its scales in float32. */
const asymmetricGroup: CaseOp = (args, inputs) => {
  const x = tensorInput(inputs, "x");
  const options: IntOptions = {
    bits: numberArg(args, "n_bits"),
    scheme: "asym",
    rule: intRules.awq,
    scaleType: "f32",
    rounding: roundingArg(args),
    ...groupOf(args),
  };
  const q = intQuantize(x, options);
  const perRow = x.data.length === 0 ? 0 : (q.scales.length * (x.shape.at(-1) ?? 1)) / x.data.length;
  const shape = [...x.shape.slice(0, -1), perRow];
  return {
    y: roundOutput(intDequantize(q, x.shape, options), args),
    scale: {data: q.scales, shape},
    zero: {data: q.zeroPoints, shape},
    codes: q.codes,
  };
};

/** The values of two's complement codes. */
const signed = (codes: ArrayLike<number>, bits: number): number[] =>
  Array.from(codes, (code) => (code >= 2 ** (bits - 1) ? code - 2 ** bits : code));

const symmetricPerTensor: CaseOp = (args, inputs) => {
  const bits = numberArg(args, "n_bits", 8);
  const {codes, scales} = intQuantize(tensorInput(inputs, "x"), {
    bits,
    scheme: "full",
    rule: floored(args),
    granularity: "tensor",
    clipRatio: numberArg(args, "clip_ratio", 1),
    rounding: roundingArg(args),
  });
  return {q: signed(codes, bits), scale: scales};
};

const absMaxFakeQuant: CaseOp = (args, inputs) => {
  const x = tensorInput(inputs, "x");
  const options: IntOptions = {
    bits: numberArg(args, "n_bits", 8),
    rule: floored(args),
    rounding: roundingArg(args),
    scaleType: "f32",
    ...granularityOf(args),
  };
  return {y: roundOutput(intDequantize(intQuantize(x, options), x.shape, options), args)};
};

export const ops: Ops = {
  cases: {
    int_asymmetric_group: asymmetricGroup,
    int_symmetric_per_tensor: symmetricPerTensor,
    int_absmax_fake_quant: absMaxFakeQuant,
  },
};
