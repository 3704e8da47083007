import type {Row} from "../../../lib/experiment/columns.js";
import type {integerOnly} from "../../../lib/experiments/formats/integer-only.js";
import type {switches} from "../../../lib/experiments/formats/switches.js";
import type {mixedPrecision} from "../../../lib/experiments/models/mixed-precision.js";
import {largest} from "../../../lib/stats/extent.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import type {Look} from "../palette.js";

/** A setting of one switch. */
export type SwitchRow = RowOf<typeof switches>;
/** A matrix whose layer ran in integers alone. */
export type IntegerRow = RowOf<typeof integerOnly>;
/** A choice of bits for all matrices. */
export type MixedRow = RowOf<typeof mixedPrecision>;
/** A matrix with its curvature. */
export type MatrixRow = Row<(typeof mixedPrecision)["tables"]["matrices"]>;

/** A setting in a legend and in a sentence, and the colour of its switch. */
interface SettingWords extends Look {
  readonly name: string;
  readonly phrase: string;
}

const words = (family: Look["family"], shade: number, name: string, phrase: string): SettingWords => ({
  family,
  shade,
  name,
  phrase,
});

const SETTINGS: Readonly<Record<string, SettingWords>> = {
  restricted: words("codebook", 0, "levels: symmetric", "symmetric steps"),
  full: words("codebook", 1, "levels: lowest code used", "use of the lowest code"),
  asymmetric: words("codebook", 2, "levels: least to largest", "steps from the least to the largest value"),
  log2: words("codebook", 3, "levels: powers of two", "powers of two"),
  lloyd: words("codebook", 4, "levels: fitted", "fitted levels"),
  tensor: words("mx", 0, "scale: a tensor", "one scale for a tensor"),
  channel: words("mx", 1, "scale: a row", "a scale for each row"),
  group: words("mx", 2, "scale: a group", "a scale for each group"),
  minmax: words("int", 0, "range: all values", "the range of all values"),
  percentile: words("int", 1, "range: percentile", "a percentile as the range"),
  mse: words("int", 2, "range: least error", "the range of least error"),
  entropy: words("int", 3, "range: entropy", "the range by entropy"),
  nearest: words("rounding", 0, "rounding: nearest", "rounding to nearest"),
  stochastic: words("rounding", 1, "rounding: by chance", "rounding by chance"),
  static: words("fp", 1, "scales: fixed before", "scales fixed before"),
};

/** Names of the switches, and their colours. */
const TURNED: Readonly<Record<string, {readonly name: string} & Look>> = {
  levels: {name: "levels", family: "codebook"},
  "shared scale": {name: "shared scale", family: "mx"},
  range: {name: "range", family: "int"},
  rounding: {name: "rounding", family: "rounding"},
  moment: {name: "moment of the scales", family: "fp"},
};

/** A setting's name in a legend. */
export const settingName = (to: string): string => SETTINGS[to]?.name ?? to;

const isTurned = ({turned, to}: SwitchRow): boolean => turned !== "none" && to !== "dynamic";

/** The best setting of each switch at each width. */
export function bestTurns(rows: readonly SwitchRow[]): SwitchRow[] {
  const best = new Map<string, SwitchRow>();
  for (const row of rows.filter(isTurned)) {
    const key = `${row.turned}/${row.bits}`;
    const other = best.get(key);
    if (other === undefined || row.gainDb > other.gainDb) best.set(key, row);
  }
  return [...best.values()];
}

/** Signal to noise that the best setting of each switch gains by bits, a line for each switch. */
export const bestTurnsFigure = linesFigure<typeof switches>({
  experiment: "formats/switches",
  question: "Turned alone and set best, how much does each switch gain?",
  drawn: bestTurns,
  key: ({to, bits}) => `${to}/${bits}`,
  label: ({to, bits}) => `${settingName(to)}, ${bits} bits`,
  series: ({turned}) => TURNED[turned] ?? {name: turned, family: "baseline"},
  x: {column: "bits", label: "bits of a code"},
  y: {column: "gainDb", label: "signal to noise above the start", unit: "dB"},
  finding: (_, __, rows) => switchesFinding(rows),
});

/** Signal to noise above the start by bits, a line for each setting of each switch. */
export const switchesFigure = linesFigure<typeof switches>({
  experiment: "formats/switches",
  question: "Turned alone, what does each switch change?",
  drawn: (rows) => rows.filter(isTurned),
  key: ({to, bits}) => `${to}/${bits}`,
  label: ({to, bits}) => `${settingName(to)}, ${bits} bits`,
  series: ({to}) => SETTINGS[to] ?? {name: to, family: "baseline"},
  x: {column: "bits", label: "bits of a code"},
  y: {column: "gainDb", label: "signal to noise above the start", unit: "dB"},
  finding: ({rows}) => switchesFinding(rows),
});

const phraseOf = ({to}: SwitchRow): string => SETTINGS[to]?.phrase ?? to;

const signed = (decibels: number) => `${decibels < 0 ? "−" : "+"}${numberText(Math.abs(decibels), 2)} dB`;

/** The settings that gain and lose most at four bits, or at the bits next to it. */
export function switchesFinding(rows: readonly SwitchRow[]): string {
  const widths = [...new Set(rows.map(({bits}) => bits))];
  const bits = widths.toSorted((a, b) => Math.abs(a - 4) - Math.abs(b - 4))[0];
  const own = rows.filter((row) => row.bits === bits && isTurned(row));
  const ordered = own.toSorted((a, b) => b.gainDb - a.gainDb);
  const [first, second] = ordered;
  const last = ordered.at(-1);
  if (first === undefined || second === undefined || last === undefined) return "No bits are chosen.";
  const text = (row: SwitchRow) => `${phraseOf(row)} (${signed(row.gainDb)})`;
  return `At ${bits} bits ${phraseOf(first)} gains most of all switches turned alone (${signed(first.gainDb)}), then ${text(second)}; ${text(last)} is the worst. One bit more is worth about ${numberText(20 * Math.log10(2), 2)} dB.`;
}

/** KL divergence by size for each way to deal out the bits. */
export const mixedFigure = linesFigure<typeof mixedPrecision>({
  experiment: "models/mixed-precision",
  question: "The same bytes, dealt out otherwise: what does the model lose?",
  key: ({way, budget}) => `${way}/${budget}`,
  label: ({way, bitsPerWeight}) => `${way}, ${numberText(bitsPerWeight, 3)} bits per weight`,
  series: ({way}) => ({
    name: way,
    family: way === "uniform" ? "baseline" : "int",
    shade: way === "greedy" ? 1 : 0,
  }),
  x: {column: "bitsPerWeight", label: "size", unit: "bits per weight"},
  y: {column: "klMean", label: "KL divergence from the float model, mean", unit: "nats", log: true},
  interval: ({klLow, klHigh}) => (klLow === null || klHigh === null ? undefined : [klLow, klHigh]),
  better: "bottom left",
  merits: "smaller, nearer to the float model",
  finding: ({rows}) => mixedFinding(rows),
});

const of = (rows: readonly MixedRow[], way: string, budget: number) =>
  rows.find((row) => row.way === way && row.budget === budget);

const perCent = (share: number) => `${numberText(100 * share, 2)} %`;

/** The exact choice beside one width for all, at each size that both have. */
export function mixedFinding(rows: readonly MixedRow[]): string {
  const texts = rows
    .filter(({way}) => way === "uniform")
    .flatMap((uniform) => {
      const exact = of(rows, "exact", uniform.budget);
      if (exact === undefined) return [];
      const change = exact.klMean / uniform.klMean - 1;
      return [`${perCent(Math.abs(change))} ${change < 0 ? "less" : "more"} at ${uniform.budget} bits`];
    });
  if (texts.length === 0) return "There are no sizes to compare.";
  return `Beside one width for all, in no more bytes, the exact choice has a KL divergence of ${texts.join(", ")}. ${sameText(rows)}`;
}

/** How often the greedy choice is the exact one. */
function sameText(rows: readonly MixedRow[]): string {
  const exact = rows.filter(({way}) => way === "exact");
  const same = exact.filter(({budget, estimate}) => of(rows, "greedy", budget)?.estimate === estimate);
  return `Greedy steps find the same choice at ${same.length} of ${exact.length} sizes.`;
}

/** Outputs that differ between integers and simulation, over all matrices. */
export function integerFinding(rows: readonly IntegerRow[]): string {
  const outputs = rows.reduce((sum, row) => sum + row.outputs, 0);
  const differ = rows.reduce((sum, row) => sum + row.differ, 0);
  const most = largest(rows.map(({mostSteps}) => mostSteps));
  if (outputs === 0) return "There are no outputs.";
  const far = differ === 0 ? "" : `, by ${most} at most`;
  return `Of ${numberText(outputs)} output codes of ${rows.length} matrices, ${numberText(differ)} are not those of the simulation${far}.`;
}
