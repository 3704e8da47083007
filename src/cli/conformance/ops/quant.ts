import {calibrate} from "../../../lib/engine/calibration/calibration.js";
import {gptqHessian} from "../../../lib/engine/calibration/compensation.js";
import {castValue} from "../../../lib/formats/cast.js";
import {f16} from "../../../lib/formats/element.js";
import {
  minmaxObserver,
  type Observer,
  observe,
  percentileObserver,
  quantizationParameters,
} from "../../../lib/formats/observers.js";
import {gptqRound} from "../../../lib/quant/gptq.js";
import {matrixSize, type Tensor, tensor} from "../../../lib/tensor/tensor.js";
import type {CaseOp, GoldenTensor, Ops} from "../op.js";
import {integerGroups} from "../released/integer-groups.js";

const asTensor = (input: unknown): Tensor => {
  const {data, shape} = input as GoldenTensor;
  return tensor(Float32Array.from(data), shape);
};

/** Dequantized values go through float16, as the reference stores them. */
const throughHalf = (value: number): number => castValue(f16, value, {overflow: "inf"});

const gptqW4: CaseOp = (args, inputs) => {
  const w = asTensor(inputs.w);
  const x = asTensor(inputs.x);
  const {rows, columns} = matrixSize(w);
  // The leading axes of x are batches and samples however they are laid out: the file counts them.
  const samples = (args.batches as number) * (args.samples_per_batch as number);
  const calibration = {...calibrate([x]), samples};
  const groups = integerGroups(rows, columns, {
    bits: args.n_bits as number,
    groupSize: args.group as number,
    store: throughHalf,
  });
  const rounded = gptqRound(w, calibration, groups, {damping: args.percdamp as number});
  return {
    hessian: gptqHessian(calibration),
    w_q: rounded.data,
    group_scale: Float32Array.from(groups.scales.flatMap((scales) => [...scales])),
  };
};

const calibrationObservers: CaseOp = (args, inputs) => {
  const symmetric = args.symmetric as boolean;
  const {scale, base} = quantizationParameters(
    observe(observerOf(args), (inputs.batches as readonly unknown[]).map(asTensor)),
    {bits: args.n_bits as number, symmetric, zero: "observed", clipRatio: args.clip_ratio as number},
  );
  return {scale, base};
};

function observerOf(args: Readonly<Record<string, unknown>>): Observer {
  const symmetric = args.symmetric as boolean;
  switch (args.observer) {
    case "minmax":
      return minmaxObserver({symmetric});
    case "ssd_group_minmax":
      return minmaxObserver({symmetric, groupSize: args.dstate as number});
    case "percentile":
      return percentileObserver({symmetric, alpha: args.alpha as number, sigma: args.sigma as number});
    default:
      throw new RangeError(
        `calibration_observers: observer must be minmax, percentile or ssd_group_minmax, got ${args.observer}`,
      );
  }
}

export const ops: Ops = {
  cases: {gptq_w4: gptqW4, calibration_observers: calibrationObservers},
};
