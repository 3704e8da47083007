import type {frozenSigns} from "../../../lib/experiments/arithmetic/frozen-signs.js";
import type {trainedFixedPoint} from "../../../lib/experiments/arithmetic/trained-fixed-point.js";
import type {trainedShifts} from "../../../lib/experiments/arithmetic/trained-shifts.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {isFamily, looksOf} from "../palette.js";

/** A network with weights of few bits. */
export type ShiftsRow = RowOf<typeof trainedShifts>;
/** What stayed the same at a step of its training. */
export type FrozenRow = RowOf<typeof frozenSigns>;
/** A network in fixed point. */
export type FixedRow = RowOf<typeof trainedFixedPoint>;

/** Name and colour of a row's series, by its name and family. */
const seriesOf = <R extends {readonly name: string; readonly family: string}>(
  {name}: R,
  all: readonly R[],
) => ({
  name,
  ...looksOf(
    all,
    (row) => row.name,
    ({family}) => (isFamily(family) ? family : "machine"),
  ).get(name)!,
});

const interval = ({rightLow: low, rightHigh: high}: {rightLow: number | null; rightHigh: number | null}) =>
  low === null || high === null ? undefined : ([low, high] as const);

const percent = (share: number) => `${numberText(100 * share, 3)} %`;

/** Pictures named rightly over the bits of a weight. */
export const trainedShiftsFigure = linesFigure<typeof trainedShifts>({
  experiment: "arithmetic/trained-shifts",
  question: "Which weights of few bits does a network learn best with?",
  drawn: (rows) => rows.filter(({way}) => way !== "float"),
  key: ({name, bits}) => `${name} ${bits}`,
  label: ({name, bits}) => `${name}, ${bits} bits`,
  series: seriesOf,
  x: {column: "bits", label: "bits of a weight"},
  y: {column: "right", label: "share of pictures named rightly"},
  interval,
  better: "top left",
  merits: "fewer bits, more pictures right",
  finding: (_drawn, _params, all) => trainedShiftsFinding(all),
});

/** The three kinds of weights with most bits beside float32, and whether additions gave what products give. */
export function trainedShiftsFinding(rows: readonly ShiftsRow[]): string {
  const most = rows.filter(({way}) => way !== "float").reduce((found, {bits}) => Math.max(found, bits), 0);
  const of = (way: string) => rows.find((row) => row.way === way && row.bits === most && row.sigma === 0.001);
  const [dense, zero, whole] = [of("dense-shift"), of("shift-zero"), of("int")];
  const float = rows.find(({way}) => way === "float");
  if (!dense || !zero || !whole || !float) return "There are no networks.";
  const identical = rows.every(({identical: share}) => share === null || share === 1);
  return `With ${most} bits DenseShift names ${percent(dense.right)} of the pictures, powers of two with a zero ${percent(zero.right)} and integers ${percent(whole.right)}; float32 names ${percent(float.right)}. ${identical ? "All networks of powers of two compute the same by additions to exponents as by products, to the last bit." : "Additions to exponents do not give what products give."}`;
}

/** Share of signs, or of weights, that did not change over 100 steps. */
export const frozenFigure = linesFigure<typeof frozenSigns>({
  experiment: "arithmetic/frozen-signs",
  question: "When do weights stop to change?",
  key: ({name, step}) => `${name} ${step}`,
  label: ({name, step}) => `${name}, step ${step}`,
  series: seriesOf,
  x: {column: "step", label: "steps of training"},
  y: (_rows, {part}) => ({column: "same", label: `share of ${part} as 100 steps before`}),
  finding: ({rows}, {part}) => frozenFinding(rows, part),
});

/** The share at the first look and at the last one, of DenseShift and integers. */
export function frozenFinding(rows: readonly FrozenRow[], part: string): string {
  const of = (way: string) => rows.filter((row) => row.way === way && row.sigma === 0.001);
  const [dense, whole] = [of("dense-shift"), of("int")];
  const [first, last, other] = [dense[0], dense.at(-1), whole.at(-1)];
  if (!first || !last || !other) return "There are no networks.";
  return `Of DenseShift's ${part} ${percent(first.same)} are what they were 100 steps before at step ${first.step} and ${percent(last.same)} at the end; of the integers' ${percent(other.same)} then.`;
}

const isAnyNumber = ({terms}: FixedRow) => terms === 0;

/** Pictures named rightly over the bits of a word. */
export const fixedPointFigure = linesFigure<typeof trainedFixedPoint>({
  experiment: "arithmetic/trained-fixed-point",
  question: "What does a network gain when its binary points are trained?",
  drawn: (rows) => rows.filter(isAnyNumber),
  key: ({way, word}) => `${way} ${word}`,
  label: ({name, word}) => `${name}, ${word} bits`,
  series: seriesOf,
  x: {column: "word", label: "bits of a word"},
  y: {column: "right", label: "share of pictures named rightly"},
  interval,
  better: "top left",
  merits: "fewer bits, more pictures right",
  finding: ({rows}) => fixedPointFinding(rows),
});

/** The word where trained points gain most over points that were chosen, with trained weights and without. */
export function fixedPointFinding(rows: readonly FixedRow[]): string {
  const of = (way: string, word: number) => rows.find((row) => row.way === way && row.word === word);
  const words = [...new Set(rows.map(({word}) => word))];
  const gain = (word: number) => (of("trained", word)?.right ?? 0) - (of("after", word)?.right ?? 0);
  const [word = 0] = words.toSorted((a, b) => gain(b) - gain(a));
  const [trained, chosen, after] = ["trained", "chosen", "after"].map((way) => of(way, word));
  if (!trained || !chosen || !after) return "There are no networks.";
  return `The gain is largest in words of ${word} bits: ${percent(trained.right)} with trained points, against ${percent(chosen.right)} where weights alone are trained and ${percent(after.right)} where nothing is.`;
}

/** Pictures named rightly over the additions that a weight takes. */
export const fewPowersFigure = linesFigure<typeof trainedFixedPoint>({
  experiment: "arithmetic/trained-fixed-point",
  question: "How many additions does a product of weights in fixed point take?",
  drawn: (rows) => rows.filter((row) => !isAnyNumber(row)),
  key: ({way, terms}) => `${way} ${terms}`,
  label: ({name, terms}) => `${name}, up to ${terms}`,
  series: seriesOf,
  x: {column: "terms", label: "powers of two of a weight, at most"},
  y: {column: "right", label: "share of pictures named rightly"},
  interval,
  better: "top left",
  merits: "fewer additions, more pictures right",
  finding: ({rows}) => fewPowersFinding(rows),
});

/** One power of two for a weight, rounded to and trained with; and what two give. */
export function fewPowersFinding(rows: readonly FixedRow[]): string {
  const of = (way: string, terms: number) => rows.find((row) => row.way === way && row.terms === terms);
  const [rounded, trained, two] = [of("hot-after", 1), of("hot-trained", 1), of("hot-after", 2)];
  if (!rounded || !trained || !two) return "There are no networks.";
  return `One power of two for a weight leaves ${percent(rounded.right)} right after training and ${percent(trained.right)} when it is trained so; two leave ${percent(two.right)} without it, ${numberText(two.additions, 2)} additions for a weight.`;
}
