/** Signals that tell hard steps of worked arithmetic from easy ones, and the bounds that hand over a given share. */

import {entropy} from "../../decoding/split-reason/steered.js";
import type {TextModel} from "../../decoding/split-reason/text-reader.js";
import {forward} from "../../engine/decoder/decoder.js";
import {fitLogistic, type Logistic, logisticChance} from "../../stats/logistic.js";
import {type ArithmeticProblem, arithmeticProblem, HARD_STEP} from "../../tasks/arithmetic.js";
import type {Split} from "../../tasks/corpus.js";

/** Problems of the validation split from which bounds and the classifier are taken. */
const LEARNED_FROM = 400;

/** A step of a problem, or its answer, as models read it with the right text before it. */
export interface ReadPiece {
  readonly isHard: boolean;
  /** Mean loss of a character, in nats. */
  readonly loss: number;
  /** Whether every character is the likeliest. */
  readonly isRight: boolean;
  /** Largest entropy of a character's law, in nats. */
  readonly entropy: number;
  /** State of the model before the piece, as the head takes it. */
  readonly state: Float32Array;
}

/** The first problems of a split. */
export const problemsOf = (split: Split, count: number): ArithmeticProblem[] =>
  Array.from({length: count}, (_, index) => arithmeticProblem(split, index));

/** Reads every piece of a problem with a model, the right text before each. */
export function readPieces({model, encode}: TextModel, {text, steps}: ArithmeticProblem): ReadPiece[] {
  const ids = Array.from(encode(text));
  let states: Float32Array = new Float32Array(0);
  const {data} = forward(model, ids, {
    hooks: {
      tensor(site, _, x) {
        if (site === "final") states = x.slice();
        return undefined;
      },
    },
  });
  const [vocab, width] = [model.config.vocabSize, model.config.hiddenSize];
  const starts = [...steps.map(({start}) => start), text.lastIndexOf("A:")];
  return starts.map((from, piece) => {
    const places = Array.from({length: (starts[piece + 1] ?? ids.length) - from}, (_, i) => from + i);
    const laws = places.map((at) => lawAt(data.subarray((at - 1) * vocab, at * vocab), ids[at]));
    return {
      isHard: (steps[piece]?.difficulty ?? 0) >= HARD_STEP,
      loss: laws.reduce((sum, {loss}) => sum + loss, 0) / laws.length,
      isRight: laws.every(({isRight}) => isRight),
      entropy: laws.reduce((most, law) => Math.max(most, law.entropy), 0),
      state: states.subarray((from - 1) * width, from * width),
    };
  });
}

function lawAt(logits: Float32Array, id: number) {
  const largest = logits.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const sum = logits.reduce((total, value) => total + Math.exp(value - largest), 0);
  return {
    loss: Math.log(sum) + largest - logits[id],
    isRight: logits[id] === largest,
    entropy: entropy(logits),
  };
}

/** Bounds above which a piece is handed over, for the two signals of the small model. */
export interface SplitSignals {
  readonly classifier: Logistic;
  /** The bound of entropy that a share of all pieces exceeds. */
  entropyBound(share: number): number;
  /** The bound of the classifier's chance that a share of all pieces exceeds. */
  chanceBound(share: number): number;
}

/** Learns both from the first problems of the validation split. */
export function learnedSignals(small: TextModel): SplitSignals {
  const pieces = problemsOf("validation", LEARNED_FROM).flatMap((problem) => readPieces(small, problem));
  const classifier = fitLogistic(
    pieces.map(({state}) => state),
    pieces.map(({isHard}) => isHard),
  );
  const bounded = (scores: readonly number[]) => {
    const sorted = scores.toSorted((a, b) => b - a);
    // The score that is just not handed over; a share of 1 hands everything over.
    return (share: number) => sorted[Math.round(share * sorted.length)] ?? Number.NEGATIVE_INFINITY;
  };
  return {
    classifier,
    entropyBound: bounded(pieces.map((piece) => piece.entropy)),
    chanceBound: bounded(pieces.map(({state}) => logisticChance(classifier, state))),
  };
}
