import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {mxClaims} from "../../../src/lib/experiments/claims/mx.js";
import {numberFormatClaims} from "../../../src/lib/experiments/claims/number-formats.js";
import {razerClaims} from "../../../src/lib/experiments/claims/razer.js";
import {formatById} from "../../../src/lib/formats/registry.js";
import {referenceSqnr} from "../../../src/lib/reported/sqnr.js";

type Rows = Awaited<ReturnType<typeof numberFormatClaims.run>>;

describe("the ledger", () => {
  let rows: Rows;
  beforeAll(async () => {
    rows = await numberFormatClaims.run({}, {data: await loadData(numberFormatClaims.needs)});
  }, 120_000);
  const of = (claim: string, provenance?: string) =>
    rows.filter((row) => row.claim === claim && (provenance === undefined || row.provenance === provenance));

  test("sets printed evidence beside our own for every claim", () => {
    for (const {id} of [...razerClaims, ...mxClaims]) {
      expect(of(id, "reported").length, id).toBeGreaterThan(0);
      expect(of(id).length, id).toBeGreaterThan(of(id, "reported").length);
    }
  });

  test("gives every number of ours a value, and only a printed one may be missing", () => {
    for (const row of rows) {
      if (row.provenance !== "reported") expect(row.value, row.quantity).toEqual(expect.any(Number));
    }
  });

  test("finds the reduction that follows from Table 3 within two points of the abstract's", () => {
    for (const claim of ["razer-weight-only", "razer-weight-activation"]) {
      const [printed, exact] = of(claim, "reported");
      expect(Math.abs(printed.value! - exact.value!)).toBeLessThan(2);
      expect(printed.value).not.toBe(exact.value);
    }
  });

  test("counts the same bytes for RaZeR and NVFP4", () => {
    const sizes = of("razer-same-size", "measured").map(({value}) => value);
    expect(new Set(sizes).size).toBe(1);
    expect(sizes[0]).toBeGreaterThan(4.5);
    expect(sizes[0]).toBeLessThan(4.51);
  });

  test("never calls a modelled bound measured", () => {
    expect(of("razer-v1-speed", "measured")).toEqual([]);
    expect(of("razer-v1-speed", "modelled")[0].value).toBeCloseTo(16 / 4.140625, 10);
  });

  test("agrees with the reference implementations on every format and distribution", () => {
    expect(of("reference-sqnr")[0].verdict).toBe("agrees");
    expect(of("reference-sqnr", "measured")).toHaveLength(4 * referenceSqnr.length);
  });
});

describe("a claim's rule", () => {
  const claims = new Map([...razerClaims, ...mxClaims].map((claim) => [claim.id, claim]));
  const evidence = (...values: number[]) =>
    values.map((value) => ({subject: "", quantity: "", value, unit: "", provenance: "measured" as const}));

  test.each([
    ["razer-weight-only", [-1], "differs"],
    ["razer-weight-only", [1], "same direction"],
    ["razer-same-size", [4.5, 4.5, 4.6], "differs"],
    ["razer-order", [1, 2, 4, 3], "differs"],
    ["razer-order", [1, 2, 3, 4], "agrees"],
    ["razer-beats-integers", [1, 2, 3, 2], "same direction"],
    ["razer-beats-integers", [1, 2, 1, 2], "differs"],
    ["mx-floor-rule", [18, 19, 18, 19], "differs"],
    ["mxint4-traffic", [0.9], "differs"],
  ])("%s of %j says %s", (id, values, verdict) => {
    expect(claims.get(id)!.judge([], evidence(...values))).toBe(verdict);
  });

  test("reference-sqnr differs if a single figure is off by a quarter of a dB", () => {
    const claim = claims.get("reference-sqnr")!;
    const ours = claim.reported.map((row) => ({...row, value: row.value!}));
    expect(claim.judge(claim.reported, ours)).toBe("agrees");
    ours[5] = {...ours[5], value: ours[5].value + 0.25};
    expect(claim.judge(claim.reported, ours)).toBe("differs");
  });
});

test("every claim has an id of its own, and every reference format exists", () => {
  const ids = [...razerClaims, ...mxClaims].map(({id}) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const {format} of referenceSqnr) expect(formatById(format).id).toBe(format);
});
