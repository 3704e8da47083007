import {describe, expect, test} from "vitest";
import {importanceKind, readImatrix} from "../../../src/lib/checkpoint/importance/imatrix-file.js";
import {
  importanceOf,
  meanImportance,
  requireImportance,
} from "../../../src/lib/checkpoint/importance/importance.js";
import {bytesSource} from "../../../src/lib/io/byte-source.js";
import {f32Tensor, writeGguf} from "../../io/gguf/write-gguf.js";
import {legacyImatrix} from "./legacy-imatrix.js";

interface Numbers {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

const ggufOf = (tensors: readonly Numbers[]) =>
  writeGguf({tensors: tensors.map(({name, shape, data}) => f32Tensor(name, shape, data))});

const read = (bytes: Uint8Array) => readImatrix(bytesSource(bytes));
const QUERY = "blk.0.attn_q.weight";
const EXPERTS = "blk.0.ffn_up_exps.weight";

describe("an importance matrix of llama.cpp", () => {
  test("in GGUF has the sums of squares over the counts, of each expert its own; one that met nothing counts alike", async () => {
    const found = await read(
      ggufOf([
        {name: `${QUERY}.in_sum2`, shape: [1, 2], data: [8, 2]},
        {name: `${QUERY}.counts`, shape: [1, 1], data: [4]},
        {name: `${EXPERTS}.in_sum2`, shape: [2, 2], data: [6, 3, 0, 0]},
        {name: `${EXPERTS}.counts`, shape: [2, 1], data: [3, 0]},
      ]),
    );
    expect([...found]).toEqual([
      [QUERY, Float32Array.of(2, 0.5)],
      [EXPERTS, Float32Array.of(2, 1, 1, 1)],
    ]);
  });

  test("in the older form has its numbers over the calls, with or without what younger files end in", async () => {
    const plain = legacyImatrix([2, QUERY, 4, 2, [8, 2], "blk.0.ffn_down.weight", 0, 1, [3]]);
    const whole = [
      [QUERY, Float32Array.of(2, 0.5)],
      ["blk.0.ffn_down.weight", Float32Array.of(3)],
    ];
    expect([...(await read(plain))]).toEqual(whole);
    const younger = new Uint8Array(Buffer.concat([plain, legacyImatrix([7, "calibration.txt"])]));
    expect([...(await read(younger))]).toEqual(whole);
  });

  test.each<[string, Uint8Array, string]>([
    ["no entries", legacyImatrix([0]), "bad-count"],
    ["more entries than it has bytes for", legacyImatrix([1000, QUERY, 1, 1, [1]]), "bad-count"],
    ["a name beyond its end", legacyImatrix([1, 4000, 1, 1, 1]), "cut-off"],
    ["a name of a length below 0", legacyImatrix([1, -5, 1, 1, 1]), "bad-count"],
    ["more numbers than it has bytes for", legacyImatrix([1, QUERY, 1, 2 ** 30, [1]]), "bad-count"],
    ["no number", legacyImatrix([1, QUERY, 1, 0, [1]]), "bad-count"],
    ["a name twice", legacyImatrix([2, QUERY, 1, 1, [1], QUERY, 1, 1, [1]]), "duplicate-name"],
    ["a negative importance", legacyImatrix([1, QUERY, 1, 1, [-1]]), "bad-value"],
    ["no finite importance", legacyImatrix([1, QUERY, 1, 1, [Number.NaN]]), "bad-value"],
    ["more behind its end", legacyImatrix([1, QUERY, 1, 1, [1], 3, "text", 1]), "extra-bytes"],
    ["half a count behind its end", legacyImatrix([1, QUERY, 1, 1, [1]]).slice(0, -1), "bad-count"],
  ])("in the older form is refused with %s", async (_, bytes, kind) => {
    await expect(read(bytes)).rejects.toMatchObject({name: "FormatError", kind});
  });

  test.each<[string, readonly Numbers[], string]>([
    ["tensors of a model", [{name: QUERY, shape: [1, 2], data: [1, 2]}], "no-importance"],
    ["sums without counts", [{name: `${QUERY}.in_sum2`, shape: [1, 2], data: [1, 2]}], "bad-shape"],
    [
      "counts that do not divide its sums",
      [
        {name: `${QUERY}.in_sum2`, shape: [1, 3], data: [1, 2, 3]},
        {name: `${QUERY}.counts`, shape: [2, 1], data: [1, 1]},
      ],
      "bad-shape",
    ],
    [
      "a negative count",
      [
        {name: `${QUERY}.in_sum2`, shape: [1, 1], data: [1]},
        {name: `${QUERY}.counts`, shape: [1, 1], data: [-1]},
      ],
      "bad-value",
    ],
  ])("in GGUF is refused with %s", async (_, tensors, kind) => {
    await expect(read(ggufOf(tensors))).rejects.toMatchObject({name: "FormatError", kind});
  });

  test("is told from a text by its first bytes", async () => {
    const kind = (bytes: Uint8Array) => importanceKind(bytesSource(bytes));
    expect(await kind(legacyImatrix([1, QUERY, 1, 1, [1]]))).toBe("legacy");
    expect(await kind(ggufOf([{name: "a", shape: [1], data: [1]}]))).toBe("gguf");
    expect(await kind(new TextEncoder().encode("Ein Text, ünd ☃"))).toBe("text");
  });
});

describe("importance of a tensor", () => {
  const importance = new Map([
    [QUERY, Float32Array.of(1, 2)],
    [EXPERTS, Float32Array.of(1, 2, 3, 4)],
  ]);

  test("is found by the names of GGUF and of published checkpoints, along the inputs", () => {
    const published = {name: "model.layers.0.self_attn.q_proj.weight", shape: [3, 2]};
    expect(importanceOf(importance, published)).toEqual(Float32Array.of(1, 2));
    expect(importanceOf(importance, {name: QUERY, shape: [2, 3]}, true)).toEqual(Float32Array.of(1, 2));
    expect(importanceOf(importance, {name: EXPERTS, shape: [2, 5, 2]})).toHaveLength(4);
    expect(importanceOf(importance, {name: "blk.1.attn_q.weight", shape: [3, 2]})).toBeUndefined();
    expect(importanceOf(importance, {name: QUERY, shape: [2]})).toBeUndefined();
    expect(importanceOf(null, published)).toBeUndefined();
    expect(meanImportance(Float32Array.of(1, 2, 3, 4), 2)).toEqual(Float32Array.of(2, 3));
  });

  test("of another model is refused", () => {
    expect(() => importanceOf(importance, {name: QUERY, shape: [3, 4]})).toThrow(
      "its 4 columns, got 2 numbers",
    );
    expect(() => requireImportance(importance, [{name: "other", shape: [2, 2]}])).toThrow(
      "importance must be of matrices of the model, got one of 2 others, such as blk.0.attn_q.weight",
    );
  });
});
