import {describe, expect, test} from "vitest";
import {inputFirstNames} from "../../src/lib/checkpoint/input-first.js";
import type {StoredTensor} from "../../src/lib/checkpoint/stored-tensor.js";
import {int} from "../../src/lib/formats/int.js";
import {measureFormat} from "../../src/lib/quant/measure.js";
import {measureTensor, sampleStandardError, type TensorRow} from "../../src/lib/quant/measure-tensor.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import {transpose} from "../../src/lib/tensor/transpose.js";

function stored(
  shape: readonly number[],
  data: Float32Array,
  change: Partial<StoredTensor> = {},
): StoredTensor {
  const readElements = async (first: number, count: number) => data.slice(first, first + count);
  return {
    name: "w",
    shape,
    dtype: "F32",
    bytes: 4 * data.length,
    partStep: 1,
    unreadable: null,
    readElements,
    ...change,
  };
}

async function rowsOf(...given: Parameters<typeof measureTensor>): Promise<TensorRow[]> {
  const rows = [];
  for await (const row of measureTensor(...given)) rows.push(row);
  return rows;
}

const x = draws(64 * 96, randomStream(2, "measure-tensor").normal);

describe("the rows of a tensor", () => {
  test("are what each format measures, in the order that is asked for", async () => {
    const rows = await rowsOf(stored([64, 96], x), ["mxfp4", "int4"]);
    expect(rows.map(({format}) => format)).toEqual(["mxfp4", "int4"]);
    const {relativeMse: _, ...measured} = measureFormat(int(), {shape: [64, 96], data: x});
    expect(rows[1]).toMatchObject({elements: 6144, measuredElements: 6144, note: null});
    // Sums run in another order.
    for (const [name, value] of Object.entries(measured)) {
      const found = rows[1][name as keyof typeof measured] as number;
      expect(Math.abs(found / value - 1), name).toBeLessThan(1e-12);
    }
  });

  test("of a matrix that is stored [in, out] are those of the matrix itself", async () => {
    const turned = stored([96, 64], transpose(x, 64, 96));
    const [row] = await rowsOf(turned, ["int4"], {isInputFirst: true});
    const [plain] = await rowsOf(stored([64, 96], x), ["int4"]);
    expect(row).toEqual({
      ...plain,
      note: "stored [in, out]: measured transposed, so that blocks run along the inputs",
    });
    expect((await rowsOf(turned, ["int4"]))[0].mse).not.toBe(plain.mse);
  });

  test("count the elements beyond six root mean squares", async () => {
    const data = new Float32Array(1000).fill(1);
    expect((await rowsOf(stored([1000], data), ["int4"]))[0].outlierShare).toBe(0);
    data[7] = 100;
    data[8] = -100;
    expect((await rowsOf(stored([1000], data), ["int4"]))[0].outlierShare).toBe(0.002);
    data[9] = Number.NaN;
    expect((await rowsOf(stored([1000], data), ["int4"]))[0].outlierShare).toBeNull();
  });

  test("say why there is no measure", async () => {
    const unreadable = {kind: "unknown", reason: "no one knows it"} as const;
    const [row] = await rowsOf(stored([2], x.slice(0, 2), {unreadable}), ["int4"]);
    expect(row).toMatchObject({mse: null, outlierShare: null, measuredElements: 0, note: "no one knows it"});
    await expect(rowsOf(stored([2], x.slice(0, 2)), ["int99"])).rejects.toThrow("int99");
  });
});

describe("matrices that are stored [in, out]", () => {
  const names = (shapes: Readonly<Record<string, readonly number[]>>) =>
    [...inputFirstNames(Object.entries(shapes).map(([name, shape]) => ({name, shape})))].sort();

  test("are those of the layers whose queries, keys and values are [n, 3n]", () => {
    expect(names({"transformer.h.0.attn.c_attn.weight": [8, 24], "wte.weight": [10, 8]})).toEqual([
      "transformer.h.0.attn.c_attn.weight",
      "transformer.h.0.attn.c_proj.weight",
      "transformer.h.0.mlp.c_fc.weight",
      "transformer.h.0.mlp.c_proj.weight",
    ]);
  });

  test.each([[[24, 8]], [[10, 8]], [[24]], [[8, 24, 1]]])("are none where they are %j", (shape) => {
    expect(names({"h.0.attn.c_attn.weight": shape})).toEqual([]);
  });
});

describe("the standard error of a sample", () => {
  const halves = Array.from({length: 64}, (_, i) => i % 2);

  test("is the spread of its parts over the root of their number, less for a larger share", () => {
    const spread = Math.sqrt((64 * 0.25) / 63 / 64);
    expect(sampleStandardError(halves, 1e-12)).toBeCloseTo(spread, 12);
    expect(sampleStandardError(halves, 0.25)).toBeCloseTo(spread * Math.sqrt(3 / 4), 12);
  });

  test("is zero where parts are alike and where nothing was left out", () => {
    expect(sampleStandardError([2, 2, 2], 0.1)).toBe(0);
    expect(sampleStandardError(halves, 1)).toBe(0);
  });
});
