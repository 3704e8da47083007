import {rooflineTargets, rooflineTask, TEXT_FORMATS} from "../../accel/roofline-text.js";
import {experiment} from "../../experiment/experiment.js";
import type {RegressionModel} from "../../regress/model/regression-model.js";
import {sampleTargets} from "../../regress/model/sample.js";
import {mean} from "../../stats/moments.js";
import {labelledText} from "../../tasks/cost-task.js";
import {type RandomStream, randomStream} from "../../tensor/random.js";
import {beatenArea, type Costs, frontOrder} from "./front-search.js";
import {type LadderTools, predictorOf} from "./ladder.js";
import {ladderTools, openRegressor, samplesOf, summaryOf, TREES_NEEDS} from "./samples.js";
import {FITTED, knownTexts} from "./tried.js";

const EVALUATIONS = [4, 8, 16, 32];
const RANDOM_SEARCHES = 50;
/** Predictors of the ladder that choose too. */
const CHOOSERS = [
  "ridge on tokens and numbers in order",
  "boosted trees on hand features",
  "first formula, scaled",
];

/** Texts of every choice of formats and batch for the model and machine of a text. */
function candidatesOf(text: string): string[] {
  const base = JSON.parse(text) as object;
  const batches = [1, 4, 16, 64];
  return TEXT_FORMATS.flatMap((weights) =>
    ["fp16", "int8"].flatMap((activations) =>
      ["fp16", "int8", "int4"].flatMap((kv) =>
        batches.map((batch) => JSON.stringify({...base, weights: weights.id, activations, kv, batch})),
      ),
    ),
  );
}

/** Logarithms of the time for a token of one of the sequences, and of memory. */
function costsOf(text: string, time: number, memory: number): Costs {
  const {batch} = JSON.parse(text) as {batch: number};
  return [Math.log10(Math.max(time, 1e-9) / batch), Math.log10(Math.max(memory, 1e-9))];
}

function modelCosts(model: RegressionModel, texts: readonly string[], samples: number): Costs[] {
  return texts.map((text, i) => {
    const drawn = sampleTargets(model, text, {targets: 2, samples, seed: i});
    const [time, memory] = [0, 1].map((target) => summaryOf(samplesOf(drawn, target))?.median ?? 0);
    return costsOf(text, time, memory);
  });
}

/** Costs by predictors of the ladder, fitted to texts of the training split. */
function ladderCosts(tools: LadderTools, texts: readonly string[]): readonly (readonly [string, Costs[]])[] {
  const training = Array.from({length: FITTED}, (_, i) => labelledText(rooflineTask, "train", i));
  return CHOOSERS.map((id) => {
    const [time, memory] = [0, 1].map((target) => {
      const known = knownTexts(training, target);
      return predictorOf(id, {id: "roofline", target, known, drawn: FITTED, seed: 0}, tools);
    });
    return [id, texts.map((text) => costsOf(text, time(text), memory(text)))];
  });
}

function shuffledOrder(count: number, stream: RandomStream): number[] {
  const order = Array.from({length: count}, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const other = stream.integer(last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

/** The part of the true front's area that is found by computing the first few candidates of an order. */
export const surrogate = experiment({
  id: "regress/surrogate",
  title: "Compose's front by a surrogate",
  question: "How much of the front of formats and batches is found when a predictor chooses what to compute?",
  source: "search with a learned surrogate, as in RegressLM, arXiv:2506.21718",
  params: {
    text: {
      kind: "integer",
      label: "Text of the test split",
      help: "Model and machine whose formats and batch are searched.",
      min: 0,
      max: 1000,
      default: 0,
    },
    samples: {
      kind: "integer",
      label: "Samples a text",
      min: 1,
      max: 64,
      log: true,
      default: 16,
      advanced: true,
    },
  },
  columns: {
    text: {type: "integer", label: "Text of the test split"},
    strategy: {type: "string", label: "Who chooses"},
    evaluations: {type: "integer", label: "Candidates computed"},
    candidates: {type: "integer", label: "Candidates"},
    found: {type: "number", label: "Part of the front's area that is found", provenance: "modelled"},
  },
  needs: TREES_NEEDS,
  sweep: [0, 1, 2].map((text) => ({text})),
  async run({text: index, samples}, {data, progress}) {
    const model = await openRegressor(data.get("regressor/small"));
    const texts = candidatesOf(labelledText(rooflineTask, "test", index).text);
    const truth = texts.map((text) => {
      const [time, memory] = rooflineTargets(text);
      return costsOf(text, time ?? Number.POSITIVE_INFINITY, memory ?? Number.POSITIVE_INFINITY);
    });
    const corner = [0, 1].map(
      (side) => 0.1 + truth.reduce((most, costs) => Math.max(most, costs[side]), -99),
    );
    const area = (order: readonly number[]) =>
      beatenArea(
        order.map((i) => truth[i]),
        [corner[0], corner[1]],
      );
    const whole = area(truth.map((_, i) => i));
    await progress(0.1, "text by text");
    const stream = randomStream(index, "random search");
    const strategies: readonly (readonly [string, readonly (readonly number[])[]])[] = [
      ["regression model", [frontOrder(modelCosts(model, texts, samples))]],
      ...ladderCosts(ladderTools(data, model), texts).map(
        ([id, costs]) => [id, [frontOrder(costs)]] as const,
      ),
      ["at random", Array.from({length: RANDOM_SEARCHES}, () => shuffledOrder(texts.length, stream))],
    ];
    return strategies.flatMap(([strategy, orders]) =>
      EVALUATIONS.map((evaluations) => ({
        ...{text: index, strategy, evaluations, candidates: texts.length},
        found: mean(orders.map((order) => area(order.slice(0, evaluations)) / whole)),
        provenance: "modelled" as const,
      })),
    );
  },
});
