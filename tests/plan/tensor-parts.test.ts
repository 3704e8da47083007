import {expect, test} from "vitest";
import {modelRecordOfObject} from "../../src/lib/architectures/read-model.js";
import type {StoredTensor} from "../../src/lib/checkpoint/stored-tensor.js";
import {isPlanned, tensorParts} from "../../src/lib/plan/tensor-parts.js";

const stored = (name: string, shape: readonly number[], unreadable: StoredTensor["unreadable"] = null) =>
  ({
    name,
    shape,
    dtype: "BF16",
    bytes: 2 * shape.reduce((a, b) => a * b, 1),
    partStep: 1,
    unreadable,
    readElements: async () => new Float32Array(),
  }) satisfies StoredTensor;

const record = (tied: boolean) =>
  modelRecordOfObject({
    model_type: "llama",
    vocab_size: 100,
    hidden_size: 64,
    intermediate_size: 128,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    tie_word_embeddings: tied,
  });

const embedding = stored("model.embed_tokens.weight", [100, 64]);
const head = stored("lm_head.weight", [100, 64]);
const up = stored("up", [128, 64]);
const cost = (tensor: string, format: string, bytes: number, damage: number) => ({
  tensor,
  format,
  bytes,
  damage,
});
const COSTS = [
  cost(embedding.name, "q8_0", 6800, 0.25),
  cost(head.name, "q8_0", 6800, 0.5),
  cost(head.name, "q4_0", 3600, 1),
  cost("up", "q4_0", 4608, 0.125),
];

test("a matrix with rows as long as a block is planned; norms, narrow matrices and what cannot be read are not", () => {
  expect(isPlanned(up)).toBe(true);
  expect(isPlanned(stored("norm", [64]))).toBe(false);
  expect(isPlanned(stored("A_log", [128, 16]))).toBe(false);
  expect(isPlanned(stored("row", [1, 64]))).toBe(false);
  expect(isPlanned(stored("packed", [64, 64], {kind: "unknown", reason: "no type"}))).toBe(false);
});

test("every tensor may stay as it is stored, without damage", () => {
  expect(tensorParts([up], COSTS, null)).toEqual([
    {
      names: ["up"],
      options: [
        {id: "keep", bytes: 16384, damage: 0},
        {id: "q4_0", bytes: 4608, damage: 0.125},
      ],
    },
  ]);
});

test("embedding and head of a tied model share their format: sizes and damages are added up, formats of one alone left out", () => {
  expect(tensorParts([embedding, up, head], COSTS, record(true)).at(-1)).toEqual({
    names: [embedding.name, head.name],
    options: [
      {id: "keep", bytes: 25600, damage: 0},
      {id: "q8_0", bytes: 13600, damage: 0.75},
    ],
  });
  expect(tensorParts([embedding, up, head], COSTS, record(false)).map(({names}) => names)).toEqual([
    [embedding.name],
    ["up"],
    [head.name],
  ]);
});
