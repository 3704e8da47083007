import {beforeAll, describe, expect, test} from "vitest";
import {dataSetPath} from "../../../src/data/data-sets.js";
import type {DataSets} from "../../../src/lib/experiment/experiment.js";
import {ALL_TENSORS, bitsError} from "../../../src/lib/experiments/formats/bits-error.js";
import {blockScale} from "../../../src/lib/experiments/formats/block-scale.js";
import {errorAnatomy} from "../../../src/lib/experiments/formats/error-anatomy.js";
import {hadamardOutliers} from "../../../src/lib/experiments/formats/hadamard-outliers.js";
import {ownFile} from "../../../src/lib/experiments/formats/own-file.js";
import {razerSpecial} from "../../../src/lib/experiments/formats/razer-special.js";
import {bytesSource} from "../../../src/lib/io/byte-source.js";
import {oneFileFolder} from "../../../src/lib/io/model-folder.js";
import {openModelPath} from "../../../src/lib/io/node-file.js";
import {writeSafetensors} from "../../../src/lib/io/safetensors-writer.js";
import {type Tensor, tensor} from "../../../src/lib/tensor/tensor.js";
import {TINY_CONFIG, tinyFolder, tinyTensors} from "../../engine/tiny.js";
import {allData} from "./data.js";

let data: DataSets;
beforeAll(async () => {
  data = await allData();
});

describe("bits-error", () => {
  // Section 8 of the specification of number formats: other draws of this size, reference implementations.
  test.each([
    [
      "normal",
      {
        mxfp4: 18.79,
        mxint4: 17.57,
        int4: 18.62,
        int4_asym: 19.96,
        nvfp4: 20.42,
        four_over_six: 21.2,
        razer: 22.46,
      },
    ],
    [
      "laplace",
      {
        mxfp4: 17.96,
        mxint4: 15.99,
        int4: 15.93,
        int4_asym: 17.7,
        nvfp4: 20.66,
        four_over_six: 21.19,
        razer: 22.6,
      },
    ],
    ["student-t5", {mxfp4: 17.98, mxint4: 15.94, nvfp4: 20.69, four_over_six: 21.24, razer: 22.59}],
    ["normal", {nf4: 20.73, mxfp6_e2m3: 30.95, mxfp6_e3m2: 25.35, mxfp8_e4m3: 30.65, mxint8: 41.68}],
  ] as const)("finds on %s values what reference implementations find", async (distribution, expected) => {
    const rows = await bitsError.run({distribution, formats: Object.keys(expected)}, {data});
    for (const {format, sqnrDb} of rows) {
      expect(Math.abs(sqnrDb - expected[format as keyof typeof expected])).toBeLessThan(0.15);
    }
  });

  test("counts the bits of the packed bytes", async () => {
    const rows = await bitsError.run({formats: ["mxfp4", "nvfp4", "int4", "bf16"]}, {data});
    expect(Object.fromEntries(rows.map(({format, bitsPerElement}) => [format, bitsPerElement]))).toEqual({
      mxfp4: 4.25,
      nvfp4: 4.5 + 32 / 2 ** 18,
      int4: 4.125,
      bf16: 16,
    });
  });

  test("measures every matrix of the trained model, and all together as the mean over elements", async () => {
    const rows = await bitsError.run(
      {distribution: "weights/decoder-small", formats: ["mxfp4", "razer"]},
      {data},
    );
    for (const id of ["mxfp4", "razer"]) {
      const all = rows.find(({format, tensor}) => format === id && tensor === ALL_TENSORS)!;
      const single = rows.filter(({format, tensor}) => format === id && tensor !== ALL_TENSORS);
      expect(single.length).toBeGreaterThan(25);
      const elements = single.reduce((sum, row) => sum + row.elements, 0);
      const mse = single.reduce((sum, row) => sum + row.mse * row.elements, 0) / elements;
      expect(all.elements).toBe(elements);
      expect(all.mse / mse).toBeCloseTo(1, 10);
    }
    const sqnr = (id: string) =>
      rows.find(({format, tensor}) => format === id && tensor === ALL_TENSORS)!.sqnrDb;
    expect(sqnr("razer")).toBeGreaterThan(sqnr("mxfp4") + 2);
  });
});

describe("block-scale", () => {
  test("finds that the floor rule gains nothing from smaller blocks on normal values, and rceil does", async () => {
    const rows = await blockScale.run({blockSizes: [16, 32], scaleRules: ["floor", "rceil"]}, {data});
    const sqnr = (rule: string, size: number) =>
      rows.find(({scaleRule, blockSize}) => scaleRule === rule && blockSize === size)!.sqnrDb;
    expect(sqnr("floor", 16)).toBeLessThan(sqnr("floor", 32));
    expect(sqnr("rceil", 16)).toBeGreaterThan(sqnr("rceil", 32));
  });

  test("leaves the rule out that is for E2M1 alone", async () => {
    const rows = await blockScale.run(
      {element: "int4", scaleRules: ["floor", "meta"], blockSizes: [32]},
      {data},
    );
    expect(rows.map(({scaleRule}) => scaleRule)).toEqual(["floor"]);
  });

  test("takes a byte a block: half the size costs 8 / size bits more", async () => {
    const rows = await blockScale.run(
      {distribution: "weights/decoder-small", blockSizes: [16, 32], scaleRules: ["floor"]},
      {data},
    );
    expect(rows.map(({bitsPerElement}) => bitsPerElement)).toEqual([4.5, expect.closeTo(4.25, 1)]);
  });
});

describe("razer-special", () => {
  test("splits all blocks among the special values of a set", async () => {
    const rows = await razerSpecial.run({distribution: "weights/decoder-small", magnitudes: [7, 8]}, {data});
    for (const magnitude of [7, 8]) {
      const set = rows.filter((row) => row.magnitude === magnitude);
      expect(set.map(({special}) => special)).toEqual([5, -5, magnitude, -magnitude]);
      expect(set.reduce((sum, {blockShare}) => sum + blockShare, 0)).toBeCloseTo(1, 12);
      expect(new Set(set.map(({sqnrDb}) => sqnrDb)).size).toBe(1);
    }
  });

  test("finds the gain of about 2 dB over NVFP4 at the same size", async () => {
    const [baseline, ...rows] = await razerSpecial.run({magnitudes: [8]}, {data});
    expect(baseline).toMatchObject({set: "none", format: "nvfp4", gainDb: 0, special: null});
    expect(rows[0].bitsPerElement).toBe(baseline.bitsPerElement);
    expect(rows[0].gainDb).toBeCloseTo(22.46 - 20.42, 0);
    expect(rows[0].sqnrDb - baseline.sqnrDb).toBe(rows[0].gainDb);
  });

  test("gains more from four special values than from either pair", async () => {
    const gain = async (set: "±5" | "±o" | "±5, ±o") =>
      (await razerSpecial.run({set, magnitudes: [7]}, {data})).at(-1)!.gainDb;
    const [fives, sevens, both] = [await gain("±5"), await gain("±o"), await gain("±5, ±o")];
    expect(both).toBeGreaterThan(fives);
    expect(both).toBeGreaterThan(sevens);
  });

  test("counts a pair that is there twice once", async () => {
    const rows = await razerSpecial.run({magnitudes: [5]}, {data});
    expect(rows.map(({special}) => special)).toEqual([null, 5, -5]);
  });
});

describe("hadamard-outliers", () => {
  test("takes back what outliers cost integers, and changes nothing where there are none", async () => {
    const rows = await hadamardOutliers.run({factors: [1, 20], formats: ["int8_token"]}, {data});
    const of = (factor: number, isRotated: boolean) =>
      rows.find((row) => row.factor === factor && row.isRotated === isRotated)!;
    expect(of(20, true).sqnrDb).toBeGreaterThan(of(20, false).sqnrDb + 10);
    expect(of(20, true).peakToRms).toBeLessThan(of(20, false).peakToRms / 4);
    expect(Math.abs(of(1, true).sqnrDb - of(1, false).sqnrDb)).toBeLessThan(0.3);
    expect(of(1, true).bitsPerElement).toBe(of(1, false).bitsPerElement);
  });

  test("tells how the columns beside the outliers fare", async () => {
    const rows = await hadamardOutliers.run({factors: [100], formats: ["int8_token", "nvfp4"]}, {data});
    const plain = rows.filter(({isRotated}) => !isRotated);
    for (const {ordinarySqnrDb, sqnrDb} of plain) expect(ordinarySqnrDb).toBeLessThan(sqnrDb);
  });

  test("rotates the tensors of the model that have outliers", async () => {
    const rows = await hadamardOutliers.run(
      {values: "activations/decoder-small-outliers", formats: ["int8_token"]},
      {data},
    );
    expect(rows.map(({factor, ordinarySqnrDb}) => [factor, ordinarySqnrDb])).toEqual([
      [null, null],
      [null, null],
    ]);
    expect(rows[1].peakToRms).toBeLessThan(rows[0].peakToRms);
  });
});

describe("error-anatomy", () => {
  test.each(["magnitude", "code"] as const)(
    "shares by %s add up to all elements and all error",
    async (by) => {
      for (const format of ["mxfp4", "int4", "razer", "nf4"]) {
        const rows = await errorAnatomy.run({format, by, distribution: "weights/decoder-small"}, {data});
        expect(rows.reduce((sum, {elementShare}) => sum + elementShare, 0)).toBeCloseTo(1, 12);
        expect(rows.reduce((sum, {errorShare}) => sum + errorShare, 0)).toBeCloseTo(1, 12);
      }
    },
  );

  test("agrees with the error that the whole tensor has", async () => {
    const rows = await errorAnatomy.run({format: "mxfp4"}, {data});
    const mse = rows.reduce((sum, row) => sum + row.elementShare * (row.mse ?? 0), 0);
    const [whole] = await bitsError.run({formats: ["mxfp4"]}, {data});
    expect(mse / whole.mse).toBeCloseTo(1, 12);
  });

  test("shows each code with its value, and RaZeR's special code at work", async () => {
    const rows = await errorAnatomy.run({format: "razer", by: "code"}, {data});
    expect(rows).toHaveLength(16);
    expect(rows.slice(0, 8).map(({value}) => value)).toEqual([0, 0.5, 1, 1.5, 2, 3, 4, 6]);
    expect(rows[8].elementShare).toBeGreaterThan(0.01);
    const plain = await errorAnatomy.run({format: "nvfp4", by: "code"}, {data});
    expect(plain[8].value).toBe(-0);
  });

  test("finds the clipping of the floor rule in the largest magnitudes", async () => {
    const rows = await errorAnatomy.run({format: "mxfp4"}, {data});
    const last = rows.at(-1)!;
    expect(last.errorShare).toBeGreaterThan(5 * last.elementShare);
  });
});

describe("own-file", () => {
  const file = (tensors: Readonly<Record<string, Tensor>>) => {
    const written = Object.entries(tensors).map(([name, {shape, data}]) => ({name, shape, data}));
    return oneFileFolder("model.safetensors", bytesSource(writeSafetensors(written)));
  };

  test("has a row for each tensor and format, in the order of the names, else of the file", async () => {
    const given = {
      formats: ["mxfp4", "int4"],
      file: file({b: tensor([1, 2, 3, 4], [2, 2]), a: tensor([5])}),
    };
    const order = async (tensors: string) =>
      (await ownFile.run({...given, tensors})).map(({tensor, format}) => `${tensor} ${format}`);
    expect(await order("")).toEqual(["a int4", "a mxfp4", "b int4", "b mxfp4"]);
    expect(await order("b\na")).toEqual(["b int4", "b mxfp4", "a int4", "a mxfp4"]);
  });

  test("gives null and the reason where no error exists, and loses no other row", async () => {
    const rows = await ownFile.run({
      formats: ["nvfp4", "mxfp4"],
      file: file({bad: tensor([1, Number.NaN]), none: tensor([], [0, 3]), good: tensor([1, 2])}),
    });
    const of = (name: string, id: string) =>
      rows.find(({tensor, format}) => tensor === name && format === id)!;
    expect(of("bad", "nvfp4")).toMatchObject({mse: null, bitsPerElement: null});
    expect(of("bad", "nvfp4").note).toContain("NaN");
    expect(of("bad", "mxfp4")).toMatchObject({mse: null, sqnrDb: null});
    expect(of("bad", "mxfp4").bitsPerElement).toBeGreaterThan(4);
    expect(of("bad", "mxfp4").note).toContain("no error exists");
    expect(of("none", "mxfp4")).toMatchObject({elements: 0, mse: null, note: "it has no elements"});
    expect(of("good", "mxfp4").note).toBeNull();
    expect(rows).toHaveLength(6);
  });

  test("measures the trained model's own file", async () => {
    const weights = data.get("weights/decoder-small")!;
    const opened = await openModelPath(dataSetPath("weights/decoder-small"));
    const {rows, leftOut} = await ownFile.runTables({formats: ["razer"], file: opened});
    await opened.close();
    expect(rows).toHaveLength(weights.size);
    expect(leftOut).toEqual([]);
    expect(rows.every(({note}) => note === null)).toBe(true);
  });

  test("names the tensors that no part of a folder's model takes", async () => {
    const extra = {name: "model.layers.0.adapter.weight", shape: [2], data: Float32Array.of(1, 2)};
    const folder = tinyFolder(TINY_CONFIG, new Map([...tinyTensors(), [extra.name, extra]]));
    const {rows, unused} = await ownFile.runTables({formats: ["int4"], file: folder});
    expect(unused).toEqual([{tensor: extra.name, provenance: "measured"}]);
    expect(rows.some(({tensor}) => tensor === extra.name)).toBe(true);
    const whole = await ownFile.runTables({formats: ["int4"], file: tinyFolder()});
    expect(whole.unused).toEqual([]);
  });

  test("takes the named tensors alone, and says which hold no floating-point numbers", async () => {
    const two = oneFileFolder(
      "two.safetensors",
      bytesSource(
        writeSafetensors([
          {name: "w", shape: [2], data: Float32Array.of(1, 2)},
          {name: "v", shape: [2], data: Float32Array.of(3, 4)},
          {name: "ids", shape: [1], data: Int32Array.of(1)},
        ]),
      ),
    );
    const all = await ownFile.runTables({formats: ["int4"], file: two});
    expect(all.rows.map(({tensor}) => tensor)).toEqual(["v", "w"]);
    expect(all.leftOut).toEqual([{tensor: "ids", dtype: "I32", provenance: "measured"}]);
    const one = await ownFile.runTables({formats: ["int4"], file: two, tensors: "v"});
    expect([one.rows.map(({tensor}) => tensor), one.leftOut]).toEqual([["v"], []]);
    await expect(ownFile.run({file: two, tensors: "u"})).rejects.toThrow(
      "formats/own-file: tensors must be names of the file's 3 (ids, v, w), got u",
    );
  });

  test("says of a tensor that cannot be read why, in its rows, and measures the others", async () => {
    const bytes = writeSafetensors([
      {name: "w", shape: [2], data: Float32Array.of(1, 2)},
      {name: "four", dtype: "F4", shape: [4], data: Uint8Array.of(1, 2)},
      {name: "six", dtype: "F6_E2M3", shape: [4], data: Uint8Array.of(1, 2, 3)},
    ]);
    const mixed = oneFileFolder("mixed.safetensors", bytesSource(bytes));
    for (const tensors of ["", "w\nfour\nsix"]) {
      const rows = await ownFile.run({formats: ["int4"], file: mixed, tensors});
      const notes = Object.fromEntries(rows.map(({tensor, note}) => [tensor, note]));
      expect(notes).toEqual({
        w: null,
        four: "F4 leaves the order of the bits inside its bytes to whoever wrote them",
        six: "F6_E2M3 leaves the order of the bits inside its bytes to whoever wrote them",
      });
    }
  });

  test("does not blame the file for what the format did", async () => {
    const given = {
      formats: ["fp16"],
      file: file({large: tensor([1, 70_000]), bad: tensor([1, Number.POSITIVE_INFINITY])}),
    };
    const notes = (await ownFile.run(given)).map(({tensor, note}) => [tensor, note]);
    expect(Object.fromEntries(notes)).toEqual({
      large:
        "fp16 has no room for the largest of its numbers, which become infinities, so that no error exists",
      bad: "it holds a NaN or an infinity, so that no error exists",
    });
  });

  test("does not call a large number an infinity", async () => {
    const bytes = writeSafetensors([{name: "w", shape: [2], data: Float64Array.of(1e300, 1)}]);
    const source = oneFileFolder("wide.safetensors", bytesSource(bytes));
    for (const {note} of await ownFile.run({formats: ["fp32", "nvfp4"], file: source}))
      expect(note).toContain("a number beyond 3.4e38");
  });

  test("refuses a file without a number to measure", async () => {
    const ids = writeSafetensors([{name: "ids", shape: [1], data: Int32Array.of(1)}]);
    for (const [bytes, got] of [
      [ids, "1 of other types"],
      [writeSafetensors([]), "no tensors"],
    ] as const) {
      await expect(ownFile.run({file: oneFileFolder("a.safetensors", bytesSource(bytes))})).rejects.toThrow(
        `formats/own-file: file must hold tensors of floating-point numbers, got ${got}`,
      );
    }
  });

  test("needs a file", async () => {
    await expect(ownFile.run({formats: ["int4"]})).rejects.toThrow(
      "run formats/own-file: file must be a file of tensors or model folder, got none",
    );
  });
});
