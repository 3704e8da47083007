import type {scanForms} from "../../../lib/experiments/ssm/scan-forms.js";
import type {stateAgainstCache} from "../../../lib/experiments/ssm/state-against-cache.js";
import type {tensorErrors} from "../../../lib/experiments/ssm/tensor-errors.js";
import type {vmeanbaExperiment} from "../../../lib/experiments/ssm/vmeanba.js";
import type {MambaTensor} from "../../../lib/ssm/quantize/mamba-tensors.js";
import {largest, smallest} from "../../../lib/stats/extent.js";
import {numberText, quantityText} from "../../kit/text/number-text.js";
import type {RowOf} from "../../plots/figure-spec.js";
import {grouped} from "../../plots/series.js";
import {bearableLayers} from "../../plots/ssm/averaged.js";
import {TENSOR_NAMES} from "../ssm/channel-strips.js";
import {type BarQuestion, rangeOf} from "./question.js";

/** Operations of a scan in chunks beside the recurrence. */
export function chunkQuestion(rows: readonly RowOf<typeof scanForms>[]): BarQuestion {
  const own = rows.filter(({precision}) => precision === "float64");
  const chunks = own.filter(({form}) => form === "chunked");
  const recurrent = own.find(({form}) => form === "recurrent")?.operations ?? 1;
  const largest = chunks.reduce((a, b) => ((b.chunkSize ?? 0) > (a.chunkSize ?? 0) ? b : a));
  const factor = (largest.operations ?? 0) / recurrent;
  return {
    question: `One chunk of all ${largest.chunkSize} tokens leaves no state to wait for. Does it need more operations than the recurrence?`,
    options: ["fewer", "about as many", "several times as many"],
    right: rangeOf(factor, [0.8, 1.5]),
    because: `${numberText(factor, 3)} times as many: work is the price of fewer steps that wait for one another.`,
    shown: "Operations over those of the recurrence",
    bars: chunks.map(({chunkSize, operations}) => ({
      name: `chunks of ${chunkSize}`,
      value: (operations ?? 0) / recurrent,
      text: `${numberText((operations ?? 0) / recurrent, 3)} times`,
    })),
  };
}

const TENSORS = ["x", "B", "C", "output", "state"] as const satisfies readonly MambaTensor[];

/** The tensor of Mamba2 that static int8 resolves least. */
export function tensorQuestion(rows: readonly RowOf<typeof tensorErrors>[]): BarQuestion {
  const own = rows.filter(({model, method}) => model === "mamba2-small" && method === "static");
  const worst = TENSORS.map((tensor) => ({
    tensor,
    db: smallest(own.filter((row) => row.tensor === tensor).map(({ordinarySqnrDb}) => ordinarySqnrDb)),
  }));
  const least = worst.reduce((a, b) => (b.db < a.db ? b : a));
  return {
    question: "Static int8, one scale for each tensor: which tensor of Mamba2 does it resolve least?",
    options: worst.map(({tensor}) => TENSOR_NAMES[tensor]),
    right: worst.indexOf(least),
    because: `The ${TENSOR_NAMES[least.tensor]}: the smaller 99 % of its numbers keep ${numberText(least.db, 3)} dB of signal over noise in the worst layer.`,
    shown: "Signal to noise of the smaller 99 % of numbers, worst layer (dB)",
    bars: worst.map(({tensor, db}) => ({
      name: TENSOR_NAMES[tensor],
      value: db,
      text: `${numberText(db, 3)} dB`,
    })),
  };
}

/** Tokens from which on a cache is larger than a state. */
export function crossingQuestion(rows: readonly RowOf<typeof stateAgainstCache>[]): BarQuestion {
  const longest = largest(rows.map(({context}) => context));
  const own = [...grouped(rows, ({model}) => model).values()].flatMap((members) =>
    members.filter(({context}) => context === longest),
  );
  const of = (model: string) => own.find((row) => row.model === model)?.memoryBytes ?? 0;
  const tokens = of("mamba2-small") / (of("decoder-small") / longest);
  return {
    question: "After how many tokens is the small decoder's cache larger than the whole state of Mamba2?",
    options: ["about 15", "about 150", "about 1500"],
    right: rangeOf(tokens, [50, 500]),
    because: `After ${numberText(tokens, 3)} tokens, both in 16 bits; at ${longest} tokens the cache is ${numberText(longest / tokens, 3)} times as large.`,
    shown: `Memory of a text of ${longest} tokens`,
    bars: own.map(({model, memoryBytes}) => ({
      name: model,
      value: memoryBytes,
      text: quantityText(memoryBytes, "B"),
    })),
  };
}

/** Layers whose channels can be averaged for a small loss. */
export function averagedQuestion(rows: readonly RowOf<typeof vmeanbaExperiment>[]): BarQuestion {
  const own = rows.filter(({seed, way, pruned}) => seed === "all" && way === "vmeanba" && pruned === 0);
  const {averaged} = bearableLayers(own);
  const all = own.length - 1;
  return {
    question: `The model has ${all} layers. In how many of them can one mean channel be scanned in place of all for less than 3 points of accuracy?`,
    options: ["none", "1 or 2", `3 to ${all - 1}`, `all ${all}`],
    right: averaged === 0 ? 0 : averaged <= 2 ? 1 : averaged < all ? 2 : 3,
    because: `In ${averaged}: layers come in the order of the harm that each does alone on calibration pictures.`,
    shown: "Pictures named rightly (%)",
    bars: own.map(({averaged: count, accuracy}) => ({
      name: `${count} averaged`,
      value: 100 * accuracy,
      text: `${numberText(100 * accuracy, 3)} %`,
    })),
  };
}
