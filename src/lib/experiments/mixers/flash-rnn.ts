import type {Row} from "../../experiment/columns.js";
import {experiment} from "../../experiment/experiment.js";
import {CELLS, type Cell, cellById} from "../../mixers/flash-rnn/cells.js";
import {alternating, fused} from "../../mixers/flash-rnn/forms.js";
import type {GateInputs, RecurrentLayer} from "../../mixers/flash-rnn/recurrent-layer.js";
import {fusedTiles} from "../../mixers/flash-rnn/tiles/fused-tiles.js";
import {PROCESSORS, type Processor} from "../../mixers/flash-rnn/tiles/processor.js";
import {blockers, firstSolution, type Solution} from "../../mixers/flash-rnn/tiles/solve.js";
import {formTraffic} from "../../mixers/flash-rnn/traffic.js";
import {optionNames} from "../../technique/option-names.js";
import {randomStream} from "../../tensor/random.js";

/** Widths of a head; heads share 768 channels, wider ones stand alone. (FlashRNN, arXiv:2412.07752, section 5) */
const HEAD_DIMS = [16, 32, 64, 128, 256, 384, 768, 1024, 1536, 2048, 3072, 4096] as const;
const WIDTH = 768;
/** Bytes of a number. */
const BF16 = 2;
/** Steps over which what a fused kernel reads once is spread. */
export const TRAFFIC_STEPS = 1024;

const tile = (label: string) => ({type: "integer", label, provenance: "modelled", nullable: true}) as const;

const columns = {
  form: {type: "string", label: "Form"},
  headDim: {type: "integer", label: "Width of a head"},
  heads: {type: "integer", label: "Heads"},
  bytes: {type: "number", label: "Bytes moved for a step", unit: "bytes", provenance: "modelled"},
  time: {
    type: "number",
    label: "Time of these bytes; none where a kernel has no tiles",
    unit: "µs",
    provenance: "modelled",
    nullable: true,
  },
} as const;

const tileColumns = {
  headDim: {type: "integer", label: "Width of a head"},
  heads: {type: "integer", label: "Heads"},
  blockedBy: {type: "string", label: "In the way of one kernel"},
  blocksHeads: tile("Blocks that heads are dealt to"),
  blocksGate: tile("Blocks that the gates of a head are dealt to"),
  blocksBatch: tile("Blocks that sequences are dealt to"),
  warps: tile("Warps of a block"),
  registerShare: {
    type: "number",
    label: "Share of the recurrent matrix in registers",
    provenance: "modelled",
    nullable: true,
  },
  sharedBytes: {...tile("Shared memory of a block"), unit: "bytes"},
} as const;

const executedColumns = {
  cell: {type: "string", label: "Cell"},
  headDim: {type: "integer", label: "Width of a head"},
  alternatingNumbers: {type: "integer", label: "Two kernels a step: numbers moved", provenance: "measured"},
  fusedNumbers: {type: "integer", label: "One kernel for all steps: numbers moved", provenance: "measured"},
  difference: {type: "number", label: "Largest difference of an output", provenance: "measured"},
} as const;

/** Sizes at which both forms are run. */
const EXECUTED = {width: 32, tokens: 24, batch: 2, headDims: [4, 8, 16, 32]} as const;

/** Two kernels a step, or one that keeps the recurrent matrix. */
export const flashRnnExperiment = experiment({
  id: "mixers/flash-rnn",
  title: "Recurrent networks that keep their matrices",
  question: "What does a recurrent network save that reads its matrices once, and how wide may its heads be?",
  source: "FlashRNN, arXiv:2412.07752",
  params: {
    cell: {
      kind: "choice",
      label: "Cell",
      help: "How many gates read the state, and how many states a unit has.",
      options: CELLS.map(({id}) => id),
      names: optionNames(CELLS),
      default: "lstm",
    },
    processor: {
      kind: "choice",
      label: "Processor",
      help: "Its multiprocessors, registers and shared memory bound the tiles, its bandwidth gives the time.",
      options: Object.keys(PROCESSORS) as (keyof typeof PROCESSORS)[],
      names: optionNames(Object.entries(PROCESSORS).map(([id, {name}]) => ({id, name}))),
      default: "h100",
    },
    batch: {
      kind: "integer",
      label: "Sequences at once",
      help: "Rounded up to a multiple of 8 for tiles.",
      min: 1,
      max: 256,
      default: 16,
    },
  },
  columns,
  tables: {tiles: tileColumns, executed: executedColumns},
  needs: [],
  sweep: [{}],
  async run({cell: id, processor: place, batch}, {progress}) {
    const cell = cellById(id);
    const rows: Row<typeof columns>[] = [];
    const tiles: Row<typeof tileColumns>[] = [];
    for (const [at, headDim] of HEAD_DIMS.entries()) {
      await progress(at / HEAD_DIMS.length, `heads of ${headDim}`);
      const row = tileRow(cell, {headDim, batch}, PROCESSORS[place]);
      tiles.push(row);
      for (const form of formRows(cell, {headDim, batch}, PROCESSORS[place], row.warps !== null))
        rows.push(form);
    }
    const executed = CELLS.flatMap((each) => EXECUTED.headDims.map((width) => executedRow(each, width)));
    return {rows, tiles, executed};
  },
});

/** Sizes that a reader varies. */
interface Sizes {
  readonly headDim: number;
  readonly batch: number;
}

const headsOf = (headDim: number) => Math.max(1, Math.floor(WIDTH / headDim));

function formRows(cell: Cell, {headDim, batch}: Sizes, {bandwidth}: Processor, hasTiles: boolean) {
  const heads = headsOf(headDim);
  const moved = formTraffic(cell, {heads, headDim, tokens: TRAFFIC_STEPS, batch});
  return (["alternating", "fused"] as const).map((form): Row<typeof columns> => {
    const bytes = (BF16 * moved[form]) / TRAFFIC_STEPS;
    const time = form === "alternating" || hasTiles ? (1e6 * bytes) / bandwidth : null;
    return {form, headDim, heads, bytes, time, provenance: "modelled"};
  });
}

function tileRow(cell: Cell, {headDim, batch}: Sizes, processor: Processor): Row<typeof tileColumns> {
  const heads = headsOf(headDim);
  const problem = fusedTiles({headDim, heads, batch, gates: cell.gates.recurrent}, processor);
  const solution = firstSolution(problem);
  return {
    headDim,
    heads,
    blockedBy: solution ? "nothing" : reasonsOf(blockers(problem)),
    ...tilesOf(solution, cell, headDim),
    provenance: "modelled",
  };
}

const reasonsOf = (names: readonly string[]) =>
  names.length > 0 ? names.join(", ") : "several limits together";

function tilesOf(solution: Solution | null, {gates}: Cell, headDim: number) {
  if (solution === null) {
    return {
      blocksHeads: null,
      blocksGate: null,
      blocksBatch: null,
      warps: null,
      registerShare: null,
      sharedBytes: null,
    };
  }
  const {blocksHeads, blocksGate, blocksHidden, blocksBatch, warps, cachedNumbers, blocks} = solution;
  return {
    blocksHeads,
    blocksGate,
    blocksBatch,
    warps,
    registerShare: (cachedNumbers * blocksGate * blocksHidden) / (gates.recurrent * headDim ** 2),
    sharedBytes: Math.ceil((blocksHeads * (solution.sharedWeights + solution.sharedSums)) / blocks),
  };
}

/** Both forms of a layer of drawn numbers. */
function executedRow(cell: Cell, headDim: number): Row<typeof executedColumns> {
  const {width, tokens, batch} = EXECUTED;
  const stream = randomStream(1, `mixers/flash-rnn/${cell.id}/${headDim}`);
  const drawn = (count: number) =>
    Float64Array.from({length: count}, () => stream.normal() / Math.sqrt(headDim));
  const layer: RecurrentLayer = {
    cell,
    heads: width / headDim,
    headDim,
    recurrent: drawn(cell.gates.recurrent * width * headDim),
    bias: drawn(cell.gates.bias * width),
  };
  const inputs: GateInputs = {batch, values: drawn(tokens * batch * cell.gates.input * width)};
  const [two, one] = [alternating(layer, inputs), fused(layer, inputs)];
  return {
    cell: cell.id,
    headDim,
    alternatingNumbers: two.traffic.weights + two.traffic.activations,
    fusedNumbers: one.traffic.weights + one.traffic.activations,
    difference: one.outputs.reduce((most, value, i) => Math.max(most, Math.abs(value - two.outputs[i])), 0),
    provenance: "measured",
  };
}
