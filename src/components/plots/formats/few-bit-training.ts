import type {Row} from "../../../lib/experiment/columns.js";
import type {fourBitTraining} from "../../../lib/experiments/formats/four-bit-training.js";
import type {gradientRounding} from "../../../lib/experiments/formats/gradient-rounding.js";
import type {twoAndThreeValues} from "../../../lib/experiments/formats/two-and-three-values.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure, marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {looksOf} from "../palette.js";

/** A point of a training curve. */
export type CurveRow = RowOf<typeof fourBitTraining>;
/** The end of a training beside that of BF16. */
export type TrainingEnd = Row<(typeof fourBitTraining)["tables"]["end"]>;
/** A rounding of a gradient. */
export type RoundingRow = RowOf<typeof gradientRounding>;
/** A decoder with weights of two or three values. */
export type ValuesRow = RowOf<typeof twoAndThreeValues>;

const familyOf = (bits: number) => (bits === 16 ? "baseline" : bits === 8 ? "fp" : "mx");

/** Loss of BF16 after as many tokens. */
const baseAt = (rows: readonly CurveRow[], tokens: number): number | undefined =>
  rows.find((row) => row.bits === 16 && row.tokens === tokens)?.loss;

/** Loss above BF16's over tokens read, a line for each way to round products. */
export const trainingFigure = linesFigure<typeof fourBitTraining>({
  experiment: "formats/four-bit-training",
  question: "How much more loss has a decoder whose products have 8 or 4 bits?",
  key: ({recipe, tokens}) => `${recipe}/${tokens}`,
  label: ({name, tokens}) => `${name}, ${numberText(tokens)} tokens`,
  series: ({name, bits}, all) => ({
    name,
    family: familyOf(bits),
    shade: looksOf(
      all,
      (row) => row.name,
      (row) => familyOf(row.bits),
    ).get(name)?.shade,
  }),
  x: {column: "tokens", label: "tokens read"},
  y: (rows) => ({
    column: "loss",
    of: ({loss, tokens}) => loss - (baseAt(rows, tokens) ?? loss),
    label: "validation loss above that of BF16",
    unit: "nats per token",
  }),
  finding: ({rows}) => trainingFinding(rows),
});

/** Last losses beside BF16's, means over the seeds. */
export function trainingFinding(rows: readonly CurveRow[]): string {
  const last = rows.filter(({tokens}) => rows.every((row) => row.tokens <= tokens));
  const base = last.find(({bits}) => bits === 16);
  if (base === undefined) return "There are no runs.";
  const others = last.filter((row) => row !== base).toSorted((a, b) => a.loss - b.loss);
  const thousandths = (value: number) => numberText(Math.round(1000 * value) / 1000);
  const above = others.map(({name, loss}) => `${name} ${thousandths(loss - base.loss)}`).join("; ");
  return `After ${numberText(base.tokens / 1e6, 2)} million tokens BF16 has a loss of ${numberText(base.loss, 3)} nats per token, the mean of ${base.seeds} seeds. Above it lie: ${above}.`;
}

/** Interval of a difference over seeds, in a sentence's words. */
const spreadText = ({seedsLow: low, seedsHigh: high}: TrainingEnd): string =>
  low === null || high === null ? "" : ` (${numberText(low, 2)} to ${numberText(high, 2)})`;

const overlap = (a: TrainingEnd, b: TrainingEnd): boolean =>
  (a.seedsLow ?? Number.NaN) <= (b.seedsHigh ?? Number.NaN) &&
  (b.seedsLow ?? Number.NaN) <= (a.seedsHigh ?? Number.NaN);

/** Quartet beside the same with its gradient rounded to nearest, by the intervals of the seeds. */
export function endFinding(ends: readonly TrainingEnd[]): string {
  const of = (id: string) => ends.find(({recipe}) => recipe === id);
  const [quartet, nearest] = [of("quartet"), of("quest-nearest")];
  if (quartet === undefined || nearest === undefined) return "There are no runs.";
  const order = quartet.above < nearest.above ? "higher" : "lower";
  const found = `Quartet ends ${numberText(quartet.above, 2)} nats above BF16${spreadText(quartet)}. With its gradient rounded to nearest it ends ${order}, at ${numberText(nearest.above, 2)}${spreadText(nearest)}.`;
  return overlap(quartet, nearest)
    ? `${found} The intervals overlap: ${quartet.seeds} seeds do not decide.`
    : found;
}

/** Error of one rounding against what is right on average. */
export const roundingFigure = marksFigure<typeof gradientRounding>({
  experiment: "formats/gradient-rounding",
  question: "Which rounding is near, and which is right on average?",
  key: ({rounding}) => rounding,
  label: ({name}) => name,
  series: ({name}, all) => ({
    name,
    family: "mx",
    shade: all.findIndex((row) => row.name === name),
  }),
  x: {column: "relativeMse", label: "squared error of a rounded factor over its square"},
  y: {column: "kept", label: "share of the gradient that is left along it"},
  better: "top left",
  merits: "less error, less shrinkage",
  labelled: ({points}) => points.map(({key}) => key),
  finding: ({rows}) => roundingFinding(rows),
});

/** The nearest and the unbiased rounding beside each other. */
export function roundingFinding(rows: readonly RoundingRow[]): string {
  const of = (id: string) => rows.find(({rounding}) => rounding === id);
  const [plain, chance] = [of("mxfp4"), of("stochastic")];
  if (plain === undefined || chance === undefined) return "There are no rows.";
  const percent = (value: number) => `${numberText(100 * value, 3)} %`;
  return `Stochastic rounding has ${numberText(chance.relativeMse / plain.relativeMse, 2)} times the squared error of MXFP4's, but leaves ${percent(chance.kept)} of the gradient of the weights in place of ${percent(plain.kept)}.`;
}

const RULES = ["four-thirds", "mean", "survivors"];
const RULE_WORDS = ["4/3 of the mean", "the mean", "the mean of the others"];

/** Name of a row's series. */
function valuesName({weights, rule, isTrained}: ValuesRow): string {
  if (weights === 16) return "teacher";
  const scale = weights === 1 ? "binary" : `ternary, scale ${RULE_WORDS[RULES.indexOf(rule ?? "")] ?? ""}`;
  return `${scale}, ${isTrained ? "trained" : "rounded"}`;
}

/** Perplexity over the bits of activations, before and after training, for each scale of a row. */
export const valuesFigure = linesFigure<typeof twoAndThreeValues>({
  experiment: "formats/two-and-three-values",
  question: "What is left with weights of two or three values?",
  key: ({name, rule, isTrained}) => `${name}/${rule}/${isTrained}`,
  label: (row) => `${row.name}, ${valuesName(row)}`,
  series: (row) => ({
    name: valuesName(row),
    family: row.weights === 16 ? "baseline" : row.isTrained ? "rounding" : "int",
    shade: row.weights === 1 ? 1 : [0, 2, 3][RULES.indexOf(row.rule ?? "")],
  }),
  x: {column: "activations", label: "bits of activations", log: true},
  y: {column: "perplexity", label: "perplexity", log: true},
  interval: ({perplexityLow: low, perplexityHigh: high}) =>
    low === null || high === null ? undefined : [low, high],
  better: "bottom left",
  merits: "fewer bits, lower perplexity",
  finding: ({rows}) => valuesFinding(rows),
});

const scalesOf = (rows: readonly ValuesRow[], isTrained: boolean): string =>
  rows
    .filter((row) => row.weights === 2 && row.activations === 32 && row.isTrained === isTrained)
    .toSorted((a, b) => a.perplexity - b.perplexity)
    .map(({rule, perplexity}) => `${RULE_WORDS[RULES.indexOf(rule ?? "")]} ${numberText(perplexity, 3)}`)
    .join(", ");

/** Weights of three values under each scale, rounded and trained, and with few bits of activations. */
export function valuesFinding(rows: readonly ValuesRow[]): string {
  const teacher = rows.find(({weights}) => weights === 16);
  const few = rows
    .filter((row) => row.weights === 2 && row.isTrained)
    .toSorted((a, b) => a.activations - b.activations || a.perplexity - b.perplexity)[0];
  const [rounded, trained] = [scalesOf(rows, false), scalesOf(rows, true)];
  if (!teacher || !few || rounded === "") return "The rows of 32-bit activations are not among those chosen.";
  return `Weights rounded to three values raise the perplexity of ${numberText(teacher.perplexity, 3)}, by their scale: ${rounded}. 200 steps of training bring it to: ${trained}. With ${few.activations} bit${few.activations === 1 ? "" : "s"} of activations it is ${numberText(few.perplexity, 3)} at best.`;
}
