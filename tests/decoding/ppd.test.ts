import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {loadTensors} from "../../src/data/data-sets.js";
import {promptDecoding} from "../../src/lib/decoding/ppd/ppd.js";
import {promptTokens} from "../../src/lib/decoding/ppd/prompt-tokens.js";
import {
  bestTrees,
  expectedRound,
  fastestSize,
  inputsOf,
  type PromptTree,
  promptTrees,
  stateChances,
  stationaryShares,
  stopChances,
} from "../../src/lib/decoding/ppd/prompt-trees.js";
import {drawAt} from "../../src/lib/decoding/speculative/verify-chain.js";
import {rootedTree} from "../../src/lib/decoding/tree/draft-tree.js";
import {likeliestWays} from "../../src/lib/decoding/tree/template-tree.js";
import {feedNodes, withProbes} from "../../src/lib/decoding/tree/tree-pass.js";
import {plainKvCache} from "../../src/lib/engine/cache/kv-cache.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {greedy} from "../../src/lib/engine/generate.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {type RandomStream, randomStream} from "../../src/lib/tensor/random.js";
import {floats, loadFolder, maxDifference} from "../engine/golden.js";
import {tinyDecoder} from "../engine/tiny.js";

/** Shares of right guesses that fall with distance and rank. */
function accuracyOf(seed: number, distances = 3, ranks = 6): number[][] {
  const random = randomStream(seed, "accuracy");
  return Array.from({length: distances}, (_, d) => {
    const best = (0.3 + 0.28 * random.uniform()) * 0.85 ** d;
    return Array.from({length: ranks}, (_, rank) => best * 0.4 ** rank);
  });
}

const cases = Array.from({length: 4}, (_, seed) => ({seed, accuracy: accuracyOf(seed)}));

describe("the likeliest ways", () => {
  test("are those of the largest products, and hold every parent before its children", () => {
    for (const {accuracy} of cases) {
      const all = accuracy[0].flatMap((a, i) => [
        {ranks: [i], value: a},
        ...accuracy[1].flatMap((b, j) => [
          {ranks: [i, j], value: a * b},
          ...accuracy[2].map((c, k) => ({ranks: [i, j, k], value: a * b * c})),
        ]),
      ]);
      const values = all.map(({value}) => value).sort((a, b) => b - a);
      const ways = likeliestWays(accuracy, 30);
      ways.forEach(({ranks, value}, at) => {
        expect(value).toBeCloseTo(values[at], 12);
        const parent = ways.findIndex((way) => way.ranks.join() === ranks.slice(0, -1).join());
        expect(ranks.length === 1 || (parent >= 0 && parent < at)).toBe(true);
      });
    }
  });
});

/** Accepted candidates of a round and the state that it leads to, with guesses that are right independently. */
function simulatedRound({ways, prompts}: PromptTree, accuracy: readonly number[][], random: RandomStream) {
  const right = accuracy.map((shares) => {
    const wrong = 1 - shares.reduce((sum, share) => sum + share, 0);
    return drawAt(Float64Array.from([...shares, wrong]), random.uniform());
  });
  const place = (length: number) =>
    ways.findIndex(({ranks}) => ranks.length === length && ranks.every((rank, d) => rank === right[d]));
  let accepted = 0;
  while (place(accepted + 1) >= 0) accepted++;
  return {accepted, state: prompts[accepted === 0 ? 0 : place(accepted) + 1]};
}

describe("trees of the states", () => {
  test("stop somewhere: chances of the nodes add up to 1, of the states too", () => {
    for (const {accuracy} of cases) {
      const trees = promptTrees(accuracy, {candidates: 9, inputs: 24});
      for (const {ways} of trees) expect(stopChances(ways).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      const chances = stateChances(trees);
      const shares = stationaryShares(chances);
      expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      shares.forEach((share, to) => {
        const came = shares.reduce((sum, from, state) => sum + from * chances[state][to], 0);
        expect(came).toBeCloseTo(share, 9);
      });
    }
  });

  test("keep a pass within its inputs, and every prompt token of the root", () => {
    for (const {accuracy} of cases) {
      for (const inputs of [12, 20, 40]) {
        for (const tree of promptTrees(accuracy, {candidates: 8, inputs})) {
          expect(inputsOf(tree)).toBeLessThanOrEqual(Math.max(inputs, tree.prompts.length + 3));
          expect(tree.prompts[0]).toBe(3);
        }
      }
    }
  });

  test("predict what simulated rounds accept, within four standard errors", () => {
    for (const {seed, accuracy} of cases) {
      const trees = bestTrees(accuracy, 24);
      const random = randomStream(seed, "rounds");
      const blocks = Array.from({length: 40}, () => {
        let [state, sum] = [0, 0];
        for (let round = 0; round < 100; round++) {
          const next = simulatedRound(trees[state], accuracy, random);
          [state, sum] = [next.state, sum + 1 + next.accepted];
        }
        return sum / 100;
      });
      const mean = blocks.reduce((a, b) => a + b) / blocks.length;
      const variance = blocks.reduce((sum, block) => sum + (block - mean) ** 2, 0) / (blocks.length - 1);
      // The first round of a block has no guesses, which costs it a little.
      const bound = 4 * Math.sqrt(variance / blocks.length) + 0.03;
      expect(Math.abs(mean - expectedRound(trees).tokens)).toBeLessThan(bound);
    }
  });

  test("give more with more inputs, and are as large as the time of a pass makes worthwhile", () => {
    const {accuracy} = cases[0];
    const sizes = [4, 8, 16, 32];
    const tokens = sizes.map((inputs) => expectedRound(bestTrees(accuracy, inputs)).tokens);
    expect(tokens).toEqual(tokens.toSorted((a, b) => a - b));
    expect(fastestSize(accuracy, sizes, () => 1)).toBe(32);
    expect(fastestSize(accuracy, sizes, (inputs) => inputs)).toBe(4);
    expect(() => fastestSize(accuracy, [], () => 1)).toThrow("sizes must hold a size");
  });
});

describe("prompt tokens in a pass", () => {
  test("are not seen by the others, and say what a token with their vector would", async () => {
    const model = await tinyDecoder();
    const prefix = [3, 4, 5];
    const tree = {tokens: [6, 7, 8], parents: [-1, 0, 0], depths: [0, 1, 1], probabilities: [1, 1, 1]};
    const vector = (id: number) => model.embedding.slice(id * 20, (id + 1) * 20);
    const probes = [
      {parent: 1, vector: vector(9)},
      {parent: 3, vector: vector(10)},
      {parent: 2, vector: vector(11)},
    ];
    const pass = (more: typeof probes) => {
      const cache = plainKvCache(model.config);
      forward(model, prefix, {cache});
      const inputs = withProbes(tree, more);
      const nodes = inputs.tokens.map((_, node) => node);
      return feedNodes(model, cache, inputs, nodes, {prefix: 3, fed: nodes}, {}, more);
    };
    const [without, found] = [pass([]), pass(probes)];
    const close = (a: Float32Array, b: Float32Array) =>
      a.forEach((value, id) => {
        expect(value).toBeCloseTo(b[id], 5);
      });
    for (let node = 0; node < 3; node++) close(found[node], without[node]);
    const said = (ids: number[]) => forward(model, ids, {rows: "last"}).data;
    close(found[4], said([...prefix, 6, 7, 9, 10]));
    close(found[5], said([...prefix, 6, 8, 11]));
    expect(withProbes(rootedTree(1), [])).toEqual(rootedTree(1));
  });

  test("of any vectors leave the text as it is", async () => {
    const target = await tinyDecoder();
    for (let seed = 0; seed < 4; seed++) {
      const random = randomStream(seed, "vectors");
      const vectors = [0, 1, 2].map(() => Float32Array.from({length: 20}, () => random.normal()));
      const prompts = {vectors, accuracy: accuracyOf(seed)};
      const goal = {tokens: 24, random};
      const rounds = [...promptDecoding.rounds({target, prompts}, [1, 2], {inputs: 4 + 9 * seed}, goal)];
      expect(rounds.flatMap(({written}) => written)).toEqual(greedy(target, [1, 2], 24).tokens);
      for (const {target} of rounds.slice(1)) expect(target.tokens).toBeLessThanOrEqual(4 + 9 * seed);
    }
  });
});

test("the prompt tokens of the large decoder guess what their training says of them", async () => {
  const path = "src/data/models/decoder-large";
  const large = await loadFolder(path, {backend: await wasmBackend()});
  const {vectors} = promptTokens(await loadTensors(`${path}/prompt-tokens.safetensors`), large.config);
  const {
    input_ids: ids,
    logits,
    tolerance,
  } = JSON.parse(readFileSync(`${path}/prompt-tokens-expected.json`, "utf8"));
  const cache = plainKvCache(large.config);
  forward(large, ids.slice(0, -1), {cache});
  const probes = vectors.map((vector, j) => ({parent: j, vector}));
  const inputs = withProbes(rootedTree(ids.at(-1)), probes);
  const fed = inputs.tokens.map((_, node) => node);
  const found = feedNodes(large, cache, inputs, fed, {prefix: ids.length - 1, fed}, {}, probes).slice(1);
  const all = found.flatMap((row) => Array.from(row));
  expect(maxDifference(all, floats(logits))).toBeLessThan(tolerance);
});
