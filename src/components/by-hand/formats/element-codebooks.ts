import {NF4_VALUES} from "../../../lib/formats/codebook/nf4.js";
import {
  type ElementFormat,
  e2m1,
  e2m3,
  e3m2,
  e3m3,
  e3m4,
  e4m3,
  e4m3b11fnuz,
  e4m3fn,
  e4m3fnuz,
  e5m2,
  e5m2fnuz,
  fp3,
  intElement,
} from "../../../lib/formats/element.js";
import type {FormatFamily} from "../../../lib/formats/format.js";
import {exactText} from "../../kit/text/number-text.js";

/** An element format as pages show it. */
export interface ElementCodebook {
  readonly element: ElementFormat;
  readonly family: FormatFamily;
  /** Shape of its values, in a sentence counted from them. */
  readonly finding: string;
}

const floats = [e2m1, fp3, e2m3, e3m2, e3m3, e4m3fn, e5m2, e4m3, e3m4, e4m3fnuz, e5m2fnuz, e4m3b11fnuz];
const ints = [2, 3, 4, 5, 6, 8].map((bits) => intElement({bits}));

/** The element formats that pages offer, by id. */
export const elementCodebooks: Readonly<Record<string, ElementCodebook>> = Object.fromEntries(
  [...floats, ...ints].map((element) => [
    element.id,
    {element, family: element.kind === "int" ? "int" : "fp", finding: findingOf(element)},
  ]),
);

export const elementIds: readonly string[] = Object.keys(elementCodebooks);

/** The finite values that rounding may produce, each once: -0 and 0 are one, and a restricted integer has no lowest code. */
export function codebookValues(element: ElementFormat): number[] {
  const lowest =
    element.kind === "int" ? element.lowest / 2 ** element.fractionBits : Number.NEGATIVE_INFINITY;
  const finite = element.values.filter((value) => Number.isFinite(value) && value >= lowest);
  return [...new Set(finite.map((value) => value + 0))].sort((a, b) => a - b);
}

/** A codebook as a line of values. */
export interface LineCodebook {
  readonly bits: number;
  readonly family: FormatFamily;
  /** In rising order, each once. */
  readonly values: readonly number[];
}

/** All codebooks that a number line can show, by id: the element formats, and NF4, whose values follow no rule of bits. */
export const lineCodebooks: Readonly<Record<string, LineCodebook>> = {
  ...Object.fromEntries(
    Object.entries(elementCodebooks).map(([id, {element, family}]) => [
      id,
      {bits: element.bits, family, values: codebookValues(element)},
    ]),
  ),
  nf4: {bits: 4, family: "codebook", values: NF4_VALUES},
};

export const lineIds: readonly string[] = Object.keys(lineCodebooks);

/** A codebook's largest value: what a block scale brings the largest magnitude to. */
export function largestOf({values}: Pick<LineCodebook, "values">): number {
  return values.at(-1)!;
}

/** The share of a codebook's values that lie in the inner half of its range, from 0 to 1. */
export function innerShare({values}: Pick<LineCodebook, "values">): number {
  const half = largestOf({values}) / 2;
  return values.filter((value) => Math.abs(value) <= half).length / values.length;
}

function findingOf(element: ElementFormat): string {
  const {id, max} = element;
  const share = Math.round(100 * innerShare({values: codebookValues(element)}));
  return `${id} has ${codebookValues(element).length} distinct finite values up to ${exactText(max)}; ${share} % of them lie in the inner half of its range.`;
}
