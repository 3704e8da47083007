import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {papersOf} from "../../../src/lib/experiments/claims/ledger-rows.js";
import {printedAverage} from "../../../src/lib/experiments/claims/number-formats/razer.js";
import {linearWeights, measureAll} from "../../../src/lib/experiments/claims/number-formats/tensors.js";
import {formatClaims, numberFormatClaims} from "../../../src/lib/experiments/claims/number-formats.js";
import {nvfp4} from "../../../src/lib/formats/nvfp4/nvfp4.js";
import {formatById} from "../../../src/lib/formats/registry.js";
import {measureFormat} from "../../../src/lib/quant/measure.js";
import {referenceSqnr} from "../../../src/lib/reported/sqnr.js";
import {between, expectLedger, number, rowsOf, testOutcomes} from "./outcomes.js";

type Rows = Awaited<ReturnType<typeof numberFormatClaims.run>>;

describe("the ledger of number formats", () => {
  let rows: Rows;
  let ledger: ReturnType<typeof rowsOf<Rows[number]>>;
  beforeAll(async () => {
    // Claims that trained models judge take long, and are held by the kept rows.
    const papers = papersOf(formatClaims);
    rows = await numberFormatClaims.run({papers}, {data: await loadData(numberFormatClaims.needs)});
    ledger = rowsOf(rows);
  }, 120_000);

  test("has every claim with a verdict, a kind and numbers", () => {
    expectLedger(rows, formatClaims);
  });

  test("finds the reduction that follows from Table 3 within two points of the abstract's", () => {
    for (const claim of ["razer-weight-only", "razer-weight-activation"]) {
      const [printed, exact] = ledger.of(claim, "reported").map(({value}) => value ?? Number.NaN);
      expect(Math.abs(printed - exact)).toBeLessThan(2);
      expect(printed).not.toBe(exact);
    }
  });

  test("never calls an error of tensors more than the same direction of a perplexity", () => {
    for (const claim of [
      "razer-weight-only",
      "razer-weight-activation",
      "razer-order",
      "razer-beats-integers",
    ]) {
      expect(ledger.verdict(claim), claim).toBe("same direction");
    }
  });

  test("counts the same bytes for RaZeR and NVFP4", () => {
    const sizes = ledger.of("razer-same-size", "measured").map(({value}) => value);
    expect(new Set(sizes).size).toBe(1);
    expect(sizes[0]).toBeGreaterThan(4.5);
    expect(sizes[0]).toBeLessThan(4.51);
  });

  test("never calls a modelled bound measured", () => {
    expect(ledger.of("razer-v1-speed", "measured")).toEqual([]);
    expect(ledger.of("razer-v1-speed", "modelled")[0].value).toBeCloseTo(16 / 4.140625, 10);
  });

  test("agrees with the reference implementations on every format and distribution", () => {
    expect(ledger.verdict("reference-sqnr")).toBe("agrees");
    expect(ledger.of("reference-sqnr", "measured")).toHaveLength(4 * referenceSqnr.length);
  });

  test("judges blocks of the floor rule over eight samples, each gain beyond doubt", () => {
    const gains = ledger.of("mx-floor-rule", "measured");
    expect(gains).toHaveLength(2);
    for (const {low, method, documents} of gains) {
      expect(low).toBeGreaterThan(0);
      expect(method).toContain("8 samples");
      expect(documents).toBeNull();
    }
  });
});

test("tensors together are measured with every element counting the same", async () => {
  const weights = linearWeights(await loadData(["weights/decoder-small"]));
  expect(weights).toHaveLength(4 * 7);
  const format = nvfp4();
  const [first, second] = weights;
  const one = measureAll(format, [first]);
  expect(one.mse).toBeCloseTo(measureFormat(format, first).mse, 15);
  const both = measureAll(format, [first, second]);
  const [n, m] = [first.data.length, second.data.length];
  expect(both.mse).toBeCloseTo((one.mse * n + measureFormat(format, second).mse * m) / (n + m), 15);
  expect(() => linearWeights(new Map())).toThrow(
    "claims: data must hold weights/decoder-small, got none of this name",
  );
});

test("averages of Table 3 are those of the print, and every reference format exists", () => {
  const averages = ["FP16", "RaZeR", "NVFP4", "MXFP4"].map((name) => printedAverage(name, 16).toFixed(2));
  expect(averages).toEqual(["9.35", "9.52", "9.61", "10.10"]);
  for (const {format} of referenceSqnr) expect(formatById(format).id).toBe(format);
});

const less = (...values: number[]) => values.map((value) => number("less squared error than NVFP4", value));
const db = (...values: number[]) => values.map((value) => number("signal to noise", value));
const references = (offset: number) =>
  (formatClaims.find(({id}) => id === "reference-sqnr")?.reported ?? []).map((row, i) => ({
    ...row,
    value: (row.value ?? Number.NaN) + (i === 5 ? offset : 0),
  }));

testOutcomes(formatClaims, {
  "razer-weight-only": [
    ["differs", less(-1)],
    ["same direction", less(1)],
  ],
  "razer-weight-activation": [
    ["differs", less(-1)],
    ["same direction", less(1)],
  ],
  "razer-same-size": [
    ["agrees", db(4.5, 4.5, 4.5)],
    ["differs", db(4.5, 4.5, 4.6)],
  ],
  "razer-order": [
    ["differs", db(1, 2, 4, 3)],
    ["same direction", db(1, 2, 3, 4)],
  ],
  "razer-beats-integers": [
    ["same direction", db(1, 2, 1, 2)],
    ["open", db(1, -2, 1, 2)],
    ["differs", db(-1, -2, -1, -2)],
  ],
  "reference-sqnr": [
    ["agrees", references(0)],
    ["differs", references(0.25)],
  ],
  "quartet-order": [
    ["agrees", [between("loss of mxfp4 above", 0.1, 0.2), between("loss of quest-nearest above", 0.1, 0.2)]],
    [
      "same direction",
      [between("loss of mxfp4 above", 0.1, 0.2), between("loss of quest-nearest above", -0.1, 0.2)],
    ],
    [
      "differs",
      [between("loss of mxfp4 above", 0.1, 0.2), between("loss of quest-nearest above", -0.3, -0.2)],
    ],
  ],
  "quartet-competitive": [
    ["differs", [between("loss of quartet above that of fp8", 0.1, 0.2)]],
    ["open", [between("loss of quartet above that of fp8", -0.1, 0.2)]],
  ],
  "tbt-order": [
    ["agrees", [between("loss of binary above ternary", 0.1, 0.2)]],
    ["differs", [between("loss of binary above ternary", -0.2, -0.1)]],
  ],
  "dfloat11-size": [
    ["agrees", [number("size", 71), number("values that came back changed", 0)]],
    ["same direction", [number("size", 75), number("values that came back changed", 0)]],
    ["differs", [number("size", 71), number("values that came back changed", 1)]],
  ],
  "survey-16x": [
    ["agrees", [number("of 8 bits", 4), number("of 4 bits", 8), number("of 2 bits", 16)]],
    ["same direction", [number("of 8 bits", 3.9), number("of 4 bits", 7.5), number("of 2 bits", 14)]],
    ["differs", [number("of 8 bits", 3.5), number("of 4 bits", 3.8), number("of 2 bits", 5)]],
  ],
  "noise-per-bit": [
    ["agrees", [number("gained by a bit", 6.1)]],
    ["same direction", [number("gained by a bit", 5)]],
    ["differs", [number("gained by a bit", -1)]],
  ],
  "layercast-reproducible": [
    ["same direction", [number("pairs, bf16", 30), number("pairs, fp32", 0), number("pairs, layercast", 0)]],
    ["differs", [number("pairs, bf16", 0), number("pairs, fp32", 0), number("pairs, layercast", 0)]],
  ],
  "mx-floor-rule": [
    ["agrees", [between("gained by blocks of 32", 0.1, 0.2), between("gained by blocks of 16", 0.3, 0.5)]],
    ["open", [between("gained by blocks of 32", -0.3, 0.2), between("gained by blocks of 16", 0.3, 0.5)]],
    ["differs", [between("gained by blocks of 32", -0.2, -0.1), between("gained by blocks of 16", 0.3, 0.5)]],
  ],
});
