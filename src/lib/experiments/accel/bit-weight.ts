import {DIGIT_ENCODINGS, type DigitEncoding, digitCounts} from "../../accel/bit-weight/digits.js";
import {lanesTime} from "../../accel/bit-weight/lanes.js";
import {PUBLISHED_TERMS} from "../../accel/bit-weight/published.js";
import {experiment} from "../../experiment/experiment.js";
import {randomStream} from "../../tensor/random.js";
import {decoderWeights} from "../shared/decoders.js";

const MODEL = "decoder-small";
/** Operands that lanes take: of a model as many of each matrix. */
const OPERANDS = 16_384;
const TOGETHER = {
  "after each operand": 1,
  "after 32 operands": 32,
  "at the end": Number.POSITIVE_INFINITY,
} as const;

/** Normal numbers rounded to integers of eight bits. */
function normalOperands(sigma: number, seed: number): Int8Array {
  const {normal} = randomStream(seed, `operands of ${sigma}`);
  return Int8Array.from({length: OPERANDS}, () =>
    Math.min(127, Math.max(-128, Math.round(sigma * normal()))),
  );
}

/** Matrices of a model, each row by its largest magnitude in integers of eight bits; every so many-th, OPERANDS in all. */
function modelOperands(matrices: readonly {shape: readonly number[]; data: Float32Array}[]): Int8Array {
  const all = matrices.flatMap(({shape: [, width], data}) => {
    const rows = Array.from({length: data.length / width}, (_, row) =>
      data.subarray(row * width, (row + 1) * width),
    );
    return rows.map((row) => {
      const largest = row.reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1;
      return Int8Array.from(row, (x) => Math.round((127 * x) / largest));
    });
  });
  const joined = new Int8Array(all.reduce((sum, {length}) => sum + length, 0));
  let at = 0;
  for (const row of all) {
    joined.set(row, at);
    at += row.length;
  }
  const step = Math.max(1, Math.floor(joined.length / OPERANDS));
  return joined.filter((_, i) => i % step === 0).subarray(0, OPERANDS);
}

/** Operands of eight bits as digits: how many are not zero, and what lanes that skip the others make of it. */
export const bitWeight = experiment({
  id: "accel/bit-weight",
  title: "Integers by their digits",
  question:
    "How many digits of an operand are not zero, and how much of that is saved by lanes that wait for each other?",
  source: "Bit-weight TPE, arXiv:2503.06342; canonical signed digits and Booth's recoding beside it",
  params: {
    lanes: {kind: "integer", label: "Lanes", min: 1, max: 256, log: true, default: 32},
    wait: {
      kind: "choice",
      label: "Lanes wait for each other",
      options: Object.keys(TOGETHER) as (keyof typeof TOGETHER)[],
      default: "after 32 operands",
    },
    zeroTakesCycle: {kind: "flag", label: "A zero takes a cycle", default: true},
    seed: {kind: "integer", label: "Seed of the operands", min: 0, max: 999, default: 0, advanced: true},
  },
  columns: {
    operands: {type: "string", label: "Operands"},
    sigma: {type: "number", label: "Standard deviation", nullable: true},
    encoding: {type: "string", label: "Digits"},
    digits: {type: "number", label: "Digits that are not zero", unit: "per operand", provenance: "row"},
    zeroShare: {
      type: "number",
      label: "Operands that are zero",
      unit: "%",
      provenance: "measured",
      nullable: true,
    },
    cycles: {
      type: "number",
      label: "Cycles",
      unit: "per operand of a lane",
      provenance: "modelled",
      nullable: true,
    },
    utilization: {type: "number", label: "Lanes at work", unit: "%", provenance: "modelled", nullable: true},
  },
  needs: [`weights/${MODEL}`],
  sweep: (Object.keys(TOGETHER) as (keyof typeof TOGETHER)[]).map((wait) => ({wait})),
  async run({lanes, wait, zeroTakesCycle, seed}, {data}) {
    const {tensors} = decoderWeights(MODEL, data);
    const matrices = Array.from(tensors).flatMap(([name, tensor]) =>
      name.includes(".layers.") && tensor.shape.length === 2 ? [tensor] : [],
    );
    const sets = [
      ...PUBLISHED_TERMS.sigma.map((sigma) => ({
        name: `normal, deviation ${sigma}`,
        sigma: sigma as number | null,
        operands: normalOperands(sigma, seed),
      })),
      {name: `weights of ${MODEL}`, sigma: null, operands: modelOperands(matrices)},
    ];
    const row = (set: (typeof sets)[number], encoding: DigitEncoding) => {
      const counts = digitCounts(encoding);
      const terms = Uint8Array.from(set.operands, (value) => counts[value + 128]);
      const time = lanesTime(terms, {lanes, together: TOGETHER[wait], zeroCycles: zeroTakesCycle ? 1 : 0});
      return {
        operands: set.name,
        sigma: set.sigma,
        encoding: encoding.label,
        digits: terms.reduce((sum, count) => sum + count, 0) / terms.length,
        zeroShare: (100 * set.operands.filter((value) => value === 0).length) / terms.length,
        cycles: time.cyclesPerOperand,
        utilization: 100 * time.utilization,
        provenance: "measured" as const,
      };
    };
    const published = PUBLISHED_TERMS.sigma.map((sigma, i) => ({
      operands: `normal, deviation ${sigma}`,
      sigma: sigma as number | null,
      encoding: "the authors' encoder, sums of 128",
      digits: PUBLISHED_TERMS["K = 128"][i],
      zeroShare: null,
      cycles: null,
      utilization: null,
      provenance: "reported" as const,
    }));
    return [...sets.flatMap((set) => DIGIT_ENCODINGS.map((encoding) => row(set, encoding))), ...published];
  },
});
