import {
  balancedElements,
  HSA_DEFAULT,
  HSA_REPORTED,
  type HsaMachine,
  hsaArea,
  hsaDecode,
  hsaScenario,
} from "../../accel/hsa/cost.js";
import {modelById} from "../../accel/models.js";
import {experiment} from "../../experiment/experiment.js";

const SIDES = [4, 8, 12, 16, 24, 32, 48, 64] as const;

/** The scenarios of the paper by its names; their lengths are not published, so they are knobs here. */
const SCENARIOS = {LISO: "long input, short output", SILO: "short input, long output"} as const;

const blank = {
  side: null,
  elements: null,
  mm2: null,
  tokensPerSecond: null,
  utilization: null,
  bytesPerToken: null,
  joulesPerToken: null,
  tokensPerSecondPerMm2: null,
  outputPerSecondPerMm2: null,
};

const CITED = {
  kind: "reported",
  provenance: "reported" as const,
};

function decodeRow(machine: HsaMachine, side: number, mode: "hybrid" | "systolic") {
  const {seconds, utilization, emaBytes, joules} = hsaDecode(modelById("retnet-1.3b"), machine, 1024, mode);
  return {
    ...blank,
    kind: "decode",
    what: mode,
    side,
    elements: side * side,
    mm2: hsaArea(machine),
    tokensPerSecond: 1 / seconds,
    utilization: 100 * utilization,
    bytesPerToken: emaBytes,
    joulesPerToken: joules,
    provenance: "modelled" as const,
  };
}

function scenarioRow(
  machine: HsaMachine,
  side: number,
  what: string,
  [input, output]: readonly [number, number],
) {
  const found = hsaScenario(modelById("retnet-1.3b"), machine, input, output);
  return {
    ...blank,
    kind: "scenario",
    what,
    side,
    elements: side * side,
    mm2: found.mm2,
    tokensPerSecond: (input + output) / found.seconds,
    joulesPerToken: found.joules / (input + output),
    tokensPerSecondPerMm2: found.tokensPerSecondPerMm2,
    outputPerSecondPerMm2: found.outputTokensPerSecondPerMm2,
    provenance: "modelled" as const,
  };
}

/** A hybrid systolic array for the edge: what its two modes and its MXINT4 weights buy, with the unknowns as knobs. */
export const hsa = experiment({
  id: "accel/hsa",
  title: "A hybrid systolic array at the edge",
  question: "How large should an array be that reads prompts and writes answers behind a slow memory?",
  source:
    "HSA, arXiv:2507.09010 (abstract); workload RetNet 1.3B, arXiv:2307.08621; areas and energies are knobs",
  params: {
    bandwidth: {kind: "number", label: "DRAM", unit: "GB/s", min: 4, max: 256, log: true, default: 25.6},
    clock: {kind: "integer", label: "Clock", unit: "MHz", min: 100, max: 2000, step: 50, default: 500},
    weightBits: {
      kind: "choice",
      label: "Bits per weight",
      help: "4.25: MXINT4 with its scales; 8.25: MXINT8; 16: not quantized.",
      options: [4.25, 8.25, 16],
      default: 4.25,
    },
    foldedUnits: {
      kind: "flag",
      label: "Norm, rotation and gate folded into the stream",
      default: true,
    },
    longTokens: {
      kind: "integer",
      label: "Long side",
      unit: "tokens",
      min: 64,
      max: 65536,
      log: true,
      default: 2048,
      advanced: true,
    },
    shortTokens: {
      kind: "integer",
      label: "Short side",
      unit: "tokens",
      min: 1,
      max: 4096,
      log: true,
      default: 128,
      advanced: true,
    },
    mm2PerElement: {
      kind: "number",
      label: "Area of an element",
      unit: "mm²",
      min: 1e-5,
      max: 1e-2,
      log: true,
      default: HSA_DEFAULT.mm2PerElement,
      advanced: true,
    },
    mm2Other: {
      kind: "number",
      label: "Area beside array and buffer",
      unit: "mm²",
      min: 0,
      max: 10,
      default: HSA_DEFAULT.mm2Other,
      advanced: true,
    },
    sramKB: {
      kind: "integer",
      label: "On-chip buffer",
      unit: "KiB",
      min: 16,
      max: 65536,
      log: true,
      default: HSA_DEFAULT.sramKB,
      advanced: true,
    },
  },
  columns: {
    kind: {type: "string", label: "Kind"},
    what: {type: "string", label: "Mode or scenario"},
    side: {type: "integer", label: "Array side", nullable: true},
    elements: {type: "integer", label: "Elements", nullable: true},
    mm2: {type: "number", label: "Area", unit: "mm²", provenance: "modelled", nullable: true},
    tokensPerSecond: {
      type: "number",
      label: "Throughput",
      unit: "tokens/s",
      provenance: "modelled",
      nullable: true,
    },
    utilization: {
      type: "number",
      label: "Reached of what array and memory allow",
      unit: "%",
      provenance: "modelled",
      nullable: true,
    },
    bytesPerToken: {
      type: "number",
      label: "External memory access per token",
      unit: "B",
      provenance: "modelled",
      nullable: true,
    },
    joulesPerToken: {
      type: "number",
      label: "Energy per token",
      unit: "J",
      provenance: "modelled",
      nullable: true,
    },
    tokensPerSecondPerMm2: {
      type: "number",
      label: "All tokens",
      unit: "per second and mm²",
      provenance: "row",
      nullable: true,
    },
    outputPerSecondPerMm2: {
      type: "number",
      label: "Written tokens",
      unit: "per second and mm²",
      provenance: "modelled",
      nullable: true,
    },
    balanced: {type: "number", label: "Elements that this memory feeds", provenance: "modelled"},
  },
  needs: [],
  sweep: [{}, {weightBits: 16}, {bandwidth: 51.2}, {bandwidth: 102.4}],
  run({bandwidth, clock, weightBits, foldedUnits, longTokens, shortTokens, mm2PerElement, mm2Other, sramKB}) {
    const machine = (side: number): HsaMachine => ({
      ...HSA_DEFAULT,
      array: [side, side],
      clockHz: clock * 1e6,
      dramBytesPerSecond: bandwidth * 1e9,
      weightBits,
      foldedUnits,
      mm2PerElement,
      mm2Other,
      sramKB,
    });
    const lengths = {LISO: [longTokens, shortTokens], SILO: [shortTokens, longTokens]} as const;
    const balanced = balancedElements(machine(1));
    const modelled = SIDES.flatMap((side) => [
      decodeRow(machine(side), side, "hybrid"),
      decodeRow(machine(side), side, "systolic"),
      scenarioRow(machine(side), side, SCENARIOS.LISO, lengths.LISO),
      scenarioRow(machine(side), side, SCENARIOS.SILO, lengths.SILO),
    ]);
    const reported = HSA_REPORTED.map(({what, tokensPerSecondPerMm2}) => ({
      ...blank,
      ...CITED,
      what,
      tokensPerSecondPerMm2,
    }));
    return [...modelled, ...reported].map((row) => ({...row, balanced}));
  },
});
