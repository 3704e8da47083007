import type {bitWeight} from "../../../lib/experiments/accel/bit-weight.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";

type BitWeightRow = RowOf<typeof bitWeight>;

const SERIES: Readonly<Record<string, {family: "baseline" | "machine"; shade: 0 | 2}>> = {
  "bits of the magnitude": {family: "baseline", shade: 0},
  "Booth, radix 4": {family: "baseline", shade: 2},
  "canonical signed digits": {family: "machine", shade: 2},
  "EN-T, radix 4": {family: "machine", shade: 0},
};

const series = ({encoding}: BitWeightRow) => ({
  name: encoding,
  ...(SERIES[encoding] ?? ({family: "machine", shade: 4} as const)),
});

/** Rows of one encoding over the normal operands. */
export const digitRows = (rows: readonly BitWeightRow[], encoding: string): readonly BitWeightRow[] =>
  rows
    .filter((row) => row.encoding === encoding && row.sigma !== null)
    .toSorted((a, b) => (a.sigma ?? 0) - (b.sigma ?? 0));

/** The row of a trained model's weights. */
export const weightsRow = (rows: readonly BitWeightRow[], encoding: string): BitWeightRow =>
  rows.find((row) => row.encoding === encoding && row.sigma === null)!;

/** Digits that are not zero over the spread of the operands. */
export const digitsFigure = linesFigure<typeof bitWeight>({
  experiment: "accel/bit-weight",
  question: "How many digits of an operand are not zero?",
  drawn: (rows) => rows.filter(({sigma}) => sigma !== null),
  key: ({operands, encoding}) => `${encoding}, ${operands}`,
  series,
  x: {column: "sigma", label: "standard deviation of operands of eight bits"},
  y: {column: "digits", label: "digits that are not zero"},
  finding(_drawn, _params, all) {
    const [ours, bits] = ["EN-T, radix 4", "bits of the magnitude"].map((name) => weightsRow(all, name));
    return `Of the weights of a trained decoder in eight bits, ${numberText(ours.digits, 3)} of four digits are not zero on average, and ${numberText(bits.digits, 3)} of eight bits: a product digit by digit adds that many terms.`;
  },
});

/** Cycles of lanes that wait for each other. */
export const cyclesFigure = linesFigure<typeof bitWeight>({
  experiment: "accel/bit-weight",
  question: "How many cycles does an operand take where lanes wait for each other?",
  drawn: (rows) => rows.filter(({sigma, cycles}) => sigma !== null && cycles !== null),
  key: ({operands, encoding}) => `${encoding}, ${operands}`,
  series,
  x: {column: "sigma", label: "standard deviation of operands of eight bits"},
  y: {column: "cycles", provenance: "modelled", label: "cycles per operand of a lane"},
  finding(_drawn, {lanes, wait}, all) {
    const {digits, cycles, utilization} = weightsRow(all, "EN-T, radix 4");
    const who = lanes === 1 ? "One lane needs" : `${lanes} lanes that wait ${wait} need`;
    return `${who} ${numberText(cycles ?? 0, 3)} cycles for a weight of the decoder in EN-T's digits, of which ${numberText(digits, 3)} are not zero: lanes are at work ${numberText(utilization ?? 0, 2)} % of the time.`;
  },
});
