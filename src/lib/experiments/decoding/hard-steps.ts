import {experiment} from "../../experiment/experiment.js";
import {logisticChance} from "../../stats/logistic.js";
import {rankChance} from "../../stats/rank.js";
import {splitModels, splitNeeds} from "./split-policies.js";
import {problemsOf, type ReadPiece, readPieces} from "./split-signals.js";

/** Signals by which a step might be called hard, from what both models make of it. */
const SIGNALS: readonly {
  readonly id: string;
  readonly label: string;
  readonly needs: string;
  of(small: ReadPiece, large: ReadPiece, chance: number): number;
}[] = [
  {id: "true", label: "True difficulty", needs: "the label", of: ({isHard}) => Number(isHard)},
  {
    id: "gap",
    label: "Loss, small minus large",
    needs: "both models and the right text",
    of: (small, large) => small.loss - large.loss,
  },
  {id: "loss", label: "Loss, small model", needs: "the right text", of: ({loss}) => loss},
  {
    id: "entropy",
    label: "Largest entropy",
    needs: "the step as the small model writes it",
    of: ({entropy}) => entropy,
  },
  {
    id: "classifier",
    label: "Classifier of its state",
    needs: "what stands before the step",
    of: (_small, _large, chance) => chance,
  },
];

/** Signals of hard steps: how well each ranks them, and how well those that a large model would mend. */
export const hardSteps = experiment({
  id: "decoding/hard-steps",
  title: "Which steps are hard?",
  question: "How well do signals of the models themselves find the steps that a large model should write?",
  source:
    "SplitReason, arXiv:2504.16379, section 3.2, asks a language model for the hardest fifth; here labels are exact",
  params: {
    problems: {
      kind: "integer",
      label: "Problems",
      help: "Of the test split.",
      min: 20,
      max: 2000,
      default: 500,
    },
  },
  columns: {
    signal: {type: "string", label: "Signal"},
    label: {type: "string", label: "Signal, in words"},
    needs: {type: "string", label: "Takes"},
    steps: {type: "integer", label: "Steps and answers"},
    hard: {type: "integer", label: "Truly hard ones"},
    mendable: {type: "integer", label: "Those that the small model gets wrong and the large one right"},
    findsHard: {type: "number", label: "Chance that a hard step ranks above an easy one"},
    findsMendable: {
      type: "number",
      label: "Chance that a step that the large model mends ranks above another",
    },
  },
  needs: splitNeeds([]),
  sweep: [{}],
  async run({problems: count}, {data, progress}) {
    const models = await splitModels(data, []);
    const {classifier} = models.signals();
    const pieces: (readonly [small: ReadPiece, large: ReadPiece])[] = [];
    for (const [n, problem] of problemsOf("test", count).entries()) {
      const large = readPieces(models.large, problem);
      for (const [i, small] of readPieces(models.small, problem).entries()) pieces.push([small, large[i]]);
      await progress((n + 1) / count);
    }
    const hard = pieces.map(([small]) => small.isHard);
    const mendable = pieces.map(([small, large]) => !small.isRight && large.isRight);
    return SIGNALS.map(({id, label, needs, of}) => {
      const values = Float64Array.from(pieces, ([small, large]) =>
        of(small, large, logisticChance(classifier, small.state)),
      );
      return {
        signal: id,
        label,
        needs,
        steps: pieces.length,
        hard: hard.filter(Boolean).length,
        mendable: mendable.filter(Boolean).length,
        findsHard: rankChance(values, hard),
        findsMendable: rankChance(values, mendable),
        provenance: "measured" as const,
      };
    });
  },
});
