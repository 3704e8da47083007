import {graphTask} from "../../accel/graphs/graph-task.js";
import {graphTargets} from "../../accel/graphs/graph-text.js";
import {experiment, type TensorSet} from "../../experiment/experiment.js";
import {convolution} from "../../regress/ladder/convolution.js";
import type {Features} from "../../regress/ladder/features.js";
import {ridge} from "../../regress/ladder/ridge.js";
import {tokensOfCodes} from "../../regress/pieces.js";
import {bootstrap} from "../../stats/bootstrap.js";
import {mean} from "../../stats/moments.js";
import {labelledText} from "../../tasks/cost-task.js";
import type {KnownText, TextPredictor} from "./formulas.js";
import {operatorIds, operatorTokens} from "./operator-tokens.js";
import {scoresOf} from "./scores.js";
import {fromSignedLog, signedLog} from "./signed-log.js";
import {FITTED, knownTexts} from "./tried.js";

/** Tokens of a graph: names of operators alone, or with the shapes that they read and give. */
const TOKENS = ["operators", "shapes"] as const;
type TokensId = (typeof TOKENS)[number];

/** Models of the same texts from other random weights. */
const SEEDS = [0, 1, 2];
const TARGETS = graphTask.targets.map(({name}) => name);
const PENALTY = 10;
const RESAMPLES = 300;

interface Candidate {
  readonly predictor: string;
  readonly tokens: TokensId;
  readonly seed: number | null;
  readonly predict: TextPredictor;
}

/** Ids of the tokens of a text. */
function reader(models: TensorSet, tokens: TokensId): {ids: (text: string) => Int32Array; size: number} {
  const vocabulary = tokensOfCodes(models.get(`${tokens}/tokens`)?.data ?? new Float32Array());
  const ids = (text: string) => operatorIds(vocabulary, operatorTokens(text, tokens === "shapes"));
  return {ids, size: vocabulary.length + 2};
}

/** How often each token stands in a text. */
function countsOf({ids, size}: ReturnType<typeof reader>): Features {
  return (text) => {
    const counts = new Float64Array(size);
    for (const id of ids(text)) counts[id]++;
    return counts;
  };
}

function candidates(
  models: TensorSet,
  tokens: TokensId,
  target: number,
  known: readonly KnownText[],
): Candidate[] {
  const own = reader(models, tokens);
  const counts = countsOf(own);
  const linear = ridge(
    known.map(({text}) => counts(text)),
    Float64Array.from(known, ({value}) => signedLog(value)),
    PENALTY,
  );
  const trained = SEEDS.map((seed): Candidate => {
    const predict = convolution(models, `${tokens}/${seed}`);
    return {
      predictor: "convolution",
      tokens,
      seed,
      predict: (text) => fromSignedLog(predict(own.ids(text))[target]),
    };
  });
  const bag: Candidate = {
    ...{predictor: "ridge on bag of tokens", tokens, seed: null},
    predict: (text) => fromSignedLog(linear(counts(text))),
  };
  return [bag, ...trained];
}

/** The same operators on values with twice the rows and columns; the array stays. */
const doubled = (text: string): string =>
  text.replace(/(?<=[:<])(\d+)x(\d+)/g, (_, rows, columns) => `${2 * Number(rows)}x${2 * Number(columns)}`);

/** Share of graphs that a predictor orders rightly against the same graph at twice the sizes; a tie is no order. */
function separated(predict: TextPredictor, texts: readonly string[], target: number): number | null {
  const pairs = texts.filter((text) => graphTargets(doubled(text))[target] > graphTargets(text)[target]);
  if (pairs.length === 0) return null;
  return mean(pairs.map((text) => Number(predict(doubled(text)) > predict(text))));
}

/** Root mean square error of the logarithm, in per cent of the range of the true ones, with its interval over texts. */
function rangeError(truth: Float64Array, predicted: Float64Array) {
  const [logs, others] = [truth, predicted].map((values) => values.map(signedLog));
  const sorted = logs.toSorted();
  const range = sorted[sorted.length - 1] - sorted[0];
  return bootstrap(
    truth.length,
    (at) => (100 * Math.sqrt(mean(Float64Array.from(at, (i) => (logs[i] - others[i]) ** 2)))) / range,
    {resamples: RESAMPLES},
  );
}

const score = (label: string) => ({type: "number", label, provenance: "measured"}) as const;
const open = (label: string) => ({...score(label), nullable: true}) as const;

/** Cost of a graph of operators from the names of its operators alone, and from their shapes too. */
export const operatorGraphs = experiment({
  id: "regress/operator-graphs",
  title: "Operators alone, or with shapes",
  question: "What must a cost model read of a graph of operators?",
  source: "cost model of MLIR, arXiv:2302.11405",
  params: {
    texts: {kind: "integer", label: "Graphs of the test split", min: 16, max: 1000, log: true, default: 192},
  },
  columns: {
    target: {type: "string", label: "Number"},
    predictor: {type: "string", label: "Predictor"},
    tokens: {type: "string", label: "Tokens"},
    seed: {type: "integer", label: "Random weights that it began with", nullable: true},
    texts: {type: "integer", label: "Graphs"},
    rangeError: score("Root mean square error of the logarithm, % of its range"),
    rangeErrorLow: score("Lower end of its 95 % interval over graphs"),
    rangeErrorHigh: score("Upper end of its 95 % interval over graphs"),
    spearman: open("Spearman's rank correlation"),
    regret: open("Mean excess cost of the chosen of eight graphs"),
    separated: open("Share of graphs told from the same graph at twice the sizes"),
  },
  needs: ["regressor/convolutions"],
  sweep: [{}],
  async run({texts: count}, {data}) {
    const models = data.get("regressor/convolutions");
    const [training, test] = (["train", "test"] as const).map((split, i) =>
      Array.from({length: [FITTED, count][i]}, (_, at) => labelledText(graphTask, split, at)),
    );
    return TARGETS.flatMap((name, target) => {
      const [known, own] = [training, test].map((texts) => knownTexts(texts, target));
      const truth = Float64Array.from(own, ({value}) => value);
      const all = TOKENS.flatMap((tokens) => candidates(models, tokens, target, known));
      return all.map(({predictor, tokens, seed, predict}) => {
        const predicted = Float64Array.from(own, ({text}) => predict(text));
        const {value, low, high} = rangeError(truth, predicted);
        const {spearman, regret} = scoresOf(truth, predicted);
        return {
          ...{target: name, predictor, tokens, seed, texts: own.length, spearman, regret},
          ...{rangeError: value, rangeErrorLow: low, rangeErrorHigh: high},
          separated: separated(
            predict,
            own.map(({text}) => text),
            target,
          ),
          provenance: "measured" as const,
        };
      });
    });
  },
});
