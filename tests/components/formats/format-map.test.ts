import {describe, expect, test} from "vitest";
import {bitCostsFinding, productCosts} from "../../../src/components/by-hand/formats/bit-costs.js";
import {MAPPED, otherPages, regionsOf} from "../../../src/components/by-hand/formats/format-map.js";
import {
  integerProduct,
  oneValueParams,
  quantizedValue,
} from "../../../src/components/by-hand/formats/one-value.js";
import {techniques} from "../../../src/data/techniques.js";
import {LEVEL_KINDS, RANGE_RULES} from "../../../src/lib/formats/switches/switches.js";

describe("the map", () => {
  test("has every technique of its registries in one region", () => {
    for (const registry of MAPPED) {
      const mapped = regionsOf(registry, techniques).flatMap((region) => region.techniques);
      const own = techniques.filter((each) => each.registry === registry);
      expect(mapped.map(({id}) => id).sort()).toEqual(own.map(({id}) => id).sort());
    }
  });

  test("leads to the page that names a technique", () => {
    const pageOf = (id: string) =>
      regionsOf("formats", techniques).find((region) => region.techniques.some((each) => each.id === id))
        ?.page.path;
    expect(pageOf("olive4")).toBe("/formats/outliers-and-victims");
    expect(pageOf("mxfp4")).toBe("/formats/block-scaling");
    expect(pageOf("dfloat11")).toBe("/formats/lossless-and-still-smaller");
    expect(pageOf("shift4")).toBe("/formats/multiplying-without-a-multiplier");
    expect(pageOf("int4")).toBe("/formats/choose");
    expect(otherPages(techniques, "/formats/map").map(({path}) => path)).toContain(
      "/formats/training-in-four-bits",
    );
  });
});

const {value, bits} = oneValueParams;
const start = {value: value.default, bits: bits.default, rounding: "nearest"} as const;

describe("one value", () => {
  test("takes a level of its group, in every setting", () => {
    for (const levels of LEVEL_KINDS) {
      for (const range of RANGE_RULES) {
        const {all, quantized} = quantizedValue({...start, levels, range});
        expect(all).toContain(quantized);
        expect(all).toEqual(all.toSorted((a, b) => a - b));
      }
    }
  });

  test("has an output code within one of the product of what the codes stand for", () => {
    for (const levels of ["restricted", "full", "asymmetric"] as const) {
      const found = quantizedValue({...start, levels, range: "minmax"});
      const simulated = (found.quantized * 77 * 0.0125) / 0.05;
      expect(Math.abs(integerProduct(found)!.output - simulated)).toBeLessThanOrEqual(0.5 + 1e-5);
    }
    expect(integerProduct(quantizedValue({...start, levels: "log2", range: "minmax"}))).toBeUndefined();
  });
});

test("fewer bits cost less energy and area, by the table", () => {
  const costs = productCosts();
  for (const key of ["energy", "area"] as const) {
    const values = costs.map((cost) => cost[key]);
    expect(values).toEqual(values.toSorted((a, b) => b - a));
  }
  expect(bitCostsFinding(costs)).toMatch(/INT8 takes 6\.7 times less energy/);
});
