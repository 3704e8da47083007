import {roundMantissas} from "../../../lib/arithmetic/lmul/lmul.js";
import {shiftFloat32} from "../../../lib/arithmetic/shift/shift-float.js";
import {halvesAdded, shiftedFp4} from "../../../lib/arithmetic/shift-add/shift-add-float.js";
import {e2m1} from "../../../lib/formats/element.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {type BitRow, bitRows, bitsText} from "./bit-rows.js";

const WEIGHTS = [0.5, 1, 1.5, 2, 3, 4, 6] as const;

/** The controls of the drawing. */
export const halfParams = {
  x: {kind: "number", label: "Input", min: 0.25, max: 8, step: 0.25, default: 1.75},
  weight: {kind: "choice", label: "Weight in FP4", options: WEIGHTS, default: 3},
} as const;

/** An input and a weight of E2M1. */
export interface HalfAdded {
  readonly x: number;
  readonly weight: number;
}

const codeOf = (weight: number): number => e2m1.values.indexOf(weight);

/** The exponent of the largest power of two in the weight. */
const exponentOf = (weight: number): number => Math.floor(Math.log2(weight));

/** The state in words. */
export function halfSays({x, weight}: HalfAdded): string {
  const half = halvesAdded(codeOf(weight)) === 1 ? ", and half of that is added" : "";
  return `${numberText(x, 4)} times ${weight} is ${numberText(shiftedFp4(codeOf(weight), x), 5)}, exactly: ${exponentOf(weight)} is added to the exponent${half}.`;
}

/** The bits of an input while its exponent moves and a half of it is added. */
export function halfDrawing({x, weight}: HalfAdded): HTMLElement {
  const fields = (value: number) => {
    const [word] = roundMantissas(Float32Array.of(value), 23);
    return `${bitsText(word >>> 23, 8)} ${bitsText((word >>> 15) & 255, 8)}`;
  };
  const row = (name: string, value: number, isSum = false): BitRow => ({
    name,
    digits: fields(value),
    worth: numberText(value, 5),
    isSum,
  });
  const exponent = exponentOf(weight);
  const moved = row("exponent moved", shiftFloat32(x, exponent));
  const rows =
    halvesAdded(codeOf(weight)) === 0
      ? [row("input", x), {...moved, isSum: true}]
      : [
          row("input", x),
          moved,
          row("half of it", shiftFloat32(x, exponent - 1)),
          row("sum", shiftedFp4(codeOf(weight), x), true),
        ];
  return captioned(
    "MixPE: a weight of four bits moves the exponent and may add a half",
    halfSays({x, weight}),
    bitRows("An exponent that is moved, and a half", rows),
  );
}
