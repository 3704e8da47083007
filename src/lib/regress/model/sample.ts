import {randomStream} from "../../tensor/random.js";
import {requireInteger} from "../../tensor/require.js";
import {legalChances, tokenAt} from "../constrained.js";
import type {Target} from "../numbers/tokenizer.js";
import type {DecoderMemory, DecoderNode} from "./decoder.js";
import {type RegressionModel, textIds} from "./regression-model.js";

/** Id of the pad, which begins what the decoder writes. */
const BEGIN = 0;

/** Options of drawing numbers. */
export interface SampleOptions {
  /** Numbers that each sample holds. */
  readonly targets: number;
  readonly samples: number;
  readonly temperature?: number;
  readonly seed?: number;
}

/** Samples that have written the same so far. */
interface Group {
  readonly ids: readonly number[];
  readonly node: DecoderNode;
  readonly logits: Float32Array;
  readonly count: number;
}

/** How many of `count` draws fall on each token. */
function drawCounts(chances: Float64Array, count: number, uniform: () => number): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const token = tokenAt(chances, uniform());
    counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  return counts;
}

function readText(model: RegressionModel, text: string): DecoderMemory {
  return model.decoder.remember(model.encode(textIds(model, text)));
}

/**
 * Samples of the numbers of a text, each a list of targets: every token is drawn from those that are legal at its place,
 * so each sample is a number by construction. Samples that agree so far are computed once.
 * (RegressLM, arXiv:2506.21718)
 */
export function sampleTargets(model: RegressionModel, text: string, options: SampleOptions): Target[][] {
  const {targets, samples, temperature = 1, seed = 0} = options;
  requireInteger("sampleTargets", "targets", targets, 1, 8);
  requireInteger("sampleTargets", "samples", samples, 1, 4096);
  const {uniform, integer} = randomStream(seed, "numbers of a text");
  const memory = readText(model, text);
  const first = model.decoder.write(memory, [{token: BEGIN, parent: null}]);
  let groups: Group[] = [{ids: [], node: first.nodes[0], logits: first.logits[0], count: samples}];
  const length = targets * model.numbers.tokenizer.length;
  for (let at = 0; at < length; at++) {
    const next = groups.flatMap(({ids, node, logits, count}) => {
      const chances = legalChances(logits, model.numbers.legal(ids, targets), temperature);
      const counts = [...drawCounts(chances, count, uniform)];
      return counts.map(([token, drawn]) => ({ids: [...ids, token], token, parent: node, count: drawn}));
    });
    // After the last token nothing is asked.
    const written = at + 1 < length ? model.decoder.write(memory, next) : {nodes: [], logits: []};
    groups = next.map(({ids, count, parent}, i) => ({
      ids,
      count,
      node: written.nodes[i] ?? parent,
      logits: written.logits[i] ?? new Float32Array(0),
    }));
  }
  const drawn = groups.flatMap(({ids, count}) => {
    const found = model.numbers.decode(ids);
    return Array.from({length: count}, () => found);
  });
  return shuffled(drawn, integer);
}

/** Samples in an order of chance: the first few are samples too. */
function shuffled<T>(things: readonly T[], integer: (n: number) => number): T[] {
  const order = [...things];
  for (let last = order.length - 1; last > 0; last--) {
    const other = integer(last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

/**
 * Logarithm of the chance that a model gives some numbers of a text, over its whole vocabulary as the published code has
 * it: what is not legal counts too.
 */
export function logLikelihood(model: RegressionModel, text: string, targets: readonly Target[]): number {
  const memory = readText(model, text);
  let [parent, token, sum]: [DecoderNode | null, number, number] = [null, BEGIN, 0];
  for (const id of model.numbers.encode(targets)) {
    const {nodes, logits} = model.decoder.write(memory, [{token, parent}]);
    sum += Math.log(legalChances(logits[0], new Uint8Array(logits[0].length).fill(1))[id]);
    [parent, token] = [nodes[0], id];
  }
  return sum;
}

/** Logits of every step of written ids, for comparing models: [steps, targets]. */
export function forcedLogits(model: RegressionModel, text: string, ids: ArrayLike<number>): Float32Array[] {
  const memory = readText(model, text);
  let parent: DecoderNode | null = null;
  return [BEGIN, ...Array.from(ids)].map((token) => {
    const {nodes, logits} = model.decoder.write(memory, [{token, parent}]);
    parent = nodes[0];
    return logits[0];
  });
}
