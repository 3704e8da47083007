/** The ladder of predictors that a regression language model is held against, a record each. */

import {boostedTrees} from "../../regress/ladder/boosted-trees.js";
import {convolution} from "../../regress/ladder/convolution.js";
import {bagOfTokens, type Features, numbersInOrder, together} from "../../regress/ladder/features.js";
import {nearestRows} from "../../regress/ladder/nearest.js";
import {type Predictor, ridge} from "../../regress/ladder/ridge.js";
import {LONGEST_TEXT} from "../../regress/model/regression-model.js";
import type {PieceVocabulary} from "../../regress/pieces.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {CostTaskId} from "./cost-tasks.js";
import {
  firstFormula,
  type KnownText,
  medianOf,
  rooflineFormula,
  scaledFormula,
  type TextPredictor,
} from "./formulas.js";
import {handFeatures} from "./hand-features.js";
import {fromSignedLog, signedLog} from "./signed-log.js";

/** Vocabulary and trained parts of the predictors of the ladder. */
export interface LadderTools {
  readonly vocabulary: PieceVocabulary;
  /** Forests as training/boosted_trees.py writes them. */
  readonly trees: ReadonlyMap<string, Tensor>;
  /** Models as training/convolution.py writes them; absent: the ladder is without them. */
  readonly convolutions?: ReadonlyMap<string, Tensor>;
}

/** One number of a task with texts to learn from, those of run `seed` of its training split. */
export interface LadderTask {
  readonly id: CostTaskId;
  readonly target: number;
  readonly known: readonly KnownText[];
  /** Texts that were drawn for `known`, those without a number among them. */
  readonly drawn: number;
  readonly seed: number;
}

/** A predictor of the ladder. */
export interface Rung {
  readonly id: string;
  readonly source: string;
  /** Texts that it learns from; absent: those that it is given. */
  readonly learned?: number;
  /** The predictor of a number, or null where it has none. */
  readonly learn: (task: LadderTask, tools: LadderTools) => TextPredictor | null;
}

type Learner = (rows: readonly Float64Array[], values: Float64Array) => Predictor;

/** A learner from features, on logarithms. */
function fitted(known: readonly KnownText[], features: Features, learn: Learner): TextPredictor {
  const predictor = learn(
    known.map(({text}) => features(text)),
    Float64Array.from(known, ({value}) => signedLog(value)),
  );
  return (text) => fromSignedLog(predictor(features(text)));
}

const PENALTY = 10;
const byRidge: Learner = (rows, values) => ridge(rows, values, PENALTY);
const inOrder = ({vocabulary}: LadderTools): Features => together(bagOfTokens(vocabulary), numbersInOrder);

/** Name of the forest of a number. */
const forestOf = ({id, target, drawn, seed}: LadderTask): string => `${id}/${target}/${drawn}/${seed}`;

function byTrees(task: LadderTask, {trees}: LadderTools): TextPredictor | null {
  if (!trees.has(`${forestOf(task)}/leaf`)) return null;
  const [features, predictor] = [handFeatures(task.id), boostedTrees(trees, forestOf(task))];
  return (text) => fromSignedLog(predictor(features(text)));
}

function byConvolution(
  {id, target}: LadderTask,
  {vocabulary, convolutions}: LadderTools,
): TextPredictor | null {
  if (convolutions === undefined) return null;
  const predict = convolution(convolutions, id);
  return (text) => fromSignedLog(predict(vocabulary.encode(text).subarray(0, LONGEST_TEXT))[target]);
}

/** Number of neighbours whose median counts. */
const NEIGHBOURS = 5;

/** All predictors of the ladder, those that know least first. */
export const LADDER: readonly Rung[] = [
  {
    id: "median of training",
    source: "the middle of the true numbers",
    learn({known}) {
      const median = medianOf(known);
      return () => median;
    },
  },
  {
    id: "ridge on bag of tokens",
    source: "Hoerl and Kennard, doi.org/10.1080/00401706.1970.10488634",
    learn: ({known}, {vocabulary}) => fitted(known, bagOfTokens(vocabulary), byRidge),
  },
  {
    id: "ridge on tokens and numbers in order",
    source: "Hoerl and Kennard, doi.org/10.1080/00401706.1970.10488634",
    learn: ({known}, tools) => fitted(known, inOrder(tools), byRidge),
  },
  {
    id: "five nearest texts",
    source: "Fix and Hodges, doi.org/10.2307/1403797",
    learn: ({known}, tools) =>
      fitted(known, inOrder(tools), (rows, values) =>
        nearestRows(rows, values, Math.min(NEIGHBOURS, rows.length)),
      ),
  },
  {
    id: "boosted trees on hand features",
    source: "XGBoost, arXiv:1603.02754",
    learn: byTrees,
  },
  {
    id: "convolution over tokens",
    source: "arXiv:2302.11405",
    learned: 6400,
    learn: byConvolution,
  },
  {
    id: "first formula, scaled",
    source: "weights over bandwidth, products over the array, or the work of a kernel",
    learn({id, target, known}) {
      const formula = firstFormula(id, target);
      return formula === null ? null : scaledFormula(formula, known);
    },
  },
  {
    id: "roofline",
    source: "Williams, Waterman and Patterson, doi.org/10.1145/1498765.1498785",
    learn: ({id, target, known}) => rooflineFormula(id, target, known),
  },
];

/**
 * The predictor of a number by its name on the ladder.
 * @throws RangeError if the ladder has no such predictor, or it has none for this number.
 */
export function predictorOf(name: string, task: LadderTask, tools: LadderTools): TextPredictor {
  const predict = LADDER.find(({id}) => id === name)?.learn(task, tools) ?? null;
  if (predict !== null) return predict;
  throw new RangeError(
    `predictorOf: name must be of the ladder with number ${task.target} of ${task.id}, got ${name}`,
  );
}
