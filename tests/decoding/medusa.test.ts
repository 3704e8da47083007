import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {loadTensors} from "../../src/data/data-sets.js";
import {medusa, medusaTypical} from "../../src/lib/decoding/medusa/medusa.js";
import {type MedusaHeads, medusaHeads} from "../../src/lib/decoding/medusa/medusa-heads.js";
import {verifyLossy} from "../../src/lib/decoding/tree/verify-lossy.js";
import {verifyTree} from "../../src/lib/decoding/tree/verify-tree.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {greedy} from "../../src/lib/engine/generate.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import type {Tensor} from "../../src/lib/tensor/tensor.js";
import {floats, loadFolder, maxDifference} from "../engine/golden.js";
import {tinyDecoder} from "../engine/tiny.js";

const target = await tinyDecoder();
const [WIDTH, VOCAB] = [20, 23];

function headTensors(seed: number, heads = 3): Map<string, Tensor> {
  const random = randomStream(seed, "heads");
  const drawn = (...shape: number[]): Tensor => {
    const count = shape.reduce((a, b) => a * b, 1);
    return {shape, data: Float32Array.from({length: count}, () => random.normal() / Math.sqrt(WIDTH))};
  };
  const tensors = new Map<string, Tensor>();
  for (let n = 0; n < heads; n++) {
    tensors.set(`mix.${n}.weight`, drawn(WIDTH, WIDTH));
    tensors.set(`mix.${n}.bias`, drawn(WIDTH));
    tensors.set(`out.${n}.weight`, drawn(VOCAB, WIDTH));
  }
  const accuracy = Float32Array.from({length: heads * 5}, (_, i) => 0.5 * 0.5 ** (i % 5));
  return tensors.set("accuracy", {shape: [heads, 5], data: accuracy});
}

const headsOf = (seed: number): MedusaHeads => medusaHeads(headTensors(seed), target);

describe("Medusa's heads", () => {
  test("are W_out (h + silu(W1 h + b))", () => {
    const tensors = headTensors(2);
    const hidden = Float32Array.from({length: WIDTH}, (_, i) => Math.sin(i));
    const row = (name: string, of: ArrayLike<number>, at: number) =>
      tensors
        .get(name)!
        .data.subarray(at * WIDTH, (at + 1) * WIDTH)
        .reduce((sum, weight, i) => sum + weight * of[i], 0);
    const guesses = medusaHeads(tensors, target).guess(hidden);
    expect(guesses).toHaveLength(3);
    for (let n = 0; n < 3; n++) {
      const mixed = Array.from(hidden, (value, i) => {
        const z = row(`mix.${n}.weight`, hidden, i) + tensors.get(`mix.${n}.bias`)!.data[i];
        return value + z / (1 + Math.exp(-z));
      });
      guesses[n].forEach((value, id) => {
        expect(value).toBeCloseTo(row(`out.${n}.weight`, mixed, id), 4);
      });
    }
  });

  test("refuse tensors of another model by name", () => {
    const tensors = headTensors(1);
    tensors.set("out.1.weight", {shape: [VOCAB, 4], data: new Float32Array(VOCAB * 4)});
    expect(() => medusaHeads(tensors, target)).toThrow("out.1.weight");
    tensors.delete("accuracy");
    expect(() => medusaHeads(tensors, target)).toThrow("accuracy");
  });

  test("leave the text as it is, whatever they guess", () => {
    for (let seed = 0; seed < 4; seed++) {
      const goal = {tokens: 24, random: randomStream(seed, "medusa")};
      const rounds = [...medusa.rounds({target, heads: headsOf(seed)}, [7, seed], {nodes: 30}, goal)];
      expect(rounds.flatMap(({written}) => written)).toEqual(greedy(target, [7, seed], 24).tokens);
      expect(rounds[0].drafted).toBe(30);
    }
  });
});

describe("typical acceptance", () => {
  const rule = {gate: "typical", threshold: 0.09, window: 0} as const;

  test("keeps a guess above the lesser of the threshold and 0.3 e^-H", () => {
    const tree = {tokens: [0, 1, 2], parents: [-1, 0, 0], depths: [0, 1, 1], probabilities: [1, 1, 1]};
    const kept = (law: number[], picks = [0, 0, 0]) =>
      verifyLossy(
        tree,
        [0, 1, 2].map(() => Float64Array.from(law)),
        picks,
        rule,
        {eos: null},
      );
    expect(kept([0.88, 0.08, 0.04]).accepted).toBe(0);
    expect(kept([0.86, 0.1, 0.04]).tokens).toEqual([1, 0]);
    expect(kept([0.4, 0.25, 0.35]).tokens).toEqual([2, 0]);
    // Of 30 equal ones each has 1 / 30, above 0.3 e^-H = 1 / 100.
    expect(kept(Array.from({length: 30}, () => 1 / 30)).accepted).toBe(1);
  });

  test("keeps at least what the model's own choices keep: its likeliest token is always typical", () => {
    for (let seed = 0; seed < 50; seed++) {
      const random = randomStream(seed, "typical");
      const tokens = [0, 1, 2, 3, 1, 2, 0, 3];
      const parents = [-1, 0, 0, 1, 1, 2, 3, 3];
      const depths = [0, 1, 1, 2, 2, 2, 3, 3];
      const tree = {tokens, parents, depths, probabilities: tokens.map(() => 1)};
      const laws = tokens.map(() => {
        const law = Float64Array.from({length: 4}, () => random.uniform() ** 3);
        const sum = law.reduce((a, b) => a + b);
        return law.map((chance) => chance / sum);
      });
      const picks = laws.map((law) => law.indexOf(law.reduce((a, b) => Math.max(a, b))));
      const exact = verifyTree(tree, (node) => picks[node], {eos: null});
      const typical = verifyLossy(tree, laws, picks, rule, {eos: null});
      expect(typical.accepted).toBeGreaterThanOrEqual(exact.accepted);
    }
  });

  test("writes at least as many tokens a round", () => {
    const passes = (method: typeof medusa | typeof medusaTypical) =>
      [...method.rounds({target, heads: headsOf(3)}, [7, 3], {}, {tokens: 60, random: randomStream(1, "m")})]
        .length;
    expect(passes(medusaTypical)).toBeLessThan(passes(medusa));
  });
});

test("the heads of the large decoder guess what their training says of them", async () => {
  const path = "src/data/models/decoder-large";
  const large = await loadFolder(path, {backend: await wasmBackend()});
  const heads = medusaHeads(await loadTensors(`${path}/medusa-heads.safetensors`), large);
  const expected = JSON.parse(readFileSync(`${path}/medusa-heads-expected.json`, "utf8"));
  let hidden = new Float32Array(0);
  const tensor = (site: string, _: number, x: Float32Array) => {
    if (site === "final") hidden = x.slice();
    return undefined;
  };
  forward(large, expected.input_ids, {rows: "last", hooks: {tensor}});
  const found = heads.guess(hidden).flatMap((row) => Array.from(row));
  expect(maxDifference(found, floats(expected.logits))).toBeLessThan(expected.tolerance);
});
