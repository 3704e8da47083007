/** A square array of processing elements with what stands beside it, and its area. */

import {requireInteger} from "../../tensor/require.js";
import {areaOf, type CircuitPrices, type Units} from "../circuit.js";
import type {ElementChoices, ProcessingElement} from "./elements.js";

/** An array of `side` rows and columns of elements. */
export interface ElementArray {
  readonly element: ProcessingElement;
  readonly side: number;
  readonly choices: ElementChoices;
}

function requireArray({side, choices}: ElementArray): void {
  const {weightBits, inputBits, groupSize, sharing} = choices;
  requireInteger("elementArray", "side", side, 1);
  requireInteger("elementArray", "weightBits", weightBits, 2, 8);
  requireInteger("elementArray", "inputBits", inputBits, 2, 16);
  requireInteger("elementArray", "groupSize", groupSize, 1);
  requireInteger("elementArray", "sharing", sharing, 1);
}

/** Tells whether groups have a zero point: those of integers may. */
export const hasZeroPoints = ({scales, hasIntegers}: ProcessingElement, {hasZero}: ElementChoices): boolean =>
  hasZero && (scales === "weights" || (scales === "groups" && hasIntegers));

/** Bits of the sum of a group's inputs. */
export const inputSumBits = ({inputBits, groupSize}: ElementChoices): number =>
  inputBits + Math.ceil(Math.log2(groupSize));

/** Units that take the zero point out of a weight, or of the sum of a group. */
function zeroUnits(element: ProcessingElement, choices: ElementChoices): Units[] {
  if (!hasZeroPoints(element, choices)) return [];
  const {weightBits} = choices;
  if (element.scales === "weights")
    return [{part: "scales", unit: {kind: "add", bits: weightBits + 1}, count: 1}];
  return [
    {part: "scales", unit: {kind: "multiply", bits: [weightBits, inputSumBits(choices)]}, count: 1},
    {part: "scales", unit: {kind: "add", bits: element.bitsOf(choices).sum}, count: 1},
  ];
}

/** Units that meet a weight, or the sum of a group, with its scale and its zero point, one of each. */
export function scaleUnits(element: ProcessingElement, choices: ElementChoices): Units[] {
  if (element.scales === "none") return [];
  const sums: Units[] =
    element.scales === "groups" ? [{part: "scales", unit: {kind: "fp32Add"}, count: 1}] : [];
  return [{part: "scales", unit: {kind: "fp16Multiply"}, count: 1}, ...sums, ...zeroUnits(element, choices)];
}

/** Units of one element; a sum that leaves while that of the next group begins has its registers twice. */
function elementUnits({element, choices}: ElementArray): Units[] {
  const {weight, input, sum} = element.bitsOf(choices);
  const held = element.scales === "groups" ? 2 * sum : sum;
  return [
    ...element.built(choices),
    {part: "sums", unit: element.adder(sum), count: 1},
    {part: "registers", unit: {kind: "register", bits: weight + input + held}, count: 1},
  ];
}

/** Number of units for scales: one a column for weights that enter it, one for as many elements as share it. */
function scaleUnitCount({element: {scales}, side, choices: {sharing}}: ElementArray): number {
  if (scales === "none") return 0;
  return scales === "weights" ? side : Math.ceil(side ** 2 / sharing);
}

/** Square micrometres of an array by part. */
export interface ArrayArea {
  readonly products: number;
  readonly sums: number;
  readonly registers: number;
  readonly scales: number;
}

/**
 * Area of an array by part.
 * @throws RangeError for a side or choices out of range.
 */
export function arrayArea(array: ElementArray, prices?: CircuitPrices): ArrayArea {
  requireArray(array);
  const units = elementUnits(array);
  const ofElements = (part: keyof ArrayArea) => {
    const own = units.filter((each) => each.part === part);
    return array.side ** 2 * areaOf(own, prices);
  };
  return {
    products: ofElements("products"),
    sums: ofElements("sums"),
    registers: ofElements("registers"),
    scales: scaleUnitCount(array) * areaOf(scaleUnits(array.element, array.choices), prices),
  };
}

/** All of it, square micrometres. */
export const wholeArea = ({products, sums, registers, scales}: ArrayArea): number =>
  products + sums + registers + scales;

/** The largest side, at least 1, of an array that takes no more than so many square micrometres. */
export function sideAtArea(
  element: ProcessingElement,
  choices: ElementChoices,
  micrometres: number,
  prices?: CircuitPrices,
): number {
  const fits = (side: number) => wholeArea(arrayArea({element, side, choices}, prices)) <= micrometres;
  let [fitting, tooLarge] = [1, 2];
  while (fits(tooLarge)) [fitting, tooLarge] = [tooLarge, 2 * tooLarge];
  while (tooLarge - fitting > 1) {
    const middle = Math.floor((fitting + tooLarge) / 2);
    if (fits(middle)) fitting = middle;
    else tooLarge = middle;
  }
  return fitting;
}
