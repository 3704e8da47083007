import {describe, expect, test} from "vitest";
import {recyclingTemplate} from "../../src/lib/decoding/drafts/token-recycling.js";
import {evenLayers} from "../../src/lib/decoding/skipping/even-layers.js";
import {drawAt} from "../../src/lib/decoding/speculative/verify-chain.js";
import {
  childrenOf,
  type DraftTree,
  likeliestNodes,
  subtree,
  treeMask,
  wayTo,
} from "../../src/lib/decoding/tree/draft-tree.js";
import {beamTree, eagleTree, type TreeDraft} from "../../src/lib/decoding/tree/grow-tree.js";
import {verifyLossy} from "../../src/lib/decoding/tree/verify-lossy.js";
import {verifyChildrenInOrder, verifyTree} from "../../src/lib/decoding/tree/verify-tree.js";
import {randomStream} from "../../src/lib/tensor/random.js";

/** A draft whose law depends on the token alone. */
function tableDraft(vocab: number, seed: number): TreeDraft {
  const stream = randomStream(seed, "table");
  const table = Array.from({length: vocab}, () => {
    const row = Float64Array.from({length: vocab}, () => stream.uniform() ** 6);
    const sum = row.reduce((sum, value) => sum + value, 0);
    return row.map((value) => value / sum);
  });
  return (tree, nodes) => nodes.map((node) => table[tree.tokens[node]]);
}

const trees = Array.from({length: 30}, (_, seed) => {
  const draft = tableDraft(4 + (seed % 7), seed);
  const shape = {depth: 1 + (seed % 5), width: 1 + (seed % 4)};
  return {seed, shape, beam: beamTree(1, shape, draft), eagle: eagleTree(1, {...shape, nodes: 9}, draft)};
});

describe("a grown tree", () => {
  test("has as many nodes a level as it is wide, each likelier than none of its children", () => {
    for (const {shape, beam} of trees) {
      for (let depth = 1; depth <= shape.depth; depth++)
        expect(beam.depths.filter((at) => at === depth)).toHaveLength(shape.width);
      for (let node = 1; node < beam.tokens.length; node++)
        expect(beam.probabilities[node]).toBeLessThanOrEqual(beam.probabilities[beam.parents[node]]);
    }
  });

  test("has no two children of the same token", () => {
    for (const {beam, eagle} of trees) {
      for (const tree of [beam, eagle]) {
        const twins = childrenOf(tree).filter(
          (nodes) => new Set(nodes.map((node) => tree.tokens[node])).size < nodes.length,
        );
        expect(twins).toEqual([]);
      }
    }
  });

  test("by EAGLE's rule has no more nodes than asked for, and every parent", () => {
    for (const {eagle} of trees) {
      expect(eagle.tokens.length).toBeLessThanOrEqual(10);
      eagle.parents.slice(1).forEach((parent, i) => {
        expect(eagle.depths[i + 1]).toBe(eagle.depths[parent] + 1);
      });
    }
  });

  test("shows each node the prefix, its way and itself, and nothing else", () => {
    for (const {beam} of trees) {
      const mask = treeMask(beam, 2);
      const width = 2 + beam.tokens.length;
      beam.tokens.forEach((_, node) => {
        const seen = Array.from(mask.subarray(node * width, (node + 1) * width).entries())
          .filter(([, bit]) => bit === 1)
          .map(([place]) => place);
        expect(seen).toEqual([0, 1, ...[0, ...wayTo(beam, node)].map((at) => 2 + at)].sort((a, b) => a - b));
      });
    }
  });

  test("is still a tree when its likeliest nodes are kept, and refuses a part without its parents", () => {
    for (const {beam} of trees) {
      const part = subtree(beam, likeliestNodes(beam, 5));
      expect(part.tokens.length).toBe(Math.min(5, beam.tokens.length));
    }
    expect(() => subtree(trees[4].beam, [1])).toThrow("the parents of its nodes");
  });
});

describe("verification", () => {
  // Two drafts after the root, one of which goes on.
  const tree: DraftTree = {
    tokens: [0, 1, 2, 1],
    parents: [-1, 0, 0, 1],
    depths: [0, 1, 1, 2],
    probabilities: [1, 0.6, 0.3, 0.4],
  };
  const laws = [
    Float64Array.of(0.2, 0.5, 0.3),
    Float64Array.of(0.1, 0.2, 0.7),
    Float64Array.of(1, 0, 0),
    Float64Array.of(0.3, 0.3, 0.4),
  ];

  /** Shares of what is emitted first, over a grid of two uniforms. */
  function shares(emit: (u: readonly number[]) => readonly number[], steps: number): number[] {
    const counts = [0, 0, 0];
    for (let i = 0; i < steps ** 3; i++) {
      const u = [i % steps, Math.floor(i / steps) % steps, Math.floor(i / steps ** 2)];
      counts[emit(u.map((k) => (k + 0.5) / steps))[0]]++;
    }
    return counts.map((count) => count / steps ** 3);
  }

  test("by the target's own draw and child by child have the same law", () => {
    const own = shares(
      ([u]) => verifyTree({...tree}, (node) => drawAt(laws[node], node === 0 ? u : 0.5), {eos: null}).tokens,
      20,
    );
    const inOrder = shares((u) => {
      let at = 0;
      const next = () => u[at++] ?? 0.5;
      return verifyChildrenInOrder(tree, (node) => laws[node], next, drawAt, {eos: null}).tokens;
    }, 20);
    own.forEach((share, token) => {
      expect(share).toBeCloseTo(laws[0][token], 9);
      expect(Math.abs(inOrder[token] - laws[0][token])).toBeLessThan(0.03);
    });
  });

  test("stops at the token that ends the text without a bonus", () => {
    expect(verifyTree(tree, () => 1, {eos: 1})).toEqual({tokens: [1], nodes: [0], accepted: 1});
    expect(verifyTree(tree, () => 1, {eos: null})).toEqual({
      tokens: [1, 1, 1],
      nodes: [0, 1, 3],
      accepted: 2,
    });
  });

  test("that is lossy is the exact one where the gate never opens", () => {
    const picks = [2, 0, 0, 2];
    const never = verifyLossy(
      tree,
      laws,
      picks,
      {gate: "probability", threshold: 1.1, window: 0},
      {eos: null},
    );
    expect(never).toEqual(verifyTree(tree, (node) => picks[node], {eos: null}));
    const open = verifyLossy(
      tree,
      laws,
      [0, 1, 0, 2],
      {gate: "probability", threshold: 0.4, window: 1},
      {eos: null},
    );
    expect(open.tokens).toEqual([1, 1, 2]);
  });
});

describe("drafts without a second model", () => {
  test("the template of Token Recycling has 80 nodes and every parent", () => {
    const ways = recyclingTemplate(8).map((way) => way.join());
    expect(ways).toHaveLength(80);
    expect(new Set(ways).size).toBe(80);
    const known = new Set(["", ...ways]);
    expect(ways.filter((way) => !known.has(way.split(",").slice(0, -1).join()))).toEqual([]);
  });

  test("evenly spread layers hold the first and the last, with gaps that differ by at most one", () => {
    for (let layers = 1; layers <= 40; layers++) {
      for (const speedup of [1, 1.3, 2, 3.7, 8]) {
        const kept = evenLayers(layers, speedup);
        expect(kept[0]).toBe(0);
        expect(kept.at(-1)).toBe(layers - 1);
        const gaps = kept.slice(1).map((layer, i) => layer - kept[i]);
        if (gaps.length > 0) expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
        if (speedup === 1) expect(kept).toHaveLength(layers);
      }
    }
    expect(() => evenLayers(4, 0.5)).toThrow("at least 1, got 0.5");
  });
});
