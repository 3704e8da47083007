import type {Row} from "../../experiment/columns.js";
import {experiment} from "../../experiment/experiment.js";
import {CELLS, type Cell, cellById} from "../../mixers/flash-rnn/cells.js";
import {alternating, fused} from "../../mixers/flash-rnn/forms.js";
import type {GateInputs, RecurrentLayer} from "../../mixers/flash-rnn/recurrent-layer.js";
import {fusedTiles} from "../../mixers/flash-rnn/tiles/fused-tiles.js";
import {PROCESSORS} from "../../mixers/flash-rnn/tiles/processor.js";
import {blockers, firstSolution, type Solution} from "../../mixers/flash-rnn/tiles/solve.js";
import {formTraffic} from "../../mixers/flash-rnn/traffic.js";
import {randomStream} from "../../tensor/random.js";

/** Widths of a head; heads share 768 channels, wider ones stand alone. (FlashRNN, arXiv:2412.07752, section 5) */
const HEAD_DIMS = [16, 32, 64, 128, 256, 384, 768, 1024, 1536, 2048, 3072, 4096] as const;
const WIDTH = 768;
/** Bytes of a number. */
const BF16 = 2;
/** Steps over which what a fused kernel reads once is spread. */
const TOKENS = 1024;

const modelled = (label: string, unit?: string) =>
  ({type: "number", label, ...(unit !== undefined && {unit}), provenance: "modelled"}) as const;

const tile = (label: string) => ({type: "integer", label, provenance: "modelled", nullable: true}) as const;

const columns = {
  headDim: {type: "integer", label: "Width of a head"},
  heads: {type: "integer", label: "Heads"},
  alternatingBytes: modelled("Two kernels a step: bytes moved for a step", "bytes"),
  fusedBytes: modelled("One kernel for all steps: bytes moved for a step", "bytes"),
  alternatingTime: modelled("Two kernels a step: time of these bytes", "µs"),
  fusedTime: {...modelled("One kernel for all steps: time of these bytes", "µs"), nullable: true},
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
      default: "lstm",
    },
    processor: {
      kind: "choice",
      label: "Processor",
      help: "Its multiprocessors, registers and shared memory bound the tiles, its bandwidth gives the time.",
      options: Object.keys(PROCESSORS) as (keyof typeof PROCESSORS)[],
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
  tables: {executed: executedColumns},
  needs: [],
  sweep: [{}],
  async run({cell: id, processor: place, batch}, {progress}) {
    const cell = cellById(id);
    const rows: Row<typeof columns>[] = [];
    for (const [at, headDim] of HEAD_DIMS.entries()) {
      await progress(at / HEAD_DIMS.length, `heads of ${headDim}`);
      rows.push(rowOf(cell, {headDim, batch}, PROCESSORS[place]));
    }
    return {
      rows,
      executed: CELLS.flatMap((each) => EXECUTED.headDims.map((headDim) => executedRow(each, headDim))),
    };
  },
});

function rowOf(
  cell: Cell,
  {headDim, batch}: {readonly headDim: number; readonly batch: number},
  processor: (typeof PROCESSORS)[keyof typeof PROCESSORS],
): Row<typeof columns> {
  const heads = Math.max(1, Math.floor(WIDTH / headDim));
  const moved = formTraffic(cell, {heads, headDim, tokens: TOKENS, batch});
  const [alternatingBytes, fusedBytes] = [moved.alternating, moved.fused].map(
    (numbers) => (BF16 * numbers) / TOKENS,
  );
  const problem = fusedTiles({headDim, heads, batch, gates: cell.gates.recurrent}, processor);
  const solution = firstSolution(problem);
  const microseconds = (bytes: number) => (1e6 * bytes) / processor.bandwidth;
  return {
    headDim,
    heads,
    alternatingBytes,
    fusedBytes,
    alternatingTime: microseconds(alternatingBytes),
    fusedTime: solution && microseconds(fusedBytes),
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
