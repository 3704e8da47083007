import {experiment, type TensorSet} from "../../experiment/experiment.js";
import {bitsPerElement} from "../../formats/pack.js";
import {TERNARY_RULES, type TernaryRule} from "../../formats/sign/row-scale.js";
import {binary, ternary} from "../../formats/sign/sign-formats.js";
import {largest, smallest} from "../../stats/extent.js";
import {studentInterval} from "../../stats/interval.js";
import {estimateMean, mean} from "../../stats/moments.js";
import {ends, fewMean, meanOverSeeds, numbersAt, seedsOf, TRAINING_RUNS} from "./measured-training.js";

/** Bits of activations in the runs, widest first. */
const ACTIVATIONS = [32, 8, 2, 1] as const;
const WEIGHTS = [2, 1] as const;
/** Columns of the decoder's widest matrices but one: what a scale of a row is shared by. */
const COLUMNS = 64;

/** Bits of a weight with its share of the row's scale. */
function weightBits(bits: 1 | 2): number {
  const format = bits === 1 ? binary() : ternary();
  return bitsPerElement(format.encode({shape: [COLUMNS, COLUMNS], data: new Float32Array(COLUMNS ** 2)}));
}

const exponentials = ({value, low, high}: {value: number; low: number | null; high: number | null}) => ({
  perplexity: Math.exp(value),
  perplexityLow: low === null ? null : Math.exp(low),
  perplexityHigh: high === null ? null : Math.exp(high),
});

/** Perplexity of a mean over seeds, its interval over documents. */
function perplexityOf(documents: Float64Array | Float32Array) {
  const estimate = estimateMean(documents);
  return exponentials({value: estimate.value, ...ends(studentInterval(estimate, documents.length))});
}

/** Words for the rules of a ternary scale. */
const RULE_NAMES: Readonly<Record<TernaryRule, string>> = {
  "four-thirds": "4/3 of the mean (TBT)",
  mean: "the mean (BitNet b1.58)",
  survivors: "the mean of what is not zero (TWN)",
};

interface Setting {
  readonly weights: 1 | 2;
  readonly activations: number;
  /** The scale of a row; that of two values is always the mean. */
  readonly rule: TernaryRule;
  readonly isTrained: boolean;
}

/** As the file has it: the rule of TBT, which has one for either number of values, needs no mention. */
const groupOf = ({weights, activations, rule}: Setting) =>
  `ternary/w${weights}a${activations}${weights === 1 || rule === "four-thirds" ? "" : `-${rule}`}`;

function rowOf(runs: TensorSet, setting: Setting) {
  const {weights, activations, rule, isTrained} = setting;
  const group = groupOf(setting);
  const part = isTrained ? "after" : "before";
  const seeds = seedsOf(runs, group, part);
  const documents = seeds.map((seed) => numbersAt(runs, `${group}/${seed}/${part}`));
  const answers = fewMean(
    seeds.map((seed) => numbersAt(runs, `${group}/${seed}/answers`)[isTrained ? 1 : 0]),
  );
  const losses = documents.map((each) => mean(each));
  return {
    weights,
    activations,
    name: `W${weights}A${activations}`,
    rule,
    isTrained,
    bitsPerWeight: weightBits(weights),
    ...perplexityOf(meanOverSeeds(documents)),
    seedLow: Math.exp(smallest(losses)),
    seedHigh: Math.exp(largest(losses)),
    answers: answers.value,
    seeds: seeds.length,
    documents: documents[0].length,
    provenance: "measured" as const,
  };
}

/** The decoder before it was quantized, which is the teacher of all others. */
function teacherRow(runs: TensorSet) {
  const documents = numbersAt(runs, "teacher/documents");
  const found = perplexityOf(documents);
  return {
    weights: 16,
    activations: 32,
    name: "teacher",
    rule: null,
    isTrained: false,
    bitsPerWeight: 16,
    ...found,
    seedLow: found.perplexity,
    seedHigh: found.perplexity,
    answers: numbersAt(runs, "teacher/answers")[0],
    seeds: 1,
    documents: documents.length,
    provenance: "measured" as const,
  };
}

const end = <const L extends string>(label: L) =>
  ({type: "number", label, nullable: true, provenance: "measured"}) as const;

/** A decoder with weights of two and three values and activations of few bits, before and after training with them. */
export const twoAndThreeValues = experiment({
  id: "formats/two-and-three-values",
  title: "Weights of two and three values",
  question:
    "What is left of a decoder whose weights have two or three values, as they are rounded and once it was trained so?",
  source: "TBT, arXiv:2306.01841; its runs here are those of training/train_ternary.py",
  params: {
    activations: {
      kind: "choices",
      label: "Bits of activations",
      help: "1 and 2 bits have one learned scale for each tensor, 8 bits one for each token, 32 are float32.",
      options: ACTIVATIONS,
      default: ACTIVATIONS,
      rowsBy: "activations",
    },
    rules: {
      kind: "choices",
      label: "Scale of a row of three values",
      help: "Values up to half of the scale become zero, or up to 0.7 of the mean where the scale is that of the others.",
      options: TERNARY_RULES,
      names: RULE_NAMES,
      default: TERNARY_RULES,
    },
  },
  columns: {
    weights: {type: "integer", label: "Bits of a weight's code"},
    activations: {type: "integer", label: "Bits of activations"},
    name: {type: "string", label: "Bits"},
    rule: {type: "string", label: "Scale of a row", nullable: true},
    isTrained: {type: "boolean", label: "Trained with these bits"},
    bitsPerWeight: {type: "number", label: "Size", unit: "bits per weight", provenance: "measured"},
    perplexity: {type: "number", label: "Perplexity", provenance: "measured"},
    perplexityLow: end("Perplexity, lower end of 95 % over documents"),
    perplexityHigh: end("Perplexity, upper end of 95 % over documents"),
    seedLow: {type: "number", label: "Perplexity, least of the seeds", provenance: "measured"},
    seedHigh: {type: "number", label: "Perplexity, largest of the seeds", provenance: "measured"},
    answers: {type: "number", label: "Share of answer tokens right", provenance: "measured"},
    seeds: {type: "integer", label: "Seeds"},
    documents: {type: "integer", label: "Validation documents"},
  },
  needs: [TRAINING_RUNS],
  sweep: [{}],
  async run({activations, rules}, {data}) {
    const runs = data.get(TRAINING_RUNS);
    const settings = activations.flatMap((bits) =>
      WEIGHTS.flatMap((weights) =>
        (weights === 1 ? (["mean"] as const) : rules).flatMap((rule) =>
          [false, true].map((isTrained) => ({weights, activations: bits, rule, isTrained})),
        ),
      ),
    );
    return [teacherRow(runs), ...settings.map((setting) => rowOf(runs, setting))];
  },
});
