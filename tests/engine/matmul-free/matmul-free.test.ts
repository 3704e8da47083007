import {describe, expect, test} from "vitest";
import {modelFromConfig} from "../../../src/lib/accel/hf-config.js";
import {modelRecordOfObject} from "../../../src/lib/architectures/read-model.js";
import {decoderConfigOf} from "../../../src/lib/engine/decoder/config.js";
import {
  type MatMulFree,
  matMulFreeOf,
  matMulFreeShapes,
} from "../../../src/lib/engine/matmul-free/load-matmul-free.js";
import {forwardMatMulFree, matMulFreeCache} from "../../../src/lib/engine/matmul-free/matmul-free.js";
import {
  isMatMulFree,
  type MatMulFreeConfig,
  matMulFreeConfigOf,
} from "../../../src/lib/engine/matmul-free/matmul-free-config.js";
import {matMulFreeText} from "../../../src/lib/engine/open-text.js";
import {matMulFreeTokenOperations} from "../../../src/lib/engine/token-operations.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {maxDifference} from "../golden.js";

/** Sizes that differ wherever they can. */
const config: MatMulFreeConfig = {
  architecture: "HGRNBitForCausalLM",
  hiddenSize: 10,
  innerSize: 20,
  intermediateSize: 24,
  layers: 3,
  vocabSize: 11,
  maxPositions: 64,
  normEps: 1e-6,
  ternary: true,
  bounded: true,
  tied: true,
};

function drawn(own: Partial<MatMulFreeConfig> = {}): Promise<MatMulFree> {
  const whole = {...config, ...own};
  const stream = randomStream(7, "matmul-free");
  const tensors = Object.entries(matMulFreeShapes(whole)).map(([name, shape]) => {
    const count = shape.reduce((n, side) => n * side, 1);
    const draw = () => (name.includes("norm") ? 1 + 0.1 * stream.normal() : 0.4 * stream.normal());
    return [name, {shape, data: draws(count, draw)}] as const;
  });
  return matMulFreeOf({config: whole, tensors: new Map(tensors)});
}

const TEXT = Array.from({length: 30}, (_, i) => (i * i + 3 * i) % 11);

describe.each([{ternary: true}, {ternary: false}])("a model of $ternary ternary matrices", (own) => {
  test("reads a text in parts of any length as at once, bit for bit, from a state of one size", async () => {
    const model = await drawn(own);
    const whole = forwardMatMulFree(model, TEXT).data;
    for (const part of [1, 4, 7]) {
      const cache = matMulFreeCache(config);
      const rows: number[] = [];
      for (let at = 0; at < TEXT.length; at += part) {
        rows.push(...forwardMatMulFree(model, TEXT.slice(at, at + part), {cache}).data);
        expect(cache.states.map(({length}) => length)).toEqual([20, 20, 20]);
      }
      expect(maxDifference(rows, whole)).toBe(0);
      expect(cache.length).toBe(TEXT.length);
    }
  });

  test("gives the last row alone, and reads aside without the text becoming longer", async () => {
    const model = await drawn(own);
    const whole = forwardMatMulFree(model, TEXT).data;
    expect([...forwardMatMulFree(model, TEXT, {rows: "last"}).data]).toEqual([...whole.slice(-11)]);
    const text = matMulFreeText(model);
    text.read(TEXT.slice(0, 20));
    const aside = text.aside(TEXT.slice(20)).data;
    expect([...text.read(TEXT.slice(20)).data]).toEqual([...aside]);
  });
});

test("its products add, as often as the model of operations says", async () => {
  const model = await drawn();
  const work = {additions: 0, scalings: 0};
  forwardMatMulFree(model, [3], {work});
  const weights = 3 * (4 * 10 * 20 + 3 * 10 * 24) + 11 * 10;
  const share = work.additions / weights;
  expect(share).toBeGreaterThan(0.5);
  expect(share).toBeLessThan(0.8);
  expect(matMulFreeTokenOperations(config, share)).toBeCloseTo(work.additions + 2 * 3 * 20, 6);
  const plain = {additions: 0, scalings: 0};
  forwardMatMulFree(await drawn({ternary: false}), [3], {work: plain});
  expect(plain).toEqual({additions: 0, scalings: 0});
});

describe("the config of a model without products of matrices", () => {
  const FILE = {model_type: "hgrn_bit", hidden_size: 64, num_hidden_layers: 4, vocab_size: 256};
  const record = (changes: object = {}) => modelRecordOfObject({...FILE, ...changes});

  test("has the published defaults", () => {
    expect(matMulFreeConfigOf(record())).toMatchObject({
      innerSize: 64,
      intermediateSize: 256,
      normEps: 1e-6,
      ternary: true,
      bounded: true,
      tied: false,
    });
    expect(matMulFreeConfigOf(record({hidden_size: 1024})).intermediateSize).toBe(2816);
  });

  test("refuses what the engine does not run, by name", () => {
    const refused = (changes: object) => () => matMulFreeConfigOf(record(changes));
    expect(refused({use_short_conv: true})).toThrow(/use_short_conv/);
    expect(refused({num_heads: 7})).toThrow(/num_heads/);
    expect(refused({hidden_act: "gelu"})).toThrow(/another network/);
  });

  test("is none of a decoder, and its cost is not modelled: both say so by name", () => {
    expect(isMatMulFree(record())).toBe(true);
    expect(() => decoderConfigOf(record())).toThrow(/got hgrn_bit/);
    expect(() => modelFromConfig(FILE)).toThrow(/got hgrn/);
  });
});
