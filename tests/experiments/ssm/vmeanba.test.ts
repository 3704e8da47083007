import {describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {classify, visionMamba, wholeScan} from "../../../src/lib/engine/vision/vision-mamba.js";
import {wasmBackend} from "../../../src/lib/engine/wasm/wasm-backend.js";
import {PICTURE_MODEL} from "../../../src/lib/experiments/shared/picture-model.js";
import {onePicture} from "../../../src/lib/experiments/ssm/one-picture.js";
import {vmeanbaExperiment} from "../../../src/lib/experiments/ssm/vmeanba.js";
import {averagedLayers, fitScanFactors} from "../../../src/lib/ssm/vmeanba/averaged-layers.js";
import {averagedScans} from "../../../src/lib/ssm/vmeanba/registry.js";
import {picture} from "../../../src/lib/tasks/pictures/picture.js";
import {FAMILIES} from "../../../src/lib/technique/families.js";

const data = await loadData([PICTURE_MODEL]);
const model = visionMamba(data.get(PICTURE_MODEL)!, await wasmBackend());
const {pixels} = picture("test", 3);

test.each(averagedScans.all)(
  "$id names itself, its source and a family with a colour",
  ({id, label, source, family}) => {
    expect(id).toMatch(/^[a-z-]+$/);
    expect(label).not.toBe("");
    expect(source).toMatch(/arXiv:\d{4}\.\d{5}/);
    expect(FAMILIES).toHaveProperty([family]);
  },
);

describe("averaged layers", () => {
  test("change nothing where none is averaged, and something where one is", () => {
    const whole = classify(model, pixels);
    for (const way of averagedScans.all) {
      const factors = fitScanFactors(model, way, [pixels]);
      expect(classify(model, pixels, averagedLayers(way, new Set(), factors))).toEqual(whole);
      expect(classify(model, pixels, averagedLayers(way, new Set([2]), factors))).not.toEqual(whole);
    }
  });

  test("are told of each scan once, layer by layer", () => {
    const seen: string[] = [];
    classify(model, pixels, (scan, scans) => {
      seen.push(`${scan.layer}.${scan.direction}`);
      return wholeScan(scan, scans);
    });
    expect(seen).toEqual(Array.from({length: 24}, (_, i) => `${Math.floor(i / 4)}.${i % 4}`));
  });
});

test("rows go from no layer to all, and all seeds together hold every picture", async () => {
  const {rows, layers} = await vmeanbaExperiment.runTables({calibration: 2, pictures: 4}, {data});
  expect(rows.map(({seed, averaged}) => `${seed} ${averaged}`)).toEqual(
    ["1", "2", "3", "all"].flatMap((seed) => [0, 1, 2, 3, 4, 5, 6].map((count) => `${seed} ${count}`)),
  );
  for (const {seed, averaged, change, pictures, stateNumbers} of rows) {
    expect(pictures).toBe(seed === "all" ? 12 : 4);
    expect(stateNumbers).toBe(4 * 16 * (averaged + 96 * (6 - averaged)));
    if (averaged === 0) expect(change).toBe(0);
  }
  for (const seed of ["1", "2", "3"]) {
    const own = layers.filter((row) => row.seed === seed).toSorted((a, b) => a.place - b.place);
    expect(own.map(({place}) => place)).toEqual([1, 2, 3, 4, 5, 6]);
    const impacts = own.map(({impact}) => impact);
    expect(impacts).toEqual(impacts.toSorted((a, b) => a - b));
    const last = rows.find((row) => row.seed === seed && row.averaged === 6)!;
    expect(last.layers).toBe(own.map(({layer}) => layer).join(", "));
  }
});

test("a picture keeps its name where no layer is averaged", async () => {
  const {rows, channels} = await onePicture.runTables({averaged: 0, count: 2}, {data});
  for (const {before, after} of rows) expect(after).toBe(before);
  expect(channels.map(({isAveraged}) => isAveraged)).toEqual(Array(6).fill(false));
  for (const {values, width} of channels) expect(values).toHaveLength(64 * width);
});
