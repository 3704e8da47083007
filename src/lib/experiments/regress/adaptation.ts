import {experiment} from "../../experiment/experiment.js";
import {type LabelledText, labelledText} from "../../tasks/cost-task.js";
import {typedTask} from "./cost-tasks.js";
import {medianScores} from "./data-size.js";
import {type LadderTools, predictorOf} from "./ladder.js";
import {scoreColumns, scoresOf, spreadColumns} from "./scores.js";
import {sweepModels} from "./sweep-models.js";
import {knownTexts, type TaskTexts, tryTask} from "./tried.js";

/** Examples of kernels that models were trained on further. */
const EXAMPLES = [8, 64, 512];
const SEEDS = [1, 2, 3];
const PRETRAINED = "pretrained";
/** Where a model begins, by the name of its setting. */
const STARTS: Readonly<Record<string, string>> = {
  pretrained: PRETRAINED,
  adapted: PRETRAINED,
  scratch: "from nothing",
};
/** Predictors that learn from the same few examples. */
const LEARNERS = ["ridge on tokens and numbers in order", "five nearest texts", "first formula, scaled"];

const NO_SPREAD = {covered50: null, covered90: null, rankedScore: null} as const;

/** Texts of the test split, each once: shapes are drawn again and again. */
function distinctTexts(draw: (index: number) => LabelledText, count: number): LabelledText[] {
  const drawn = Array.from({length: 2 * count}, (_, i) => draw(i));
  return [...new Map(drawn.map((each) => [each.text, each])).values()].slice(0, count);
}

/** Scores of predictors fitted to a seed's first examples, the others of {@link EXAMPLES} after them in training/. */
function learnerRows(examples: readonly LabelledText[], test: readonly LabelledText[], tools: LadderTools) {
  const known = knownTexts(examples, 0);
  const task = {id: "kernel", target: 0, known, drawn: known.length, seed: 0} as const;
  const truths = knownTexts(test, 0);
  return LEARNERS.map((start) => {
    const predict = predictorOf(start, task, tools);
    const predicted = Float64Array.from(truths, ({text}) => predict(text));
    const truth = Float64Array.from(truths, ({value}) => value);
    return {start, ...scoresOf(truth, predicted), ...NO_SPREAD};
  });
}

/** Scores of models that read few examples of a new kind of text, by where they begin. */
export const adaptation = experiment({
  id: "regress/adaptation",
  title: "Adapting with few examples",
  question:
    "How many measured times does a model need that has seen no kernel, and does its training before help?",
  source: "RegressLM, arXiv:2506.21718, section 4: adaptation with 500 examples",
  params: {
    texts: {kind: "integer", label: "Kernels of the test split", min: 16, max: 128, log: true, default: 64},
  },
  columns: {
    start: {type: "string", label: "Begins"},
    examples: {type: "integer", label: "Measured kernels that it learned from"},
    seed: {type: "integer", label: "Run, with examples of its own"},
    texts: {type: "integer", label: "Kernels of the test split"},
    ...scoreColumns,
    ...spreadColumns,
  },
  needs: ["regressor/adaptation", "times/kernels"],
  sweep: [{}],
  async run({texts}, {data, progress}) {
    const {task} = typedTask("kernel", data.get("times/kernels"));
    const test = distinctTexts((i) => labelledText(task, "test", i), texts);
    const training = (from: number, length: number) =>
      Array.from({length}, (_, i) => labelledText(task, "train", from + i));
    const models = await sweepModels(data.get("regressor/adaptation"), () => true);
    const [first] = models;
    const tools: LadderTools = {vocabulary: first.model.vocabulary, trees: new Map()};
    const rows = [];
    for (const [at, {setting, seed, model}] of models.entries()) {
      const [kind, count = 0] = setting.split("-");
      // A median needs one text, also where a model has seen none.
      const own: TaskTexts = {test, training: training(512 * (seed - 1), Number(count) || 1)};
      const tell = (share: number, what?: string) => progress((at + share) / models.length, what);
      const [tried] = await tryTask(task, model, own, {samples: 16, progress: tell});
      rows.push({start: STARTS[kind], examples: Number(count), seed, ...medianScores(tried, 16)});
    }
    for (const seed of SEEDS)
      for (const examples of EXAMPLES)
        for (const row of learnerRows(training(512 * (seed - 1), examples), test, tools))
          rows.push({examples, seed, ...row});
    return rows.map((row) => ({...row, texts: test.length, provenance: "measured" as const}));
  },
});
