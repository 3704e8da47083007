import type {Row} from "../../experiment/columns.js";
import {type DataSets, experiment} from "../../experiment/experiment.js";
import {CELLS} from "../../mixers/flash-rnn/cells.js";
import {type DocumentTrials, documentShare} from "../../stats/documents.js";
import {groupTable, groupWord} from "../../tasks/group-words.js";
import {optionNames} from "../../technique/option-names.js";
import {randomStream} from "../../tensor/random.js";
import type {Tensor} from "../../tensor/tensor.js";
import {intervalEnd, known} from "../shared/quality-columns.js";
import {
  TRACKING_DATA,
  TRACKING_MODELS,
  TRACKING_TASKS,
  TRAINING_SEEDS,
  type Tracker,
  type TrackingModel,
  type TrackingTask,
  trackerOf,
} from "./tracking-models.js";

/** Lengths at which is asked; training saw words of up to 32 elements. */
const LENGTHS = [16, 32, 64, 128, 256, 512] as const;
const LONGEST = LENGTHS[LENGTHS.length - 1];
const ALL_SEEDS = "all";

const columns = {
  task: {type: "string", label: "Group"},
  model: {type: "string", label: "Model"},
  seed: {type: "string", label: "Seed of training"},
  length: {type: "integer", label: "Elements of a word"},
  words: {type: "integer", label: "Words, which the intervals count"},
  right: {type: "number", label: "Share of products right in the second half", provenance: "measured"},
  rightLow: intervalEnd("Products right, lower end of 95 %"),
  rightHigh: intervalEnd("Products right, upper end of 95 %"),
  guess: {type: "number", label: "Share that guessing gets right", provenance: "modelled"},
} as const;

/** Recurrent cells that read their state, beside a recurrence that does not and beside attention. */
export const stateTracking = experiment({
  id: "mixers/state-tracking",
  title: "Following a state",
  question:
    "Which mixers of tokens follow a state that every token changes, and how far beyond the words of training?",
  source: "FlashRNN, arXiv:2412.07752, section 1; arXiv:2404.08819 for the tasks",
  params: {
    tasks: {
      kind: "choices",
      label: "Groups",
      help: "Parity is the group of two elements, s3 that of the six orders of three letters.",
      options: Object.keys(TRACKING_TASKS) as TrackingTask[],
      names: {parity: "parity", s3: "orders of three letters"},
      default: Object.keys(TRACKING_TASKS) as TrackingTask[],
    },
    models: {
      kind: "choices",
      label: "Models",
      help: "Four recurrent cells, a recurrence whose gates do not read the state, and attention.",
      options: TRACKING_MODELS,
      names: {...optionNames(CELLS), gated: "gated recurrence"},
      default: TRACKING_MODELS,
    },
    words: {
      kind: "integer",
      label: "Words for each seed",
      help: "Of 512 elements. More words give narrower intervals.",
      min: 2,
      max: 32,
      default: 12,
      advanced: true,
    },
  },
  columns,
  needs: [TRACKING_DATA],
  sweep: [{}],
  async run({tasks, models, words}, {data, progress}) {
    const cases = tasks.flatMap((task) => models.map((model) => ({task, model})));
    const rows: Row<typeof columns>[] = [];
    for (const [at, one] of cases.entries()) {
      await progress(at / cases.length, `${one.model}, ${one.task}`);
      for (const row of await rowsOf(one, words, data)) rows.push(row);
    }
    return rows;
  },
});

/** A group, and a model that follows it. */
export interface TrackingCase {
  readonly task: TrackingTask;
  readonly model: TrackingModel;
}

/** Right products of some words by all trainings of a model: one list of hits for each word and seed. */
export async function trackedWords(
  {task, model}: TrackingCase,
  words: number,
  data: Pick<DataSets, "get">,
): Promise<readonly (readonly [seed: string, hits: readonly Uint8Array[]])[]> {
  const table = groupTable(TRACKING_TASKS[task]);
  const bySeed: (readonly [string, readonly Uint8Array[]])[] = [];
  for (const seed of TRAINING_SEEDS) {
    const tracker = await trackerOf(data, {task, model, seed});
    bySeed.push([String(seed), await hitsOf(tracker, table, words)]);
  }
  return bySeed;
}

async function rowsOf({task, model}: TrackingCase, words: number, data: Pick<DataSets, "get">) {
  const {length: elements} = groupTable(TRACKING_TASKS[task]);
  const bySeed = await trackedWords({task, model}, words, data);
  const pooled = [ALL_SEEDS, bySeed.flatMap(([, hits]) => hits)] as const;
  return [pooled, ...bySeed].flatMap(([seed, hits]) =>
    LENGTHS.map((length): Row<typeof columns> => {
      const {share, low, high} = documentShare(hits.map((word) => secondHalf(word, length)));
      return {
        task,
        model,
        seed,
        length,
        words: hits.length,
        right: share,
        rightLow: known(low),
        rightHigh: known(high),
        guess: 1 / elements,
        provenance: "measured",
      };
    }),
  );
}

/** Right products of every word, [words] of one for each element; the same words for every model and seed. */
async function hitsOf(
  tracker: Tracker,
  table: readonly (readonly number[])[],
  words: number,
): Promise<Uint8Array[]> {
  const hits: Uint8Array[] = [];
  for (let index = 0; index < words; index++) {
    const stream = randomStream(index, `mixers/state-tracking/${table.length}`);
    const {elements, products} = groupWord(table, LONGEST, stream);
    const said = likeliest(await tracker(elements));
    hits.push(Uint8Array.from(products, (product, t) => Number(said[t] === product)));
  }
  return hits;
}

function likeliest({shape: [rows, classes], data}: Tensor): number[] {
  return Array.from({length: rows}, (_, row) => {
    const own = data.subarray(row * classes, (row + 1) * classes);
    return own.indexOf(own.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY));
  });
}

/** Right products in the second half of a word's first `length` elements. */
export function secondHalf(word: Uint8Array, length: number): DocumentTrials {
  const half = word.subarray(length / 2, length);
  return {right: half.reduce((sum, hit) => sum + hit, 0), trials: half.length};
}
