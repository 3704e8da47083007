import type {powerExponent} from "../../../lib/experiments/formats/power-exponent.js";
import {largest, smallest} from "../../../lib/stats/extent.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {level} from "../series.js";
import {valuesName} from "./values-name.js";

type PowerRow = RowOf<typeof powerExponent>;

/** The error of a power quantizer over its exponent, a curve for each number of bits. */
export const powerExponentFigure = linesFigure<typeof powerExponent>({
  experiment: "formats/power-exponent",
  question: "Which power of a value should be rounded?",
  key: ({bits, exponent}) => `${bits}/${exponent}`,
  label: ({bits, exponent}) => `${bits} bits, a = ${exponent}`,
  series: ({bits}) => ({name: `${bits} bits`, family: "codebook"}),
  x: {column: "exponent", label: "exponent a; 1: levels are uniform"},
  y: {column: "overUniform", label: "squared error, uniform levels = 1"},
  guides: ({points}) => level("uniform levels", "measured", 1, points),
  labelled: ({points}) => points.filter(({row}) => row.isBest).map(({key}) => key),
  finding({rows}, {distribution}) {
    const best = rows.filter(({isBest}) => isBest);
    if (best.length === 0) return "There are no rows.";
    const [uniform, power] = [true, false].map((isUniform) =>
      best.filter(({exponent}) => (exponent === 1) === isUniform),
    );
    const parts = [power.length > 0 && powerText(power), uniform.length > 0 && uniformText(uniform)];
    return `On ${valuesName(distribution)}, ${parts.filter((part) => part !== false).join("; ")}.`;
  },
});

const bitsText = (rows: readonly PowerRow[]) => `with codes of ${rows.map(({bits}) => bits).join(", ")} bits`;

const uniformText = (rows: readonly PowerRow[]) => `${bitsText(rows)} uniform levels are best`;

function powerText(rows: readonly PowerRow[]): string {
  const exponents = range(rows.map(({exponent}) => exponent));
  const saved = range(rows.map(({overUniform}) => 100 * (1 - overUniform)));
  return `${bitsText(rows)} the best exponent is ${exponents} and leaves ${saved} % less squared error than uniform levels`;
}

/** Least and largest of some numbers; one number where they read the same. */
function range(values: readonly number[]): string {
  const [low, high] = [smallest(values), largest(values)].map((value) => numberText(value, 2));
  return low === high ? low : `${low} to ${high}`;
}
