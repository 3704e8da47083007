import {beforeAll, describe, expect, test} from "vitest";
import type {DataSets} from "../../../src/lib/experiment/experiment.js";
import {bitsError} from "../../../src/lib/experiments/formats/bits-error.js";
import {blockScale} from "../../../src/lib/experiments/formats/block-scale.js";
import {formatIds} from "../../../src/lib/experiments/formats/columns.js";
import {errorAnatomy} from "../../../src/lib/experiments/formats/error-anatomy.js";
import {hadamardOutliers} from "../../../src/lib/experiments/formats/hadamard-outliers.js";
import {ownFile} from "../../../src/lib/experiments/formats/own-file.js";
import {razerSpecial} from "../../../src/lib/experiments/formats/razer-special.js";
import {sample} from "../../../src/lib/experiments/formats/sources.js";
import {e3m2} from "../../../src/lib/formats/element.js";
import {mx} from "../../../src/lib/formats/mx/mx.js";
import {nvfp4} from "../../../src/lib/formats/nvfp4/nvfp4.js";
import {razer} from "../../../src/lib/formats/razer/razer.js";
import {formats} from "../../../src/lib/formats/registry.js";
import {bytesSource} from "../../../src/lib/io/byte-source.js";
import {oneFileFolder} from "../../../src/lib/io/model-folder.js";
import {writeSafetensors} from "../../../src/lib/io/safetensors-writer.js";
import {measure, measureFormat, roundTrip} from "../../../src/lib/quant/measure.js";
import {tensor} from "../../../src/lib/tensor/tensor.js";
import {allData} from "./data.js";

let data: DataSets;
beforeAll(async () => {
  data = await allData();
});

describe("bits-error", () => {
  test("is the library's measure of each format on the same draw", async () => {
    const ids = ["fp16", "int4", "nf4", "mxfp4", "nvfp4", "razer"];
    const rows = await bitsError.run({distribution: "laplace", formats: ids, seed: 5}, {data});
    const x = sample("laplace", 5);
    for (const row of rows) {
      const {bitsPerElement, mse, sqnrDb, cosine, maxAbsError} = measureFormat(formats[row.format], x);
      expect(row).toMatchObject({bitsPerElement, mse, sqnrDb, cosine, maxAbsError});
      expect(row).toMatchObject({
        elements: x.data.length,
        family: formats[row.format].family,
        convention: formats[row.format].convention,
        provenance: "measured",
      });
    }
  });

  test("more bits of one kind lose less", async () => {
    const rows = await bitsError.run(
      {formats: ["int2", "int3", "int4", "int5", "int6", "int7", "int8"]},
      {data},
    );
    rows.slice(1).forEach((row, i) => {
      expect(row.mse, row.format).toBeLessThan(rows[i].mse);
      expect(row.bitsPerElement).toBeGreaterThan(rows[i].bitsPerElement);
      expect(row.cosine).toBeGreaterThan(rows[i].cosine);
    });
  });

  test("gives formats in the registry's order whatever order they are asked for in", async () => {
    const given = ["razer", "bf16", "int4"];
    const rows = await bitsError.run({formats: given}, {data});
    expect(rows.map(({format}) => format)).toEqual(formatIds(...given));
  });

  test("another seed draws other values of the same kind; a model's tensors have none", async () => {
    const at = async (seed: number, distribution: "normal" | "weights/decoder-small") =>
      (await bitsError.run({formats: ["mxfp4"], distribution, seed}, {data})).map(({mse}) => mse);
    const [[first], [second]] = [await at(0, "normal"), await at(1, "normal")];
    expect(first).not.toBe(second);
    expect(first / second).toBeCloseTo(1, 1);
    expect(await at(0, "weights/decoder-small")).toEqual(await at(1, "weights/decoder-small"));
  });

  test.each([
    [{formats: ["mxfp5"]}, "formats must be one or more, each once, of fp32"],
    [{formats: []}, "formats must be one or more"],
    [{seed: -1}, "seed must be an integer from 0 to 9999, got -1"],
    [{distribution: "cauchy"}, "distribution must be one of normal, laplace, student-t5, outlier-columns"],
  ])("%j is refused by name", async (given, message) => {
    await expect(bitsError.run(given as never, {data})).rejects.toThrow(`run formats/bits-error: ${message}`);
  });
});

describe("block-scale", () => {
  test("is the MX format of each rule and size on the same draw", async () => {
    const rows = await blockScale.run({element: "e3m2", blockSizes: [16, 64], seed: 2}, {data});
    const x = sample("normal", 2);
    expect(rows).toHaveLength(4 * 2);
    for (const row of rows) {
      const format = mx({element: e3m2, blockSize: row.blockSize, scaleRule: row.scaleRule as "floor"});
      const {bitsPerElement, mse, sqnrDb, maxAbsError} = measure([roundTrip(format, x)]);
      expect(row).toMatchObject({format: format.id, bitsPerElement, mse, sqnrDb, maxAbsError});
    }
  });

  test("every halving of a block costs bits, of any element and rule", async () => {
    for (const element of ["e2m1", "int8"] as const) {
      const rows = await blockScale.run({element, scaleRules: ["rceil"]}, {data});
      expect(rows.map(({blockSize}) => blockSize)).toEqual([8, 16, 32, 64, 128, 256]);
      rows.slice(1).forEach((row, i) => {
        expect(row.bitsPerElement).toBeLessThan(rows[i].bitsPerElement);
      });
      expect(rows[0].bitsPerElement - rows[1].bitsPerElement).toBeCloseTo(8 / 16, 9);
    }
  });

  test("a scale that never clips loses at most its step: the ceiling rule has the smaller largest error", async () => {
    const rows = await blockScale.run({scaleRules: ["floor", "ceil"], blockSizes: [32]}, {data});
    const [floor, ceil] = rows;
    expect([floor.scaleRule, ceil.scaleRule]).toEqual(["floor", "ceil"]);
    expect(ceil.maxAbsError).toBeLessThanOrEqual(floor.maxAbsError);
  });
});

describe("razer-special", () => {
  test("is RaZeR and NVFP4 of the library, and its gain their difference", async () => {
    const rows = await razerSpecial.run({magnitudes: [7, 9], blockSize: 32, seed: 4}, {data});
    const x = sample("normal", 4);
    const {sqnrDb: plain} = measureFormat(nvfp4({blockSize: 32}), x);
    expect(rows[0].sqnrDb).toBe(plain);
    for (const row of rows.slice(1)) {
      const own = razer({specials: [5, -5, row.magnitude!, -row.magnitude!], blockSize: 32});
      expect(row.format).toBe(own.id);
      expect(row.sqnrDb).toBe(measureFormat(own, x).sqnrDb);
      expect(row.gainDb).toBe(row.sqnrDb - plain);
    }
  });

  test("the first pair alone knows no magnitude", async () => {
    const rows = await razerSpecial.run({set: "±5", magnitudes: [7, 8, 9]}, {data});
    expect(rows.map(({magnitude, special}) => [magnitude, special])).toEqual([
      [null, null],
      [null, 5],
      [null, -5],
    ]);
  });

  test("a special value may only help a block: no set loses to NVFP4", async () => {
    for (const distribution of ["laplace", "outlier-columns"] as const) {
      for (const {gainDb, blockShare} of await razerSpecial.run(
        {distribution, magnitudes: [6.5, 12]},
        {data},
      )) {
        expect(gainDb).toBeGreaterThanOrEqual(0);
        expect(blockShare).toBeGreaterThanOrEqual(0);
        expect(blockShare).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe("hadamard-outliers", () => {
  test("rotation keeps size and bits, and back again the values: float32 loses next to nothing", async () => {
    const rows = await hadamardOutliers.run({factors: [50], formats: ["fp32", "int8_token"]}, {data});
    const [plain, rotated] = [false, true].map((side) => rows.filter(({isRotated}) => isRotated === side));
    expect(plain.find(({format}) => format === "fp32")!.mse).toBe(0);
    // Ten butterflies of float32 each way on values of up to 50 x 5.
    expect(rotated.find(({format}) => format === "fp32")!.sqnrDb).toBeGreaterThan(120);
    plain.forEach((row, i) => {
      expect(rotated[i].bitsPerElement).toBe(row.bitsPerElement);
    });
  });

  test("larger factors stand out further and cost a plain tensor scale more", async () => {
    const rows = (await hadamardOutliers.run({formats: ["int8_tensor"]}, {data})).filter(
      ({isRotated}) => !isRotated,
    );
    expect(rows.length).toBeGreaterThan(2);
    rows.slice(1).forEach((row, i) => {
      expect(row.factor!).toBeGreaterThan(rows[i].factor!);
      expect(row.peakToRms).toBeGreaterThanOrEqual(rows[i].peakToRms * 0.999);
      expect(row.ordinarySqnrDb!).toBeLessThan(rows[i].ordinarySqnrDb!);
    });
  });
});

describe("error-anatomy", () => {
  test("bins of magnitude end at shares of the block's largest, one after another", async () => {
    const rows = await errorAnatomy.run({format: "int4"}, {data});
    expect(rows.map(({bin}) => bin)).toEqual(Array.from({length: 32}, (_, i) => i));
    expect(rows.map(({value}) => value)).toEqual(Array.from({length: 32}, (_, i) => (i + 1) / 32));
  });

  test("rounding to nearest is fair: on values of both signs the bias of a bin is small beside its error", async () => {
    for (const {mse, bias, elementShare} of await errorAnatomy.run({format: "int4"}, {data})) {
      if (mse === null || bias === null || elementShare < 0.01) continue;
      expect(Math.abs(bias)).toBeLessThan(0.1 * Math.sqrt(mse));
    }
  });

  test("a code that no value got has a share of nothing and no error", async () => {
    const rows = await errorAnatomy.run({format: "int4", by: "code"}, {data});
    const unused = rows.filter(({elementShare}) => elementShare === 0);
    expect(unused.length).toBeGreaterThan(0);
    for (const {errorShare, mse, bias} of unused) expect([errorShare, mse, bias]).toEqual([0, null, null]);
  });

  test("offers only formats whose codes can be shown one by one", () => {
    for (const id of errorAnatomy.params.format.options) {
      expect(formats[id].codebook.bits, id).toBeLessThanOrEqual(8);
    }
    expect(errorAnatomy.params.format.options).not.toContain("fp16");
  });
});

describe("own-file", () => {
  test("is the library's measure of every tensor", async () => {
    const own = new Map([
      ["w", sample("normal", 1)],
      ["v", tensor([0.5, -2, 3, 8], [1, 4])],
    ]);
    const written = Array.from(own, ([name, {shape, data}]) => ({name, shape, data}));
    const file = oneFileFolder("own.safetensors", bytesSource(writeSafetensors(written)));
    const rows = await ownFile.run({formats: ["nvfp4", "int4"], file});
    expect(rows).toHaveLength(4);
    for (const {tensor: name, format, note, ...row} of rows) {
      const {relativeMse: _, ...found} = measureFormat(formats[format], own.get(name)!);
      // Sums are made in parts, in another order.
      for (const [name, value] of Object.entries(found)) {
        expect(Math.abs(Number(row[name as keyof typeof row]) - value), name).toBeLessThanOrEqual(
          1e-9 * Math.abs(value),
        );
      }
      expect(note).toBeNull();
    }
  });
});
