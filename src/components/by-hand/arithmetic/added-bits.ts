import {lmul, roundMantissas} from "../../../lib/arithmetic/lmul/lmul.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {bitRows, bitsText} from "./bit-rows.js";

/** Mantissa bits that the drawing shows. */
const SHOWN = 6;
const MANTISSA = 23;

/** The controls of the drawing. */
export const addedBitsParams = {
  a: {kind: "number", label: "First factor", min: 1, max: 8, step: 0.125, default: 2.5},
  b: {kind: "number", label: "Second factor", min: 1, max: 8, step: 0.125, default: 3},
  places: {
    kind: "integer",
    label: "Places of the constant",
    help: "2^-places of a mantissa; 0: none, which is Mitchell's product.",
    min: 0,
    max: 6,
    default: 4,
  },
} as const;

/** Two factors and the constant. */
export interface AddedBits {
  readonly a: number;
  readonly b: number;
  readonly places: number;
}

const wordOf = (x: number): number => roundMantissas(Float32Array.of(x), MANTISSA)[0];

/** Exponent, without its bias, and the first bits of the mantissa. */
const fields = (word: number) =>
  `${bitsText((word >>> MANTISSA) - 127, 3)} ${bitsText((word >>> (MANTISSA - SHOWN)) & (2 ** SHOWN - 1), SHOWN)}`;

/** The product by an addition of bits. */
export const addedProduct = ({a, b, places}: AddedBits): number => lmul(a, b, places === 0 ? null : places);

/** The state in words. */
export function addedSays(setting: AddedBits): string {
  const [found, exact] = [addedProduct(setting), setting.a * setting.b];
  const error = found / exact - 1;
  const off =
    error === 0
      ? "exactly"
      : `${numberText(100 * Math.abs(error), 3)} % too ${error < 0 ? "small" : "large"}`;
  return `${numberText(setting.a, 4)} times ${numberText(setting.b, 4)} becomes ${numberText(found, 5)} instead of ${numberText(exact, 5)}: ${off}. It takes one addition of integers.`;
}

/** Two numbers by their bits, the constant, and the sum that stands for the product. */
export function addedBitsDrawing(setting: AddedBits): HTMLElement {
  const {a, b, places} = setting;
  const product = addedProduct(setting);
  const constant = places === 0 ? 0 : 2 ** (SHOWN - places);
  const rows = [
    {name: "first factor", digits: fields(wordOf(a)), worth: numberText(a, 4)},
    {name: "second factor", digits: fields(wordOf(b)), worth: numberText(b, 4)},
    {
      name: "constant",
      digits: `000 ${bitsText(constant, SHOWN)}`,
      worth: places === 0 ? "none" : "for the product of the mantissas",
    },
    {name: "sum of the bits", digits: fields(wordOf(product)), worth: numberText(product, 5), isSum: true},
  ];
  return captioned(
    "L-Mul: exponents and mantissas are added",
    addedSays(setting),
    bitRows("Bits that are added", rows),
  );
}
