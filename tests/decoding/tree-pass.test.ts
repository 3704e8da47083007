import {expect, test} from "vitest";
import {type DraftTree, wayTo} from "../../src/lib/decoding/tree/draft-tree.js";
import {feedNodes, keepRows} from "../../src/lib/decoding/tree/tree-pass.js";
import {plainKvCache} from "../../src/lib/engine/cache/kv-cache.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import {loadFolder, maxDifference, trainedPath} from "../engine/golden.js";

const PROMPT = [1, 20, 33, 7, 90, 41, 8];
/** Products of one row are summed in another order than those of four. */
const ROUNDING = 2e-5;

/** A tree of random tokens, each after a random earlier one. */
function randomTree(nodes: number, seed: number): DraftTree {
  const random = randomStream(seed, "tree");
  const [tokens, parents, depths, probabilities] = [[5], [-1], [0], [1]];
  for (let node = 1; node < nodes; node++) {
    const parent = random.integer(node);
    tokens.push(random.integer(200));
    parents.push(parent);
    depths.push(depths[parent] + 1);
    probabilities.push(probabilities[parent] / 2);
  }
  return {tokens, parents, depths, probabilities};
}

test("a node of a tree has the logits that plain decoding of its way has, and so has the text after it", async () => {
  const model = await loadFolder(trainedPath("decoder-small"), {backend: await wasmBackend()});
  for (let seed = 0; seed < 4; seed++) {
    const tree = randomTree(1 + 9 * seed, seed);
    const fed = tree.tokens.map((_, node) => node);
    const cache = plainKvCache(model.config);
    forward(model, PROMPT, {cache});
    const logits = feedNodes(model, cache, tree, fed, {prefix: PROMPT.length, fed});
    for (const node of fed) {
      const plain = plainKvCache(model.config);
      forward(model, PROMPT, {cache: plain});
      const ids = [tree.tokens[0], ...wayTo(tree, node).map((at) => tree.tokens[at])];
      const rows = ids.map((id) => forward(model, [id], {cache: plain}).data);
      expect(maxDifference(logits[node], rows[rows.length - 1])).toBeLessThan(ROUNDING);
    }
    const last = fed[fed.length - 1];
    const way = [0, ...wayTo(tree, last)];
    const text = [...PROMPT, ...way.map((node) => tree.tokens[node])];
    keepRows(cache, model.config, PROMPT.length, way);
    const plain = plainKvCache(model.config);
    for (const id of text) forward(model, [id], {cache: plain});
    const after = forward(model, [9], {cache}).data;
    expect(maxDifference(after, forward(model, [9], {cache: plain}).data)).toBeLessThan(ROUNDING);
  }
});
