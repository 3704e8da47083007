import {CIRCUIT_PRICES} from "../../accel/circuit.js";
import {csdDigits} from "../../accel/double-duty/csd.js";
import {arrayArea, sideAtArea, wholeArea} from "../../accel/mixpe/element-array.js";
import {
  type ElementChoices,
  type ProcessingElement,
  processingElements,
  type WeightTerms,
} from "../../accel/mixpe/elements.js";
import {
  ARRAY_MEMORY,
  productCycles,
  productEnergy,
  productPicojoules,
  productWork,
} from "../../accel/mixpe/product-cost.js";
import {shiftAddAdditions} from "../../arithmetic/shift-add/shift-add.js";
import {fp4Shifts, halvesAdded} from "../../arithmetic/shift-add/shift-add-float.js";
import {experiment} from "../../experiment/experiment.js";
import {e2m1} from "../../formats/element.js";
import {scaledFloat} from "../../formats/float/float-scaled.js";
import {int, intQuantize} from "../../formats/int.js";
import {unpackCodes} from "../../formats/pack.js";
import {mean} from "../../stats/moments.js";
import {optionNames} from "../../technique/option-names.js";
import {tensorError} from "../../tensor/error.js";
import type {Tensor} from "../../tensor/tensor.js";
import {decoderWeights, SMALL_DECODERS} from "../shared/decoders.js";

const MODELS = [...SMALL_DECODERS, "decoder-large"] as const;
const GROUP_SIZES = [32, 64, 128, 256] as const;
const DIGITS = {binary: "bits of the two's complement", signed: "signed digits"} as const;

/** Weights of a model in the formats of the elements. */
interface MeasuredWeights {
  readonly terms: WeightTerms;
  /** Relative errors of squares: of integers, of E2M1, of integers of 8 bits with a scale a row. */
  readonly errors: {readonly groups: number; readonly fp4: number; readonly int8: number};
}

const signedAdditions = (integer: number): number =>
  Math.max(csdDigits(integer).filter((digit) => digit !== 0).length - 1, 0);

const meanOf = (codes: ArrayLike<number>, of: (code: number) => number): number =>
  mean(Array.from(codes, of));

/** Rounds matrices as elements read them, and counts what their codes take. */
function measuredWeights(
  matrix: Tensor,
  {weightBits: bits, groupSize, hasZero}: ElementChoices,
  digits: string,
): MeasuredWeights {
  const scheme = hasZero ? "asym" : "full";
  const options = {bits, scheme, groupSize} as const;
  const {codes} = intQuantize(matrix, options);
  const half = 2 ** (bits - 1);
  // Codes of integers with a zero point begin at 0; others are two's complement.
  const integerOf = (code: number) => (hasZero ? code - half : code >= half ? code - 2 ** bits : code);
  const additionsOf = (integer: number) =>
    digits === DIGITS.signed ? signedAdditions(integer) : shiftAddAdditions(integer, bits);
  const fp4 = scaledFloat({groupSize});
  const packed = fp4.encode(matrix);
  const fp4Codes = unpackCodes(packed.parts.codes, e2m1.bits, matrix.data.length);
  const errorOf = (copy: Tensor) => tensorError(matrix.data, copy.data).relativeMse;
  const [groups, rows] = [int(options), int({bits: 8, granularity: "channel"})];
  return {
    terms: {
      additions: meanOf(codes, (code) => additionsOf(integerOf(code))),
      shifts: meanOf(fp4Codes, fp4Shifts),
      halves: meanOf(fp4Codes, halvesAdded),
    },
    errors: {
      groups: errorOf(groups.decode(groups.encode(matrix))),
      fp4: errorOf(fp4.decode(packed)),
      int8: errorOf(rows.decode(rows.encode(matrix))),
    },
  };
}

/** The error of the format that an element reads; none for weights as they are. */
function errorOf({id}: ProcessingElement, {errors}: MeasuredWeights): number | null {
  if (id === "fp16") return null;
  if (id === "int8") return errors.int8;
  return id === "mixpe-w4a16" ? errors.fp4 : errors.groups;
}

/** Additions that an element makes for an average weight, beside the one into the sum. */
const additionsOf = (element: ProcessingElement, choices: ElementChoices, terms: WeightTerms): number =>
  element.working(choices, terms).reduce((sum, {unit, count}) => sum + (unit.kind === "add" ? count : 0), 0);

/** All down projections of a model, one below the other. */
function downProjections(tensors: ReadonlyMap<string, Tensor>): Tensor {
  const matrices = Array.from(tensors).flatMap(([name, each]) => (name.includes("down_proj") ? [each] : []));
  const [{shape}] = matrices;
  const data = new Float32Array(matrices.length * matrices[0].data.length);
  for (const [i, each] of matrices.entries()) data.set(each.data, i * each.data.length);
  return {shape: [matrices.length * shape[0], shape[1]], data};
}

const modelledNumber = (label: string, unit: string) =>
  ({type: "number", label, unit, provenance: "modelled"}) as const;
const measuredNumber = (label: string, unit: string) =>
  ({type: "number", label, unit, provenance: "measured"}) as const;

/** Arrays of processing elements of equal area at one product, over the weights that share a scale. */
export const mixedElements = experiment({
  id: "accel/mixed-elements",
  title: "Arrays of elements that shift and add",
  question:
    "What do energy and time of a product gain from leaving scales, and multipliers, out of the loop?",
  source:
    "MixPE, arXiv:2411.16158; energies of Horowitz, ISSCC 2014; areas printed beside them and of the Nangate 45 nm library",
  params: {
    elements: {
      kind: "choices",
      label: "Elements",
      options: processingElements.ids,
      names: optionNames(processingElements.all),
      default: processingElements.ids,
      rowsBy: "element",
    },
    side: {
      kind: "integer",
      label: "Side of an array of INT8 elements",
      help: "The other arrays take its area, or its side.",
      min: 8,
      max: 128,
      log: true,
      default: 64,
    },
    equalArea: {kind: "flag", label: "Arrays of equal area", default: true},
    weightBits: {kind: "integer", label: "Bits of a weight", min: 2, max: 7, default: 4},
    inputBits: {
      kind: "integer",
      label: "Bits of an input, where it is an integer",
      min: 4,
      max: 8,
      default: 8,
    },
    rows: {
      kind: "integer",
      label: "Tokens",
      help: "One is decoding, many are a prompt.",
      min: 1,
      max: 8192,
      log: true,
      default: 2048,
    },
    width: {
      kind: "integer",
      label: "Width of the square matrix",
      min: 256,
      max: 16384,
      log: true,
      default: 4096,
      advanced: true,
    },
    zero: {kind: "flag", label: "Groups of integers have a zero point", default: true},
    digits: {
      kind: "choice",
      label: "Additions of an integer",
      options: Object.values(DIGITS),
      default: DIGITS.binary,
      advanced: true,
    },
    sharing: {
      kind: "integer",
      label: "Elements that share a unit for scales, at most",
      help: "No more than a group has weights: each needs it once a group.",
      min: 1,
      max: 256,
      log: true,
      default: 128,
      advanced: true,
    },
    registerArea: {
      kind: "number",
      label: "Area of registers, of that of their cell",
      min: 0.25,
      max: 4,
      log: true,
      default: CIRCUIT_PRICES.registerArea,
      advanced: true,
    },
    multiplierArea: {
      kind: "number",
      label: "Area of integer multipliers, of the product of their widths",
      min: 0.25,
      max: 4,
      log: true,
      default: CIRCUIT_PRICES.multiplierArea,
      advanced: true,
    },
    cellEnergy: {
      kind: "number",
      label: "Energy of registers and gates, of an adder's for their area",
      min: 0.25,
      max: 4,
      log: true,
      default: CIRCUIT_PRICES.cellEnergy,
      advanced: true,
    },
    bytesPerCycle: {
      kind: "integer",
      label: "Bytes from memory in a cycle",
      min: 1,
      max: 4096,
      log: true,
      default: ARRAY_MEMORY.bytesPerCycle,
      advanced: true,
    },
    bufferPicojoules: {
      kind: "number",
      label: "Energy of a byte from the buffer",
      unit: "pJ",
      help: "12.5 for a megabyte, 2.5 for 32 kilobytes.",
      min: 0.5,
      max: 25,
      log: true,
      default: ARRAY_MEMORY.bufferPicojoules,
      advanced: true,
    },
    model: {
      kind: "choice",
      label: "Model",
      help: "Its down projections are rounded: their rows are the longest.",
      options: MODELS,
      default: "decoder-large",
      advanced: true,
    },
  },
  columns: {
    element: {type: "string", label: "Element"},
    label: {type: "string", label: "Name"},
    groupSize: {type: "integer", label: "Weights under one scale"},
    side: {type: "integer", label: "Side of the array", provenance: "modelled"},
    elementArea: modelledNumber("Area for an element", "µm²"),
    area: modelledNumber("Area of the array", "mm²"),
    cycles: modelledNumber("Time", "cycles"),
    computeCycles: modelledNumber("Time of the array", "cycles"),
    memoryCycles: modelledNumber("Time of memory", "cycles"),
    energy: modelledNumber("Energy", "pJ per product"),
    products: modelledNumber("Energy of products", "pJ per product"),
    sums: modelledNumber("Energy of sums", "pJ per product"),
    registers: modelledNumber("Energy of registers", "pJ per product"),
    scales: modelledNumber("Energy of scales", "pJ per product"),
    buffer: modelledNumber("Energy of the buffer", "pJ per product"),
    slow: modelledNumber("Energy of memory", "pJ per product"),
    scaleWork: modelledNumber("Multiplications by scales", "per product"),
    additions: measuredNumber("Additions beside that into the sum", "per weight"),
    error: {
      type: "number",
      label: "Error of the weights: squares, of those of the weights",
      provenance: "measured",
      nullable: true,
    },
  },
  needs: MODELS.map((model) => `weights/${model}` as const),
  needsOf: ({model}) => [`weights/${model}`] as const,
  sweep: [{}, {rows: 1}, {equalArea: false}, {digits: DIGITS.signed}],
  async run(params, {data, progress}) {
    const {elements, side, equalArea, rows: tokens, width, digits, model, sharing} = params;
    const {weightBits, inputBits, zero: hasZero, bytesPerCycle, bufferPicojoules} = params;
    const {registerArea, multiplierArea, cellEnergy} = params;
    const matrix = downProjections(decoderWeights(model, data).tensors);
    const prices = {...CIRCUIT_PRICES, registerArea, multiplierArea, cellEnergy};
    const memory = {...ARRAY_MEMORY, bytesPerCycle, bufferPicojoules};
    const shape = {rows: tokens, columns: width, length: width};
    const count = tokens * width * width;
    const rows = [];
    for (const [n, groupSize] of GROUP_SIZES.entries()) {
      await progress(n / GROUP_SIZES.length, `groups of ${groupSize}`);
      const choices: ElementChoices = {
        weightBits,
        inputBits,
        groupSize,
        hasZero,
        sharing: Math.min(sharing, groupSize),
      };
      const weights = measuredWeights(matrix, choices, digits);
      const int8 = processingElements.byId("int8");
      const limit = wholeArea(arrayArea({element: int8, side, choices}, prices));
      for (const element of elements.map(processingElements.byId)) {
        const own = equalArea ? sideAtArea(element, choices, limit, prices) : side;
        const array = {element, side: own, choices};
        const area = wholeArea(arrayArea(array, prices));
        const {cycles, compute, memory: memoryCycles} = productCycles(array, shape, memory);
        const energy = productEnergy(array, shape, weights.terms, memory, prices);
        const isScale = productWork(array, shape, weights.terms).filter(
          ({part, unit}) => part === "scales" && unit.kind === "fp16Multiply",
        );
        rows.push({
          element: element.id,
          label: element.label,
          groupSize,
          side: own,
          elementArea: area / own ** 2,
          area: area / 1e6,
          cycles,
          computeCycles: compute,
          memoryCycles,
          energy: productPicojoules(energy) / count,
          products: energy.products / count,
          sums: energy.sums / count,
          registers: energy.registers / count,
          scales: energy.scales / count,
          buffer: energy.buffer / count,
          slow: energy.slow / count,
          scaleWork: isScale.reduce((sum, each) => sum + each.count, 0) / count,
          additions: additionsOf(element, choices, weights.terms),
          error: errorOf(element, weights),
          provenance: "measured" as const,
        });
      }
    }
    return rows;
  },
});
