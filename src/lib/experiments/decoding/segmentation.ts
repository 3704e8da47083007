import {
  confidenceEntropy,
  groupSizes,
  MOST_TOKENS,
  type SegmentationRule,
  segmentationRules,
} from "../../decoding/hamburger/segmentation.js";
import {forward} from "../../engine/decoder/decoder.js";
import {experiment} from "../../experiment/experiment.js";
import {type DocumentSums, documentMean} from "../../stats/documents.js";
import {optionNames} from "../../technique/option-names.js";
import {softmax} from "../../tensor/softmax.js";
import {openedDecoder, testTexts} from "../shared/decoder-texts.js";

const measured = {provenance: "measured"} as const;
const CONFIDENCES = [0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1];

/** Groups that HAMburger's rules make of test documents by the entropies of the large decoder. */
export const segmentation = experiment({
  id: "decoding/segmentation",
  title: "Several tokens in one step",
  question: "How many tokens may go together, and how many of those that join would the model have foreseen?",
  source: segmentationRules.all[0].source,
  params: {
    rules: {
      kind: "choices",
      label: "Rules",
      options: segmentationRules.ids,
      names: optionNames(segmentationRules.all),
      default: segmentationRules.ids,
      rowsBy: "rule",
    },
    most: {
      kind: "integer",
      label: "Tokens of a group at most",
      help: "The paper has 4.",
      min: 1,
      max: 16,
      default: MOST_TOKENS,
    },
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "More documents give narrower intervals.",
      min: 2,
      max: 64,
      default: 16,
      advanced: true,
    },
  },
  columns: {
    rule: {type: "string", label: "Rule"},
    label: {type: "string", label: "Rule, in words"},
    confidence: {type: "number", label: "Probability that stands for the threshold", nullable: true},
    thresholdNats: {type: "number", label: "Threshold of the entropy", unit: "nats", nullable: true},
    tokensPerStep: {type: "number", label: "Tokens of a step, and of an entry of the cache"},
    tokensPerStepLow: {type: "number", label: "95 % interval, low", nullable: true},
    tokensPerStepHigh: {type: "number", label: "95 % interval, high", nullable: true},
    joined: {type: "number", label: "Share of tokens that join a group"},
    foreseen: {type: "number", label: "Share of joined tokens that were the likeliest", nullable: true},
    documents: {type: "integer", label: "Documents"},
  },
  needs: ["weights/decoder-large"],
  sweep: [{}],
  async run({rules, most, documents}, {data}) {
    const model = await openedDecoder("decoder-large", data);
    const texts = testTexts(model.config, {documents}).map(({tokens}) => teacherText(model, tokens));
    return rules.flatMap((id) => {
      const rule = segmentationRules.byId(id);
      return confidencesOf(rule).map((confidence) => {
        const threshold = confidenceEntropy(confidence ?? 1, model.config.vocabSize);
        const groups = texts.map(({entropies}) => groupSizes(entropies, {rule, threshold, most}));
        return {
          rule: id,
          label: rule.label,
          confidence,
          thresholdNats: confidence === null ? null : threshold,
          ...stepCells(texts, groups),
          documents: texts.length,
          ...measured,
        };
      });
    });
  },
});

const confidencesOf = ({confidence}: SegmentationRule): readonly (number | null)[] =>
  confidence === null ? [null] : CONFIDENCES;

/** A text as a teacher reads it: the entropy with which each token was foreseen, and whether it was the likeliest. */
interface TeacherText {
  readonly entropies: Float64Array;
  readonly isLikeliest: readonly boolean[];
}

function teacherText(model: Parameters<typeof forward>[0], tokens: readonly number[]): TeacherText {
  const {data} = forward(model, tokens.slice(0, -1));
  const width = model.config.vocabSize;
  const laws = tokens.slice(1).map((_, t) => softmax(data.subarray(t * width, (t + 1) * width)));
  return {
    entropies: Float64Array.from(laws, (law) =>
      law.reduce((sum, chance) => (chance > 0 ? sum - chance * Math.log(chance) : sum), 0),
    ),
    isLikeliest: laws.map((law, t) => law.every((chance) => chance <= law[tokens[t + 1]])),
  };
}

function stepCells(texts: readonly TeacherText[], groups: readonly (readonly number[])[]) {
  const known = (value: number) => (Number.isNaN(value) ? null : value);
  const steps: DocumentSums = {
    sums: texts.map(({entropies}) => entropies.length),
    sizes: groups.map((sizes) => sizes.length),
  };
  const {value, low, high} = documentMean(steps);
  const likeliest = texts.flatMap(({isLikeliest}, i) => joinedPlaces(groups[i]).map((t) => isLikeliest[t]));
  const tokens = texts.reduce((sum, {entropies}) => sum + entropies.length, 0);
  return {
    tokensPerStep: value,
    tokensPerStepLow: known(low),
    tokensPerStepHigh: known(high),
    joined: likeliest.length / tokens,
    foreseen: likeliest.length === 0 ? null : likeliest.filter(Boolean).length / likeliest.length,
  };
}

/** Places of the tokens that are not the first of their group. */
function joinedPlaces(sizes: readonly number[]): number[] {
  let first = 0;
  return sizes.flatMap((size) => {
    const places = Array.from({length: size - 1}, (_, i) => first + 1 + i);
    first += size;
    return places;
  });
}
