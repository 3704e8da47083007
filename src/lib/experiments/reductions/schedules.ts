import {experiment} from "../../experiment/experiment.js";
import {
  bestSplits,
  type Deal,
  type DecodeWork,
  dealTime,
  decodeWork,
  evenShares,
  fillingSplits,
  fixedSplits,
  fixupTime,
  wholeOutputs,
} from "../../reductions/deal/deal.js";
import {flashDecoding, leanAttention} from "../../reductions/deal/techniques.js";
import {optionNames} from "../../technique/option-names.js";

const CONTEXTS = [1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072, 262144, 524288] as const;
/** Most pieces of an output that the best fixed split is sought among. */
const MOST_SPLITS = 32;

/** A way to deal tiles, and how many pieces it cuts an output into; null where that follows from the work. */
interface Schedule {
  readonly id: string;
  readonly label: string;
  readonly family: "baseline" | "machine";
  readonly deal: (work: DecodeWork, fixup: number) => {readonly deal: Deal; readonly splits: number | null};
}

const splitDeal = (work: DecodeWork, splits: number) => ({deal: fixedSplits(work, splits), splits});

const SCHEDULES: readonly Schedule[] = [
  {
    id: "flash-attention-2",
    label: "FlashAttention-2, a worker a head",
    family: "baseline",
    deal: (work) => ({deal: wholeOutputs(work), splits: 1}),
  },
  {
    id: "flash-decoding",
    label: `${flashDecoding.label}, pieces for all workers`,
    family: "machine",
    deal: (work) => splitDeal(work, fillingSplits(work)),
  },
  {
    id: "flash-decoding-best",
    label: `${flashDecoding.label}, the best of ${MOST_SPLITS} splits`,
    family: "machine",
    deal: (work, fixup) => splitDeal(work, bestSplits(work, fixup, MOST_SPLITS)),
  },
  {
    id: "lean-attention",
    label: `${leanAttention.label}, equal shares`,
    family: "machine",
    deal: (work) => ({deal: evenShares(work), splits: null}),
  },
];

const ids = SCHEDULES.map(({id}) => id);

/** Time of a decode step's attention, by how its tiles are dealt to workers. */
export const schedules = experiment({
  id: "reductions/schedules",
  title: "Who does which keys?",
  question:
    "How long does attention of one token take if its keys are cut for many workers, and how should they be?",
  source: `${leanAttention.label}: ${leanAttention.source}; ${flashDecoding.label}: ${flashDecoding.source}; FlashAttention-2, arXiv:2307.08691`,
  params: {
    schedules: {
      kind: "choices",
      label: "Schedules",
      options: ids,
      names: optionNames(SCHEDULES),
      default: ids,
      rowsBy: "schedule",
    },
    contexts: {
      kind: "choices",
      label: "Contexts",
      unit: "tokens",
      options: CONTEXTS,
      default: [...CONTEXTS],
    },
    heads: {
      kind: "integer",
      label: "Heads",
      help: "That have keys of their own.",
      min: 1,
      max: 64,
      log: true,
      default: 32,
    },
    batch: {kind: "integer", label: "Sequences", min: 1, max: 16, log: true, default: 1},
    lengths: {
      kind: "choice",
      label: "Their lengths",
      help: "Equal, or evenly spread from short to the whole context.",
      options: ["equal", "spread"],
      default: "equal",
    },
    workers: {
      kind: "integer",
      label: "Workers",
      help: "108 on an A100, 132 on an H100.",
      min: 1,
      max: 216,
      log: true,
      default: 108,
    },
    tile: {kind: "integer", label: "Tile", unit: "keys", min: 64, max: 1024, log: true, default: 256},
    width: {kind: "integer", label: "Head size", min: 16, max: 256, log: true, default: 128, advanced: true},
    waiting: {
      kind: "number",
      label: "Time to take over a result, beside its bytes",
      help: "In times of a tile: waiting, a launch.",
      min: 0,
      max: 10,
      step: 0.1,
      default: 0,
      advanced: true,
    },
  },
  columns: {
    schedule: {type: "string", label: "Schedule"},
    label: {type: "string", label: "Name"},
    family: {type: "string", label: "Family"},
    context: {type: "integer", label: "Context", unit: "tokens"},
    splits: {type: "integer", label: "Pieces of a head", nullable: true},
    tiles: {type: "integer", label: "Tiles in all"},
    makespan: {type: "number", label: "Time", unit: "tiles", provenance: "modelled"},
    speedup: {type: "number", label: "Times as fast as a worker a head", provenance: "modelled"},
    occupancy: {type: "number", label: "Share of the workers' time that is used", provenance: "modelled"},
    partials: {type: "integer", label: "Partial results", provenance: "modelled"},
  },
  needs: [],
  sweep: [{}, {heads: 8}, {batch: 6, lengths: "spread", heads: 8}],
  async run({schedules: chosen, contexts, heads, batch, lengths, workers, tile, width, waiting}, {progress}) {
    const fixup = fixupTime(tile, width) + waiting;
    const rows = [];
    for (const [n, context] of contexts.entries()) {
      await progress(n / contexts.length, `${context} tokens`);
      const work = decodeWork({contexts: lengthsOf(context, batch, lengths), heads, tile, workers});
      const whole = dealTime(wholeOutputs(work), fixup).makespan;
      for (const {id, label, family, deal} of SCHEDULES.filter((each) => chosen.includes(each.id))) {
        const {deal: dealt, splits} = deal(work, fixup);
        const {makespan, occupancy, partials} = dealTime(dealt, fixup);
        const cells = {makespan, occupancy, partials, speedup: whole / makespan};
        const tiles = work.tiles.reduce((sum, count) => sum + count, 0);
        rows.push({
          schedule: id,
          label,
          family,
          context,
          splits,
          tiles,
          ...cells,
          provenance: "modelled" as const,
        });
      }
    }
    return rows;
  },
});

/** Lengths of a batch: all of the context, or the parts of it that end with all. */
const lengthsOf = (context: number, batch: number, lengths: "equal" | "spread"): number[] =>
  Array.from({length: batch}, (_, i) =>
    lengths === "equal" ? context : Math.ceil((context * (i + 1)) / batch),
  );
