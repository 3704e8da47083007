/** Rules by which two models share a text of worked arithmetic. */

import {type SplitPart, splitReasoning} from "../../decoding/split-reason/hand-over.js";
import {handsOver, handsOverUnsure, type Steering, steeredText} from "../../decoding/split-reason/steered.js";
import {type PieceEnds, type TextReader, textReader} from "../../decoding/split-reason/text-reader.js";
import type {DataSets} from "../../experiment/experiment.js";
import {logisticChance} from "../../stats/logistic.js";
import {type ArithmeticProblem, HARD_STEP} from "../../tasks/arithmetic.js";
import {type RandomStream, randomStream} from "../../tensor/random.js";
import {
  ARITHMETIC_NEEDS,
  type ArithmeticId,
  type ArithmeticModel,
  arithmeticModel,
  stateProbe,
  TAGGED,
  type TaggedId,
} from "./arithmetic-models.js";
import {learnedSignals, type SplitSignals} from "./split-signals.js";

/** Characters of a text at most, the prompt not counted: the longest right one with all of its tags. */
const MOST_CHARACTERS = 256;
/** Characters of a chunk that is checked at once; the paper's 64 tokens, an eighth of them for a text an eighth as long. */
export const CHUNK = 8;
/** Characters in which the small model may close a part: those of the beginning of the tag, so that it closes at once or not. */
const AHEAD = 5;

const STEP: PieceEnds = {tokens: 64, isComplete: (piece) => piece.endsWith(";")};
const FEW: PieceEnds = {tokens: CHUNK};

/** Both models, and what the small one's signals say. */
export interface SplitModels {
  readonly small: ArithmeticModel;
  readonly large: ArithmeticModel;
  readonly state: () => Float32Array;
  signals(): SplitSignals;
  /** The small model that writes by a rule. */
  writer(policy: SplitPolicy): ArithmeticModel;
}

/** Data that rules need: that of models which learned tags only where one of them takes it. */
export const splitNeeds = (policies: readonly string[]): (typeof ARITHMETIC_NEEDS)[number][] =>
  ARITHMETIC_NEEDS.filter((name) => {
    const id = name.slice("weights/".length);
    return !Object.hasOwn(TAGGED, id) || policies.some((policy) => splitPolicy(policy).writer === id);
  });

/** Opens the models of rules. */
export async function splitModels(
  data: Pick<DataSets, "get">,
  policies: readonly string[],
): Promise<SplitModels> {
  const probe = stateProbe();
  const small = await arithmeticModel("arithmetic-small", data, probe.hooks);
  const writers = new Map<ArithmeticId, ArithmeticModel>([["arithmetic-small", small]]);
  for (const {writer} of policies.map(splitPolicy))
    if (!writers.has(writer)) writers.set(writer, await arithmeticModel(writer, data));
  let signals: SplitSignals | undefined;
  return {
    small,
    large: await arithmeticModel("arithmetic-large", data),
    state: probe.state,
    signals: () => (signals ??= learnedSignals(small)),
    writer: ({writer}) => writers.get(writer)!,
  };
}

/** Everything that decides about one problem. */
interface Case {
  readonly models: SplitModels;
  readonly problem: ArithmeticProblem;
  readonly share: number;
  readonly random: RandomStream;
}

/** A rule that decides who writes. */
export interface SplitPolicy {
  readonly id: string;
  readonly label: string;
  /** What its share is of; null where it has none. */
  readonly shareOf: "requests" | "steps" | null;
  /** Whether it is another rule at a share than that of a model alone. */
  differsAt(share: number): boolean;
  /** Small model: one that learned to write tags, or the one that did not. */
  readonly writer: "arithmetic-small" | TaggedId;
  write(small: TextReader, large: TextReader, on: Case): Generator<SplitPart, void>;
}

/** A rule by which the small model writes all pieces but some. */
const steered =
  (ends: PieceEnds, steering: (on: Case) => Steering): SplitPolicy["write"] =>
  (small, large, on) =>
    steeredText(small, large, on.problem.prompt, {steering: steering(on), ends, tokens: MOST_CHARACTERS});

/** A rule by which a small model asks with the tags that it learned. */
function learnedTags(id: string, label: string, writer: TaggedId): SplitPolicy {
  return {
    id,
    label,
    shareOf: "requests",
    differsAt: always,
    writer,
    write: (small, large, {problem: {prompt}, share, random}) =>
      splitReasoning(small, large, prompt, {
        chunk: CHUNK,
        ahead: AHEAD,
        tokens: MOST_CHARACTERS,
        grants: () => random.uniform() < share,
      }),
  };
}

const always = () => true;
const aboveNone = (share: number) => share > 0;
const between = (share: number) => share > 0 && share < 1;

/** All rules; the two models alone first. */
export const SPLIT_POLICIES: readonly SplitPolicy[] = [
  {
    id: "small",
    label: "Small model alone",
    shareOf: null,
    differsAt: always,
    writer: "arithmetic-small",
    write: steered(STEP, () => handsOver(STEP, () => false)),
  },
  {
    id: "large",
    label: "Large model alone",
    shareOf: null,
    differsAt: always,
    writer: "arithmetic-small",
    write: steered({tokens: MOST_CHARACTERS}, () => () => null),
  },
  learnedTags("learned", "Tags that it learned", "arithmetic-small-split"),
  learnedTags("learned-entropy", "Tags learned from entropy", "arithmetic-small-split-entropy"),
  learnedTags("learned-classifier", "Tags learned from a classifier", "arithmetic-small-split-classifier"),
  {
    id: "oracle",
    label: "Truly hard steps",
    shareOf: "requests",
    differsAt: aboveNone,
    writer: "arithmetic-small",
    write: steered(STEP, ({problem: {prompt, steps}, share, random}) =>
      handsOver(STEP, (text) => {
        const step = text.slice(prompt.length).split(";").length - 1;
        return (steps[step]?.difficulty ?? 0) >= HARD_STEP && random.uniform() < share;
      }),
    ),
  },
  {
    id: "classifier",
    label: "Classifier of its state",
    shareOf: "steps",
    differsAt: between,
    writer: "arithmetic-small",
    write: steered(STEP, ({models, share}) => {
      const {classifier, chanceBound} = models.signals();
      const bound = chanceBound(share);
      return handsOver(STEP, (text, small) => {
        small.read(text);
        return logisticChance(classifier, models.state()) > bound;
      });
    }),
  },
  {
    id: "unsure",
    label: "Steps that it is unsure of",
    shareOf: "steps",
    differsAt: between,
    writer: "arithmetic-small",
    write: steered(STEP, ({models, share}) => handsOverUnsure(STEP, models.signals().entropyBound(share))),
  },
  {
    id: "random-steps",
    label: "Random steps",
    shareOf: "steps",
    differsAt: between,
    writer: "arithmetic-small",
    write: steered(STEP, ({share, random}) => handsOver(STEP, () => random.uniform() < share)),
  },
  {
    id: "random-chunks",
    label: "Random chunks",
    shareOf: "steps",
    differsAt: between,
    writer: "arithmetic-small",
    write: steered(FEW, ({share, random}) => handsOver(FEW, () => random.uniform() < share)),
  },
];

/** @throws RangeError if there is no such rule. */
export function splitPolicy(id: string): SplitPolicy {
  const found = SPLIT_POLICIES.find((policy) => policy.id === id);
  if (found === undefined)
    throw new RangeError(
      `splitPolicy: id must be one of ${SPLIT_POLICIES.map((policy) => policy.id).join(", ")}, got ${id}`,
    );
  return found;
}

/** A text of two models, part by part, and the work of each. */
export interface SplitText {
  readonly parts: readonly SplitPart[];
  readonly small: ReturnType<TextReader["work"]>;
  readonly large: ReturnType<TextReader["work"]>;
}

/** Writes the work of a problem by a rule; the same arguments give the same text. */
export function splitText(
  models: SplitModels,
  policy: SplitPolicy,
  problem: ArithmeticProblem,
  share: number,
): SplitText {
  const small = textReader(models.writer(policy));
  const large = textReader(models.large);
  const random = randomStream(0, `split/${policy.id}/${problem.expression}`);
  const parts = [...policy.write(small, large, {models, problem, share, random})];
  return {parts, small: small.work(), large: large.work()};
}
