import {experiment} from "../../experiment/experiment.js";
import {applySwitches, fitSwitches} from "../../formats/switches/quantize-switched.js";
import {
  DEFAULT_SWITCHES,
  LEVEL_KINDS,
  LEVEL_ROUNDINGS,
  RANGE_RULES,
  type SwitchOptions,
} from "../../formats/switches/switches.js";
import {measure, type RoundTrip} from "../../quant/measure.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";
import {measuredColumns} from "./columns.js";
import {DATA_NEEDS, seedParam, sourceParam, tensorsOf} from "./sources.js";

/** Values that share a scale. */
const GRANULARITIES = ["tensor", "channel", "group"] as const;
/** Scales found on the values themselves, or before on others. */
const MOMENTS = ["dynamic", "static"] as const;

/** The switches that are turned, by the words of pages. */
export const SWITCHES = ["levels", "shared scale", "range", "rounding", "moment"] as const;

/** A switch that is turned. */
export type SwitchName = (typeof SWITCHES)[number];

/** The plainest setting of every switch. */
type Start = Pick<SwitchOptions, "levels" | "granularity" | "range" | "rounding" | "groupSize" | "seed">;

/** A setting one turn away from the start. */
interface Turn {
  readonly turned: SwitchName | "none";
  readonly to: string;
  readonly options: SwitchOptions;
  /** Which halves of the rows the levels are fitted to and measured on; all of them if absent. */
  readonly moment?: (typeof MOMENTS)[number];
}

const others = <T extends string>(all: readonly T[], own: T | undefined): readonly T[] =>
  all.filter((each) => each !== own);

/** The start, and every setting that differs from it in one switch; inputs come later than those that fit static scales. */
function turnsOf(start: Start, areInputs: boolean): Turn[] {
  const turn = (turned: SwitchName, to: string, change: SwitchOptions): Turn => ({
    turned,
    to,
    options: {...start, ...change},
  });
  const moments = MOMENTS.map(
    (moment): Turn => ({
      ...turn("moment", moment, moment === "static" ? {granularity: "tensor"} : {}),
      moment,
    }),
  );
  return [
    {turned: "none", to: "start", options: start},
    ...others(LEVEL_KINDS, start.levels).map((levels) => turn("levels", levels, {levels})),
    ...others(GRANULARITIES, start.granularity as (typeof GRANULARITIES)[number]).map((granularity) =>
      turn("shared scale", granularity, {granularity}),
    ),
    ...others(RANGE_RULES, start.range).map((range) => turn("range", range, {range})),
    ...others(LEVEL_ROUNDINGS, start.rounding).map((rounding) => turn("rounding", rounding, {rounding})),
    ...(areInputs ? moments : []),
  ];
}

/** Rows of a tensor from one share of them to another. */
function rowsBetween(x: Tensor, from: number, to: number): Tensor {
  const {rows, columns} = matrixSize(x);
  const [first, last] = [Math.floor(rows * from), Math.floor(rows * to)];
  return {shape: [last - first, columns], data: x.data.slice(first * columns, last * columns)};
}

function tripOf(x: Tensor, {options, moment}: Turn, bits: number): RoundTrip {
  const later = moment === undefined ? x : rowsBetween(x, 0.5, 1);
  const seen = moment === "static" ? rowsBetween(x, 0, 0.5) : later;
  const {values, bytes} = applySwitches(later, fitSwitches(seen, {...options, bits}));
  return {x: later, y: values, bytes};
}

/** One switch at a time, on weights and inputs of a trained model and on synthetic values. */
export const switches = experiment({
  id: "formats/switches",
  title: "One switch at a time",
  question: "Of all the decisions that make a quantizer, which ones change its error, and by how much?",
  source:
    "A Survey of Quantization Methods for Efficient Neural Network Inference, arXiv:2103.13630, section 3",
  params: {
    distribution: {...sourceParam, default: "weights/decoder-small"},
    bits: {
      kind: "choices",
      label: "Bits",
      options: [2, 3, 4, 5, 6, 7, 8],
      default: [2, 3, 4, 6, 8],
    },
    levels: {
      kind: "choice",
      label: "Levels at the start",
      help: "Symmetric steps without and with the lowest code, steps from the least to the largest value, powers of two, or levels fitted to the values.",
      options: LEVEL_KINDS,
      default: DEFAULT_SWITCHES.levels,
    },
    granularity: {
      kind: "choice",
      label: "A scale at the start",
      help: "For each tensor, each row, or each group of a row.",
      options: GRANULARITIES,
      default: DEFAULT_SWITCHES.granularity,
    },
    range: {
      kind: "choice",
      label: "Range at the start",
      help: "All values, all but one in a thousand at each end, the range of least squared error, or that of least KL divergence.",
      options: RANGE_RULES,
      default: DEFAULT_SWITCHES.range,
    },
    rounding: {
      kind: "choice",
      label: "Rounding at the start",
      options: LEVEL_ROUNDINGS,
      default: DEFAULT_SWITCHES.rounding,
      advanced: true,
    },
    groupSize: {
      kind: "integer",
      label: "Values of a group",
      min: 8,
      max: 256,
      default: 32,
      advanced: true,
    },
    seed: seedParam,
  },
  columns: {
    distribution: {type: "string", label: "Values"},
    bits: {type: "integer", label: "Bits of a code"},
    turned: {type: "string", label: "Switch that is turned"},
    to: {type: "string", label: "Turned to"},
    ...measuredColumns,
    gainDb: {type: "number", label: "Signal to noise above the start", unit: "dB", provenance: "measured"},
  },
  needs: DATA_NEEDS,
  needsOf: ({distribution}) => DATA_NEEDS.filter((need) => need === distribution),
  sweep: [{}, {distribution: "activations/decoder-small"}, {distribution: "normal"}],
  async run({distribution, bits: widths, groupSize, seed, ...start}, {data, progress}) {
    const tensors = [...tensorsOf(distribution, seed, data).values()];
    const turns = turnsOf({...start, groupSize, seed}, distribution.startsWith("activations"));
    const rows = [];
    for (const [n, bits] of widths.entries()) {
      let plain: number | undefined;
      for (const [i, turn] of turns.entries()) {
        const share = (n + i / turns.length) / widths.length;
        await progress(share, `${bits} bits, ${turn.to}`);
        const found = measure(tensors.map((x) => tripOf(x, turn, bits)));
        // Static scales are compared with dynamic ones on the same rows.
        if (turn.turned === "none" || turn.to === "dynamic") plain = found.sqnrDb;
        const {bitsPerElement, mse, sqnrDb, cosine, maxAbsError} = found;
        rows.push({
          distribution,
          bits,
          turned: turn.turned,
          to: turn.to,
          ...{bitsPerElement, mse, sqnrDb, cosine, maxAbsError},
          gainDb: sqnrDb - (plain ?? sqnrDb),
          provenance: "measured" as const,
        });
      }
    }
    return rows;
  },
});
