import {
  ARRAY_DESIGNS,
  type ArrayDesign,
  CLOUD_ARRAYS,
  FLAT_ARRAYS,
  type HeadSize,
  type TwoArrays,
} from "../../accel/fusemax/arrays.js";
import {attentionCycles} from "../../accel/fusemax/cycles.js";
import {arrayOperations, attentionEnergy} from "../../accel/fusemax/energy.js";
import {attentionBytes, heldBytes} from "../../accel/fusemax/traffic.js";
import {experiment} from "../../experiment/experiment.js";

const LENGTHS = [256, 1024, 4096, 16384, 65536, 262144, 1048576] as const;
const MEBI = 2 ** 20;
const GIBI = 2 ** 30;

const NAMES: Readonly<Record<ArrayDesign, string>> = {
  unfused: "unfused, scores in memory",
  flat: "FLAT, scores in the buffer",
  serial: "one pass, one array at a time",
  stalled: "one pass, waiting for each tile's largest",
  fusemax: "FuseMax, interleaved",
};

/** Cycles, bytes and energy of attention on a square array beside a row, by who waits for whom. */
export const fusemax = experiment({
  id: "reductions/fusemax",
  title: "Softmax on two arrays",
  question: "What does attention cost a square array beside a row, if keys are met once or three times?",
  source: "FuseMax, arXiv:2406.10491, section 5, and its artifact FPSG-UIUC/micro24-fusemax-artifact",
  params: {
    designs: {
      kind: "choices",
      label: "Designs",
      options: ARRAY_DESIGNS,
      names: NAMES,
      default: [...ARRAY_DESIGNS],
      rowsBy: "design",
    },
    lengths: {
      kind: "choices",
      label: "Lengths",
      help: "Queries, and as many keys.",
      unit: "tokens",
      options: LENGTHS,
      default: [...LENGTHS],
    },
    width: {kind: "choice", label: "Head size", options: [32, 64, 128, 256], default: 64},
    side: {
      kind: "choice",
      label: "Side of the square array",
      help: "The row has as many elements. 256 for a server, 32 at the edge.",
      options: [32, 64, 128, 256, 512],
      default: CLOUD_ARRAYS.side,
    },
    bandwidth: {
      kind: "number",
      label: "Bandwidth",
      unit: "GiB/s",
      min: 10,
      max: 4000,
      log: true,
      default: CLOUD_ARRAYS.bandwidth / GIBI,
    },
    buffer: {
      kind: "number",
      label: "Buffer",
      help: "FLAT and unfused have twice as much, as in the paper.",
      unit: "MiB",
      min: 0.25,
      max: 256,
      log: true,
      default: CLOUD_ARRAYS.bufferBytes / MEBI,
    },
    exponentialCycles: {
      kind: "number",
      label: "Cycles from one exponential of the row to the next",
      help: "Where softmax has the row alone; one-pass designs multiply and add.",
      min: 1,
      max: 16,
      step: 1,
      default: CLOUD_ARRAYS.exponentialCycles,
      advanced: true,
    },
  },
  columns: {
    design: {type: "string", label: "Design"},
    label: {type: "string", label: "Name"},
    tokens: {type: "integer", label: "Length", unit: "tokens"},
    time: {type: "number", label: "Time of a head", unit: "ms", provenance: "modelled"},
    speedup: {type: "number", label: "Times as fast as FLAT", provenance: "modelled"},
    used: {type: "number", label: "Share of the time in which the square works", provenance: "modelled"},
    bytes: {
      type: "number",
      label: "Bytes from and to memory, a query",
      unit: "bytes",
      provenance: "modelled",
    },
    held: {
      type: "number",
      label: "Bytes that a query holds in the buffer",
      unit: "bytes",
      provenance: "modelled",
    },
    divisions: {type: "number", label: "Divisions, a query", provenance: "modelled"},
    energy: {type: "number", label: "Energy of a score", unit: "pJ", provenance: "modelled"},
    computeEnergy: {type: "number", label: "of it arithmetic", unit: "pJ", provenance: "modelled"},
    registerEnergy: {type: "number", label: "of it registers", unit: "pJ", provenance: "modelled"},
    bufferEnergy: {type: "number", label: "of it the buffer", unit: "pJ", provenance: "modelled"},
    memoryEnergy: {type: "number", label: "of it memory", unit: "pJ", provenance: "modelled"},
  },
  needs: [],
  sweep: [{}, {width: 128}, {side: 32, bandwidth: 50, buffer: 0.25}],
  async run({designs, lengths, width, side, bandwidth, buffer, exponentialCycles}, {progress}) {
    const own = {...CLOUD_ARRAYS, side, bandwidth: bandwidth * GIBI, exponentialCycles};
    const machineOf = (design: ArrayDesign): TwoArrays => {
      const isOnePass = design !== "flat" && design !== "unfused";
      const times = isOnePass ? 1 : FLAT_ARRAYS.bufferBytes / CLOUD_ARRAYS.bufferBytes;
      return {...own, bufferBytes: times * buffer * MEBI};
    };
    await progress(0);
    return lengths.flatMap((tokens) => {
      const size = {queries: tokens, keys: tokens, keyWidth: width, valueWidth: width};
      const flat = attentionCycles("flat", size, machineOf("flat")).cycles;
      return ARRAY_DESIGNS.filter((design) => designs.includes(design)).map((design) =>
        costCells(design, size, machineOf(design), flat),
      );
    });
  },
});

function costCells(design: ArrayDesign, size: HeadSize, machine: TwoArrays, flat: number) {
  const {queries: tokens} = size;
  const {cycles, square} = attentionCycles(design, size, machine);
  const energy = attentionEnergy(design, size, machine);
  const perScore = (picojoules: number) => picojoules / tokens ** 2;
  const [computeEnergy, registerEnergy, bufferEnergy, memoryEnergy] = [
    energy.compute,
    energy.registers,
    energy.buffer,
    energy.dram,
  ].map(perScore);
  return {
    design,
    label: NAMES[design],
    tokens,
    time: (1e3 * cycles) / machine.clockHz,
    speedup: flat / cycles,
    used: square / cycles,
    bytes: attentionBytes(design, size, machine) / tokens,
    held: heldBytes(design, size, machine),
    divisions: arrayOperations(design, size, machine).divide / tokens,
    energy: computeEnergy + registerEnergy + bufferEnergy + memoryEnergy,
    computeEnergy,
    registerEnergy,
    bufferEnergy,
    memoryEnergy,
    provenance: "modelled" as const,
  };
}
