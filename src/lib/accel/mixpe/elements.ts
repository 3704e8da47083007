/** Processing elements for products with weights of few bits. (MixPE, arXiv:2411.16158) */

import {registry} from "../../technique/registry.js";
import type {Unit, Units} from "../circuit.js";

/** Operations of an average weight of a model, beside the addition into a sum. */
export interface WeightTerms {
  /** Additions of an integer: of the bits of its two's complement, or of its signed digits. */
  readonly additions: number;
  /** Additions to an exponent field of E2M1. */
  readonly shifts: number;
  /** Halves that E2M1 adds. */
  readonly halves: number;
}

/** Choices that all elements share. */
export interface ElementChoices {
  /** Bits of a weight, where weights are rounded. */
  readonly weightBits: number;
  /** Bits of an input, where inputs are integers. */
  readonly inputBits: number;
  /** Weights under one scale. */
  readonly groupSize: number;
  /** True if groups of integers have a zero point beside their scale. */
  readonly hasZero: boolean;
  /** Elements that share a unit for scales of groups. */
  readonly sharing: number;
}

/** Bits of a stored weight, of an input and of a sum. */
export interface ElementBits {
  readonly weight: number;
  readonly input: number;
  readonly sum: number;
}

/** A kind of processing element: what stands in it, what works for a product, and where scales meet the numbers. */
export interface ProcessingElement {
  readonly id: string;
  readonly label: string;
  /** Scales of groups meet weights before the product, sums after it, or there are none. */
  readonly scales: "weights" | "groups" | "none";
  /** True if inputs are integers, which have a scale of their own. */
  readonly hasIntegers: boolean;
  bitsOf(choices: ElementChoices): ElementBits;
  /** Units of the product itself, as many as stand in an element. */
  built(choices: ElementChoices): readonly Units[];
  /** The same, as often as they work for an average weight. */
  working(choices: ElementChoices, terms: WeightTerms): readonly Units[];
  /** The adder into the sum. */
  adder(sumBits: number): Unit;
}

const products = (unit: Unit, count = 1): Units => ({part: "products", unit, count});

/** An element with one multiplier. */
function multiplying(
  element: Omit<ProcessingElement, "built" | "working">,
  multiplier: (choices: ElementChoices) => Unit,
): ProcessingElement {
  const units = (choices: ElementChoices) => [products(multiplier(choices))];
  return {...element, built: units, working: units};
}

const floats = {
  hasIntegers: false,
  adder: (): Unit => ({kind: "fp32Add"}),
};
const integers = {
  hasIntegers: true,
  adder: (bits: number): Unit => ({kind: "add", bits}),
};

const fp16Multiplier = (): Unit => ({kind: "fp16Multiply"});

/** Numbers of 16 bits on both sides. */
const fp16 = multiplying(
  {
    id: "fp16",
    label: "FP16 elements",
    scales: "none",
    ...floats,
    bitsOf: () => ({weight: 16, input: 16, sum: 32}),
  },
  fp16Multiplier,
);

/** Weights of few bits become numbers of 16 bits at the edge of the array, each time that they enter it. */
const dequantized = multiplying(
  {
    id: "dequantized",
    label: "dequantized first, FP16 elements",
    scales: "weights",
    ...floats,
    bitsOf: () => ({weight: 16, input: 16, sum: 32}),
  },
  fp16Multiplier,
);

/** Integers of 8 bits on both sides, one scale for a row. */
const int8 = multiplying(
  {
    id: "int8",
    label: "INT8 elements",
    scales: "none",
    ...integers,
    bitsOf: () => ({weight: 8, input: 8, sum: 32}),
  },
  () => ({kind: "multiply", bits: [8, 8]}),
);

/** Sums of a group's products of integers have a + b + ceil(log2 G) bits. */
const groupSums = ({weightBits, inputBits, groupSize}: ElementChoices): ElementBits => ({
  weight: weightBits,
  input: inputBits,
  sum: weightBits + inputBits + Math.ceil(Math.log2(groupSize)),
});

/** A multiplier as wide as its operands, scales after each group: MixPE's order of sums without its adders. */
const narrow = multiplying(
  {
    id: "narrow",
    label: "narrow multipliers",
    scales: "groups",
    ...integers,
    bitsOf: groupSums,
  },
  ({weightBits, inputBits}) => ({kind: "multiply", bits: [weightBits, inputBits]}),
);

const shiftedInputs = ({weightBits, inputBits}: ElementChoices, additions: number): Units[] => [
  products({kind: "gate", bits: weightBits * inputBits}),
  products({kind: "add", bits: weightBits + inputBits}, additions),
];

/** Inputs shifted to the bits of a weight are gated by these and added; scales meet the sums of groups. (section 3.2) */
const w4a8: ProcessingElement = {
  id: "mixpe-w4a8",
  label: "MixPE, integers",
  scales: "groups",
  ...integers,
  bitsOf: groupSums,
  built: (choices) => shiftedInputs(choices, choices.weightBits - 1),
  working: (choices, {additions}) => shiftedInputs(choices, additions),
};

const EXPONENT_BITS = 6;
/** Bits of a mantissa of float16 and of half of it, added. */
const MANTISSA_BITS = 13;

const exponentsAndHalves = (shifts: number, halves: number): Units[] => [
  products({kind: "add", bits: EXPONENT_BITS}, shifts),
  products({kind: "add", bits: MANTISSA_BITS}, halves),
];

/** Exponents of E2M1 weights and of inputs in float16 are added, and halves of mantissas where a weight has one. (section 3.2) */
const w4a16: ProcessingElement = {
  id: "mixpe-w4a16",
  label: "MixPE, FP4 by FP16",
  scales: "groups",
  ...floats,
  bitsOf: () => ({weight: 4, input: 16, sum: 32}),
  built: () => exponentsAndHalves(1, 1),
  working: (_, {shifts, halves}) => exponentsAndHalves(shifts, halves),
};

/** All of them, plain ones first. */
export const processingElements = registry<ProcessingElement>("processingElements", [
  fp16,
  dequantized,
  int8,
  narrow,
  w4a8,
  w4a16,
]);
