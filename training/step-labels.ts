/** Labels of hard steps: the true ones, and those that the small model's own signals give to as many steps. */
import {loadData} from "../src/data/data-sets.js";
import {arithmeticModel} from "../src/lib/experiments/decoding/arithmetic-models.js";
import {
  learnedSignals,
  problemsOf,
  type ReadPiece,
  readPieces,
} from "../src/lib/experiments/decoding/split-signals.js";
import {logisticChance} from "../src/lib/stats/logistic.js";
import {type ArithmeticProblem, HARD_STEP} from "../src/lib/tasks/arithmetic.js";

/** Whether each step of a problem counts as hard. */
export type StepLabels = (problem: ArithmeticProblem) => boolean[];

const SMALL = "arithmetic-small";
/** Problems of the validation split whose share of hard steps is that of every kind of label. */
const COUNTED = 400;

export const LABELS: Readonly<Record<string, () => Promise<StepLabels>>> = {
  none: async () => noStep,
  true: async () => trulyHard,
  entropy: () => signalled(({entropy}, bounds) => entropy > bounds.entropy),
  classifier: () => signalled((piece, {chance, chanceOf}) => chanceOf(piece) > chance),
};

const noStep: StepLabels = ({steps}) => steps.map(() => false);
const trulyHard: StepLabels = ({steps}) => steps.map(({difficulty}) => difficulty >= HARD_STEP);

interface Bounds {
  readonly entropy: number;
  readonly chance: number;
  chanceOf(piece: ReadPiece): number;
}

async function signalled(isHard: (piece: ReadPiece, bounds: Bounds) => boolean): Promise<StepLabels> {
  const small = await arithmeticModel(SMALL, await loadData([`weights/${SMALL}`]));
  const {classifier, entropyBound, chanceBound} = learnedSignals(small);
  const labels = problemsOf("validation", COUNTED).flatMap((problem) => [...trulyHard(problem), false]);
  const share = labels.filter(Boolean).length / labels.length;
  const bounds: Bounds = {
    entropy: entropyBound(share),
    chance: chanceBound(share),
    chanceOf: ({state}) => logisticChance(classifier, state),
  };
  return (problem) => {
    const pieces = readPieces(small, problem);
    return problem.steps.map((_, step) => isHard(pieces[step], bounds));
  };
}
