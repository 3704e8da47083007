import {html} from "htl";
import {coderOf} from "../../../lib/formats/switches/grid.js";
import {
  applySwitches,
  type FittedLevels,
  fitSwitches,
} from "../../../lib/formats/switches/quantize-switched.js";
import {
  LEVEL_KINDS,
  LEVEL_ROUNDINGS,
  type LevelKind,
  type LevelRounding,
  RANGE_RULES,
  type RangeRule,
} from "../../../lib/formats/switches/switches.js";
import {dyadicOf, requantize} from "../../../lib/quant/integer-only/dyadic.js";
import {largest, smallest} from "../../../lib/stats/extent.js";
import {tensor} from "../../../lib/tensor/tensor.js";
import {sized} from "../../kit/sized.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {numberLine} from "../../plots/number-line.js";

/** Numbers that share a scale with the value. */
const OTHERS = [-1.4, 0.3, 0.9, -0.2, 2.6, -0.7, 0.05] as const;
/** Code and scale of the weight that the value is multiplied by, and scale of the product. */
const WEIGHT = {code: 77, scale: 0.0125};
const OUTPUT_SCALE = 0.05;

/** Controls of one value. */
export const oneValueParams = {
  value: {kind: "number", label: "Value", min: -4, max: 4, step: 0.01, default: 1.73},
  bits: {kind: "integer", label: "Bits", min: 2, max: 8, default: 4},
  levels: {
    kind: "choice",
    label: "Levels",
    help: "Symmetric steps without and with the lowest code, steps from the least to the largest value, powers of two, or fitted levels.",
    options: LEVEL_KINDS,
    default: "restricted",
  },
  range: {
    kind: "choice",
    label: "Range",
    help: "All values, a percentile (here 90 %), least squared error, or least KL divergence. Fitted levels have none.",
    options: RANGE_RULES,
    default: "minmax",
  },
  rounding: {kind: "choice", label: "Rounding", options: LEVEL_ROUNDINGS, default: "nearest"},
} as const;

interface Setting {
  readonly value: number;
  readonly bits: number;
  readonly levels: LevelKind;
  readonly range: RangeRule;
  readonly rounding: LevelRounding;
}

/** Code and value that a setting gives, with the levels of its group. */
export function quantizedValue({value, ...switches}: Setting) {
  const x = tensor(Float32Array.of(value, ...OTHERS), [1, 1 + OTHERS.length]);
  const fitted = fitSwitches(x, {...switches, percentile: 0.9});
  const {codes, values} = applySwitches(x, fitted);
  return {fitted, code: codes[0], quantized: values.data[0], all: levelsOf(fitted)};
}

function levelsOf({switches, grid}: FittedLevels): number[] {
  const {value} = coderOf(switches, grid, null);
  const isShort = switches.levels === "log2" || switches.levels === "restricted";
  const first = switches.levels === "restricted" ? 1 : 0;
  return Array.from({length: 2 ** switches.bits - (isShort ? 1 : 0)}, (_, i) => value(first + i, 0));
}

const isEven = (levels: LevelKind): boolean => levels !== "log2" && levels !== "lloyd";

/** The product with a weight in integers: from codes to an output code by a dyadic number. */
export function integerProduct({fitted: {switches, grid}, code}: ReturnType<typeof quantizedValue>) {
  if (!isEven(switches.levels)) return undefined;
  const zero = grid.zeroPoints?.[0] ?? 2 ** (switches.bits - 1);
  const sum = (code - zero) * WEIGHT.code;
  const factor = dyadicOf((grid.scales[0] * WEIGHT.scale) / OUTPUT_SCALE);
  return {sum, factor, output: requantize(sum, factor)};
}

/** The value's way in a sentence. */
export function oneValueFinding(setting: Setting): string {
  const {code, quantized} = quantizedValue(setting);
  const error = Math.abs(quantized - setting.value);
  return `${numberText(setting.value, 3)} becomes code ${code} of ${2 ** setting.bits}, which stands for ${numberText(quantized, 4)}: an error of ${numberText(error, 2)}.`;
}

type Step = readonly [what: string, how: string, result: string];

function stepsOf(setting: Setting): Step[] {
  const found = quantizedValue(setting);
  const {grid} = found.fitted;
  const [scale] = grid.scales;
  const zero = grid.zeroPoints?.[0];
  const span = [smallest(found.all), largest(found.all)].map((end) => numberText(end, 3));
  const product = integerProduct(found);
  const steps: Step[] = [
    ["Range", setting.levels === "lloyd" ? "levels look at all values" : setting.range, span.join(" to ")],
    [
      "Scale",
      grid.codebooks ? "each level is stored" : "of the largest code, or of 1",
      grid.codebooks ? `${found.all.length} levels` : numberText(scale, 4),
    ],
    ...(zero === undefined ? [] : [["Zero point", "the code of 0", `${zero}`] as const]),
    [
      "Code",
      isEven(setting.levels)
        ? `${numberText(setting.value, 3)} / ${numberText(scale, 4)}, rounded`
        : "the level beside it",
      found.code.toString(2).padStart(setting.bits, "0"),
    ],
    ["Value", "what the code stands for", numberText(found.quantized, 4)],
  ];
  if (product === undefined) return steps;
  const {sum, factor, output} = product;
  return [
    ...steps,
    ["Product", `steps × a weight's code ${WEIGHT.code}, an integer`, `${sum}`],
    ["Factor", "scale × scale / scale of the output", `${factor.multiplier} / 2^${factor.shift}`],
    ["Output", "product × multiplier, shifted right, rounded", `${output}`],
    [
      "Stands for",
      `${output} × ${OUTPUT_SCALE}; the simulation has`,
      numberText(found.quantized * WEIGHT.code * WEIGHT.scale, 4),
    ],
  ];
}

/** The way of one value through every switch: levels of its group on a line, and what follows step by step. */
export function oneValueDrawing(setting: Setting): HTMLElement {
  const {all, quantized} = quantizedValue(setting);
  const family = isEven(setting.levels) ? "int" : "codebook";
  const rows = [
    {name: "levels of the group", family, values: all, marked: [quantized]},
    {
      name: "values of the group",
      family: "baseline",
      values: [setting.value, ...OTHERS],
      marked: [setting.value],
    },
  ] as const;
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Step by step"><table class="numbers">
    <thead><tr><th scope="col">Step</th><th scope="col">result</th><th scope="col">how</th></tr></thead>
    <tbody>${stepsOf(setting).map(
      ([what, how, result]) => html`<tr><th scope="row">${what}</th><td>${result}</td><td>${how}</td></tr>`,
    )}</tbody>
  </table></div>`;
  return captioned(
    "Which level does the value take?",
    oneValueFinding(setting),
    html`<div>${sized((width) => numberLine(rows, Math.min(720, width)))}${table}</div>`,
  );
}
