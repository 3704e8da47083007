import {
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
  type ElementFormat,
  fp3,
  intElement,
} from "../lib/formats/element.js";
import type {FormatFamily} from "../lib/formats/format.js";
import {exactText} from "./number-text.js";

/** An element format as pages show it. */
export interface ElementBook {
  readonly element: ElementFormat;
  readonly family: FormatFamily;
  /** What its values look like, in a sentence counted from them. */
  readonly finding: string;
}

const floats = [
  e2m1,
  fp3,
  e2m3,
  e3m2,
  e3m3,
  e4m3fn,
  e5m2,
  e4m3,
  e3m4,
  e4m3fnuz,
  e5m2fnuz,
  e4m3b11fnuz,
];
const ints = [2, 3, 4, 5, 6, 8].map((bits) => intElement({bits}));

/** The element formats that pages offer, by id. */
export const elementBooks: Readonly<Record<string, ElementBook>> = Object.fromEntries(
  [...floats, ...ints].map((element) => [
    element.id,
    {element, family: element.kind === "int" ? "int" : "fp", finding: findingOf(element)},
  ]),
);

export const elementIds: readonly string[] = Object.keys(elementBooks);

function findingOf({id, values, max}: ElementFormat): string {
  // -0 and 0 are one value.
  const distinct = [...new Set(values.filter(Number.isFinite).map((value) => value + 0))];
  const inner = distinct.filter((value) => Math.abs(value) <= max / 2).length;
  const share = Math.round((100 * inner) / distinct.length);
  return `${id} has ${distinct.length} distinct finite values up to ${exactText(max)}; ${share} % of them lie in the inner half of its range.`;
}
