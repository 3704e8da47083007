import {orderedBackend} from "../../arithmetic/sums/ordered-backend.js";
import {type SumOrder, sumOrders} from "../../arithmetic/sums/orders.js";
import {type SumPrecision, sumPrecisions} from "../../arithmetic/sums/precision.js";
import {plainKvCache} from "../../engine/cache/kv-cache.js";
import {forward} from "../../engine/decoder/decoder.js";
import {type DecoderWeights, decoderOf} from "../../engine/decoder/decoder-weights.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {argmax, tokensAfter} from "../../engine/generate.js";
import {experiment} from "../../experiment/experiment.js";
import {largest, smallest} from "../../stats/extent.js";
import {mean, variance} from "../../stats/moments.js";
import {type ArithmeticProblem, arithmeticProblem, scoreArithmetic} from "../../tasks/arithmetic.js";
import {decodeCharacters, encodeCharacters} from "../../tasks/characters.js";
import {decoderWeights} from "../shared/decoders.js";

const MODEL = "arithmetic-small";
/** The line end, with which an answer ends. */
const END = 0;
/** Orders that can differ: all numbers of workers of the tree have the same bits. */
const ORDERS: readonly SumOrder[] = sumOrders.filter(({id}) => id !== "tree-8");

/** The text that a model writes for a problem, up to its end. */
interface Answer {
  readonly tokens: readonly number[];
  /** Probability of each token, the likeliest one before it was written. */
  readonly chances: readonly number[];
  readonly isRight: boolean;
}

/** Probability of the likeliest token. */
function topChance(logits: Float32Array): number {
  const top = logits[argmax(logits)];
  return 1 / logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0);
}

/** The likeliest token again and again until a line ends, or as many as the model has room for. */
function answerOf(decoder: Decoder, problem: ArithmeticProblem): Answer {
  const prompt = encodeCharacters(problem.prompt);
  const cache = plainKvCache(decoder.config);
  const read = (ids: readonly number[]) => forward(decoder, ids, {cache});
  const {data, shape} = read(Array.from(prompt));
  const [tokens, chances] = [[], []] as [number[], number[]];
  let before = data.subarray(data.length - shape.at(-1)!);
  const room = decoder.config.maxPositions - prompt.length;
  for (const {token, logits} of tokensAfter(read, before, argmax)) {
    tokens.push(token);
    chances.push(topChance(before));
    before = logits;
    if (token === END || tokens.length >= room) break;
  }
  return {tokens, chances, isRight: scoreArithmetic(problem, decodeCharacters(tokens)).isCorrect};
}

const deviation = (values: readonly number[]): number => Math.sqrt(variance(values));

/** Tokens that all answers to a problem have in common at their beginning. */
function commonTokens([first, ...others]: readonly Answer[]): number {
  const at = first.tokens.findIndex((token, i) => others.some(({tokens}) => tokens[i] !== token));
  return at < 0 ? first.tokens.length : at;
}

/** Standard deviations over orders of the likeliest token's probability, where all orders have written the same so far. */
function chanceDeviations(answers: readonly Answer[]): number[] {
  // The token at which they part was chosen after the same text.
  const common = Math.min(commonTokens(answers) + 1, smallest(answers.map(({tokens}) => tokens.length)));
  return Array.from({length: common}, (_, i) => deviation(answers.map(({chances}) => chances[i])));
}

/** Spread over orders, from the answers of each order to each problem. */
function spreadOf(byOrder: readonly (readonly Answer[])[]) {
  const byProblem = byOrder[0].map((_, problem) => byOrder.map((answers) => answers[problem]));
  const right = byOrder.map((answers) => mean(answers.map(({isRight}) => Number(isRight))));
  const lengths = byProblem.map((answers) => answers.map(({tokens}) => tokens.length));
  const parts = byProblem.map((answers) =>
    answers.some(({tokens}) => tokens.length !== commonTokens(answers)),
  );
  return {
    right: mean(right),
    rightDeviation: deviation(right),
    rightRange: largest(right) - smallest(right),
    differs: mean(parts.map(Number)),
    length: mean(lengths.flat()),
    lengthDeviation: mean(lengths.map(deviation)),
    chanceDeviation: mean(byProblem.flatMap(chanceDeviations)),
  };
}

async function answersOf(
  weights: DecoderWeights,
  way: {readonly order: SumOrder; readonly precision: SumPrecision},
  problems: readonly ArithmeticProblem[],
): Promise<Answer[]> {
  const decoder = await decoderOf(weights, {backend: orderedBackend(way.order, way.precision)});
  return problems.map((problem) => answerOf(decoder, problem));
}

/** Worked arithmetic of one model whose sums are taken in other orders, each answer written to its end. */
export const answersByOrder = experiment({
  id: "decoding/answers-by-order",
  title: "Answers by the order of sums",
  question: "How far do answers, their lengths and probabilities scatter over orders of sums?",
  source: "LayerCast, arXiv:2506.09501, its metrics",
  params: {
    operators: {kind: "integer", label: "Operators of a problem", min: 1, max: 6, default: 4},
    problems: {
      kind: "integer",
      label: "Problems",
      help: "Of the test split, whose expressions the model has not seen.",
      min: 1,
      max: 24,
      default: 12,
    },
  },
  columns: {
    precision: {type: "string", label: "Id of the precision"},
    name: {type: "string", label: "Precision"},
    orders: {type: "integer", label: "Orders of sums"},
    problems: {type: "integer", label: "Problems"},
    differs: {type: "number", label: "Share of problems whose answers differ", provenance: "measured"},
    right: {type: "number", label: "Share of right answers", provenance: "measured"},
    rightDeviation: {
      type: "number",
      label: "Standard deviation of that share over orders",
      provenance: "measured",
    },
    rightRange: {
      type: "number",
      label: "The share in the best order less that in the worst",
      provenance: "measured",
    },
    length: {type: "number", label: "Length of an answer", unit: "tokens", provenance: "measured"},
    lengthDeviation: {
      type: "number",
      label: "Standard deviation of a length over orders",
      unit: "tokens, mean of problems",
      provenance: "measured",
    },
    chanceDeviation: {
      type: "number",
      label: "Standard deviation of the likeliest token's probability over orders",
      unit: "mean of tokens before texts differ",
      provenance: "measured",
    },
  },
  needs: [`weights/${MODEL}`],
  sweep: [{}],
  async run({operators, problems: count}, {data, progress}) {
    const weights = decoderWeights(MODEL, data);
    const problems = Array.from({length: count}, (_, i) => arithmeticProblem("test", i, {operators}));
    const rows = [];
    for (const [index, precision] of sumPrecisions.entries()) {
      const byOrder: Answer[][] = [];
      for (const [i, order] of ORDERS.entries()) {
        await progress(
          (index + i / ORDERS.length) / sumPrecisions.length,
          `${precision.name}, ${order.name}`,
        );
        byOrder.push(await answersOf(weights, {order, precision}, problems));
      }
      rows.push({
        precision: precision.id,
        name: precision.name,
        orders: ORDERS.length,
        problems: count,
        ...spreadOf(byOrder),
        provenance: "measured" as const,
      });
    }
    return rows;
  },
});
