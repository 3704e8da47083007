import {type FormatChoice, type Formats, FP16, type Machine} from "./machine.js";
import {MACHINES, machineById} from "./machines.js";
import type {Model} from "./model.js";
import {MODELS, modelById} from "./models.js";
import {pricesOf, stepSeconds} from "./roofline.js";
import {buildOperators} from "./workload/build.js";
import {decode} from "./workload/step.js";

/** A published decode speed of one sequence: somebody else's number. */
export interface Measurement {
  readonly machine: string;
  readonly model: string;
  readonly system: string;
  readonly weightBits: number;
  readonly threads: number | null;
  readonly tokensPerSecond: number;
  readonly source: string;
}

const TMAC = "microsoft/T-MAC, README and docs";

const tmac = (
  machine: string,
  weightBits: number,
  threads: number,
  tokensPerSecond: number,
): Measurement => ({
  machine,
  model: "llama-2-7b",
  system: "T-MAC",
  weightBits,
  threads,
  tokensPerSecond,
  source: TMAC,
});

/** Reported decode speeds that stand beside the bound. Llama-2-7B on CPUs with table look-up. */
export const MEASUREMENTS: readonly Measurement[] = [
  tmac("m2-ultra", 4, 1, 8.97),
  tmac("m2-ultra", 4, 8, 35.65),
  {...tmac("m2-ultra", 4, 8, 31.57), system: "llama.cpp"},
  tmac("m2-ultra", 2, 1, 16.68),
  tmac("m2-ultra", 2, 8, 51.01),
  tmac("jetson-agx-orin", 4, 1, 2.46),
  tmac("jetson-agx-orin", 4, 12, 8.09),
  tmac("jetson-agx-orin", 2, 1, 4.36),
  tmac("jetson-agx-orin", 2, 12, 15.62),
  {...tmac("jetson-agx-orin", 2, 12, 7.08), system: "llama.cpp, CPU"},
  {...tmac("jetson-agx-orin", 2, 1, 20.03), system: "llama.cpp, GPU", threads: null},
  tmac("raspberry-pi-5", 4, 1, 2.42),
  tmac("raspberry-pi-5", 4, 2, 3.35),
  tmac("raspberry-pi-5", 2, 1, 4.4),
  tmac("raspberry-pi-5", 2, 2, 5.92),
];

/** Bits an element of the weight files T-MAC ran: 3.7 GB at 4 bits, about 2.0 GB at 2 bits (not verified). */
const TMAC_FILE_BITS: Readonly<Record<number, number>> = {4: 4.39, 2: 2.37};

/** A measurement beside the bound: `ratio` is the share of the bound that was reached. */
export interface Comparison {
  readonly measurement: Measurement;
  /** Tokens a second that the machine's data sheet allows; modelled. */
  readonly bound: number;
  readonly ratio: number;
}

const weightFormat = (bits: number): FormatChoice => ({
  id: `int${bits}`,
  bitsPerElement: TMAC_FILE_BITS[bits] ?? bits,
  elementBits: bits,
});

/**
 * Sets measured decode speeds beside the roofline's bound for one sequence with `context` cached tokens. Readers'
 * own measurements take the same form.
 * @throws RangeError if a measurement names an unknown machine or model, or its speed is not above 0.
 */
export function compareMeasurements(
  measurements: readonly Measurement[] = MEASUREMENTS,
  {
    context = 128,
    machines = MACHINES,
    models,
  }: {context?: number; machines?: ReadonlyMap<string, Machine>; models?: ReadonlyMap<string, Model>} = {},
): Comparison[] {
  return measurements.map((measurement) => {
    const {machine, model, weightBits, tokensPerSecond} = measurement;
    if (!(tokensPerSecond > 0)) {
      throw new RangeError(`compareMeasurements: tokensPerSecond must be above 0, got ${tokensPerSecond}`);
    }
    const formats: Formats = {weights: weightFormat(weightBits), activations: FP16, kv: FP16};
    const prices = pricesOf(machineById(machine, machines), formats);
    const bound = 1 / stepSeconds(buildOperators(modelById(model, models), decode(1, context)), prices);
    return {measurement, bound, ratio: tokensPerSecond / bound};
  });
}

const LINE = "machine, model, bits per weight, tokens per second";

/**
 * A reader's own measurements from text, one a line: `rtx-4090, llama-2-7b, 4, 120.5`. Empty lines are passed over.
 * @throws RangeError naming the line, what was wrong and what is allowed.
 */
export function measurementsFromText(text: string): Measurement[] {
  return text
    .split("\n")
    .map((line, i) => [line.trim(), i + 1] as const)
    .filter(([line]) => line !== "")
    .map(([line, number]) => measurementFromLine(line, `measurementsFromText: line ${number}`));
}

function measurementFromLine(line: string, where: string): Measurement {
  const cells = line.split(",").map((cell) => cell.trim());
  const [machine, model, bits, speed] = cells;
  if (cells.length !== 4) throw new RangeError(`${where} must be ${LINE}, got ${cells.length} of the four`);
  const known: readonly [string, string, Iterable<string>][] = [
    ["machine", machine, MACHINES.keys()],
    ["model", model, MODELS.keys()],
  ];
  for (const [what, id, ids] of known) {
    const all = [...ids];
    if (!all.includes(id))
      throw new RangeError(`${where}: ${what} must be one of ${all.join(", ")}, got ${id}`);
  }
  const weightBits = Number(bits);
  if (!(weightBits >= 1 && weightBits <= 32)) {
    throw new RangeError(`${where}: bits per weight must be a number from 1 to 32, got ${bits}`);
  }
  const tokensPerSecond = Number(speed);
  if (!(tokensPerSecond > 0 && Number.isFinite(tokensPerSecond))) {
    throw new RangeError(`${where}: tokens per second must be a number above 0, got ${speed}`);
  }
  const source = "the reader";
  return {
    machine: machine,
    model: model,
    system: "yours",
    weightBits,
    threads: null,
    tokensPerSecond,
    source,
  };
}
