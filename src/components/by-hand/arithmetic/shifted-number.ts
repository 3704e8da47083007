import {roundMantissas} from "../../../lib/arithmetic/lmul/lmul.js";
import {shiftFloat32} from "../../../lib/arithmetic/shift/shift-float.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {bitRows, bitsText} from "./bit-rows.js";

/** The controls of the drawing. */
export const shiftedParams = {
  x: {kind: "number", label: "Input", min: 0.25, max: 8, step: 0.25, default: 1.75},
  shift: {kind: "integer", label: "Shift of the weight", min: 0, max: 7, default: 3},
} as const;

/** An input and a weight that is a power of two. */
export interface Shifted {
  readonly x: number;
  readonly shift: number;
}

/** The state in words. */
export function shiftedSays({x, shift}: Shifted): string {
  return `${numberText(x, 4)} times ${2 ** shift} is ${numberText(shiftFloat32(x, shift), 5)}, exactly: ${shift} is added to the exponent, and the mantissa stays.`;
}

/** The bits of a number before and after its exponent moved. */
export function shiftedDrawing({x, shift}: Shifted): HTMLElement {
  const fields = (value: number) => {
    const [word] = roundMantissas(Float32Array.of(value), 23);
    return `${bitsText(word >>> 23, 8)} ${bitsText((word >>> 17) & 63, 6)}`;
  };
  const moved = shiftFloat32(x, shift);
  const rows = [
    {name: "input", digits: fields(x), worth: numberText(x, 4)},
    {name: "shift", digits: `${bitsText(shift, 8)} 000000`, worth: `a weight of ${2 ** shift}`},
    {name: "sum of the bits", digits: fields(moved), worth: numberText(moved, 5), isSum: true},
  ];
  return captioned(
    "DenseShift: a weight moves the exponent",
    shiftedSays({x, shift}),
    bitRows("An exponent that is moved", rows),
  );
}
