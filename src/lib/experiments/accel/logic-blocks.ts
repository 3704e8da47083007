import {INPUT_STEPS, TILE_GROWTH, USUAL_INPUTS} from "../../accel/double-duty/block.js";
import {CIRCUIT_SETS, CIRCUITS} from "../../accel/double-duty/circuits/sets.js";
import {type BlockComparison, type BlockKnobs, compareBlocks} from "../../accel/double-duty/compare.js";
import {DOUBLE_DUTY_REPORTED} from "../../accel/double-duty/technique.js";
import {experiment} from "../../experiment/experiment.js";
import {mean} from "../../stats/moments.js";

const SUMS = {best: "each block's best split", same: "one circuit for both"} as const;

/** Modules by their names in the paper. */
const MODULES = {DD5: "dd5", DD6: "dd6"} as const;

interface Choices {
  readonly module: keyof typeof MODULES;
  readonly inputs: number;
  readonly growth: number;
  readonly direct: number;
  readonly sums: string;
  readonly compressed: number;
  readonly digits: "binary" | "csd";
  readonly seed: number;
}

function knobsOf({module, growth, direct, sums, compressed, ...rest}: Choices): BlockKnobs {
  return {
    ...rest,
    module: MODULES[module],
    growth: growth / 100,
    directShare: direct / 100,
    sums: sums === SUMS.best ? "best" : {compressedShare: compressed / 100},
  };
}

/** A circuit in both blocks. */
function circuitRow(found: BlockComparison) {
  const {adderBits, tables, largeTables} = found;
  return {
    kind: "circuit",
    ...found,
    adderShare: (100 * adderBits) / (adderBits + tables + largeTables),
    provenance: "modelled" as const,
  };
}

type CircuitRow = ReturnType<typeof circuitRow>;

const blank = {
  adderBits: null,
  tables: null,
  largeTables: null,
  adderShare: null,
  ordinaryModules: null,
  doubleModules: null,
  idealRatio: null,
  limitedRatio: null,
  ordinaryDelay: null,
  doubleDelay: null,
  delayRatio: null,
  areaDelayRatio: null,
};

const RATIOS = ["idealRatio", "limitedRatio", "areaRatio", "delayRatio", "areaDelayRatio"] as const;

/** Means of a set's ratios over its circuits. */
function setRow(set: string, circuits: readonly CircuitRow[]) {
  const own = circuits.filter((row) => row.set === set);
  const ratios = Object.fromEntries(RATIOS.map((name) => [name, mean(own.map((row) => row[name]))]));
  return {
    ...blank,
    kind: "set",
    set,
    circuit: "mean",
    adderShare: mean(own.map(({adderShare}) => adderShare)),
    ...(ratios as Record<(typeof RATIOS)[number], number>),
    provenance: "modelled" as const,
  };
}

const reportedRow = (set: (typeof CIRCUIT_SETS)[number]) => ({
  ...blank,
  kind: "reported",
  set,
  circuit: DOUBLE_DUTY_REPORTED[set].suite,
  areaRatio: 1 - DOUBLE_DUTY_REPORTED[set].areaSaved,
  provenance: "reported" as const,
});

/** Circuits in an ordinary logic block and in one of Double Duty: modules, area and delay. */
export const logicBlocks = experiment({
  id: "accel/logic-blocks",
  title: "Circuits in logic blocks that do two things at once",
  question: "How much smaller does a circuit become if adders no longer block the tables beside them?",
  source:
    "Double Duty, arXiv:2507.11709; areas and delays of the authors' architecture files; circuits and packing are ours",
  params: {
    module: {
      kind: "choice",
      label: "Module",
      help: "DD5 keeps tables of five inputs beside adders, DD6 also one of six.",
      options: ["DD5", "DD6"],
      default: "DD5",
    },
    inputs: {
      kind: "choice",
      label: "Inputs of a block",
      help: "Nets that ten modules can take in together; of both blocks.",
      options: INPUT_STEPS,
      default: USUAL_INPUTS,
    },
    growth: {
      kind: "number",
      label: "Growth of the tile",
      unit: "%",
      help: "Area of direct wires and multiplexers.",
      min: 0,
      max: 15,
      step: 0.01,
      default: Math.round(1e4 * TILE_GROWTH) / 100,
    },
    direct: {
      kind: "integer",
      label: "Adder bits that direct wires reach",
      unit: "%",
      min: 0,
      max: 100,
      default: 100,
    },
    sums: {
      kind: "choice",
      label: "Sums of the Kratos-like set",
      help: "Each block with the split of tables and adders that suits it, or one circuit in both.",
      options: [SUMS.best, SUMS.same],
      default: SUMS.best,
      advanced: true,
    },
    compressed: {
      kind: "integer",
      label: "Rows compressed in tables, if one circuit is in both",
      unit: "%",
      help: "The others are added by chains: it sets the share of adders.",
      min: 0,
      max: 100,
      default: 50,
      advanced: true,
    },
    digits: {
      kind: "choice",
      label: "Digits of constants",
      options: ["binary", "csd"],
      default: "binary",
      advanced: true,
    },
    seed: {kind: "integer", label: "Seed of the constants", min: 0, max: 999, default: 0, advanced: true},
  },
  columns: {
    kind: {type: "string", label: "Kind"},
    set: {type: "string", label: "Set"},
    circuit: {type: "string", label: "Circuit"},
    adderBits: {type: "integer", label: "Adder bits", provenance: "modelled", nullable: true},
    tables: {type: "integer", label: "Tables of at most five inputs", provenance: "modelled", nullable: true},
    largeTables: {type: "integer", label: "Tables of six inputs", provenance: "modelled", nullable: true},
    adderShare: {
      type: "number",
      label: "Adder bits among adder bits and tables",
      unit: "%",
      provenance: "modelled",
      nullable: true,
    },
    ordinaryModules: {type: "integer", label: "Ordinary modules", provenance: "modelled", nullable: true},
    doubleModules: {type: "integer", label: "Modules of Double Duty", provenance: "modelled", nullable: true},
    idealRatio: {
      type: "number",
      label: "Modules without a limit of inputs, of the ordinary block's",
      provenance: "modelled",
      nullable: true,
    },
    limitedRatio: {
      type: "number",
      label: "Modules, of the ordinary block's",
      provenance: "modelled",
      nullable: true,
    },
    areaRatio: {type: "number", label: "Area, of the ordinary block's", provenance: "row"},
    ordinaryDelay: {
      type: "number",
      label: "Longest path, ordinary",
      unit: "ps",
      provenance: "modelled",
      nullable: true,
    },
    doubleDelay: {
      type: "number",
      label: "Longest path, Double Duty",
      unit: "ps",
      provenance: "modelled",
      nullable: true,
    },
    delayRatio: {
      type: "number",
      label: "Longest path, of the ordinary block's",
      provenance: "modelled",
      nullable: true,
    },
    areaDelayRatio: {
      type: "number",
      label: "Area times longest path, of the ordinary block's",
      provenance: "modelled",
      nullable: true,
    },
  },
  needs: [],
  sweep: [
    {},
    {module: "DD6"},
    {inputs: 40},
    {inputs: 120},
    {direct: 0},
    {direct: 50},
    {digits: "csd"},
    {sums: SUMS.same},
  ],
  async run(choices, {progress}) {
    const knobs = knobsOf(choices);
    const circuits: CircuitRow[] = [];
    for (const circuit of CIRCUITS) {
      await progress(circuits.length / CIRCUITS.length, circuit.name);
      circuits.push(circuitRow(compareBlocks(circuit, knobs)));
    }
    return [
      ...circuits,
      ...CIRCUIT_SETS.map((set) => setRow(set, circuits)),
      ...CIRCUIT_SETS.map(reportedRow),
    ];
  },
});
