import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {
  orderVerdict,
  reductionVerdict,
  workingModelClaims,
} from "../../../src/lib/experiments/claims/working-model.js";

type Rows = Awaited<ReturnType<typeof workingModelClaims.run>>;

describe("the ledger of a working model", () => {
  let rows: Rows;
  beforeAll(async () => {
    rows = await workingModelClaims.run({documents: 4}, {data: await loadData(workingModelClaims.needs)});
  }, 120_000);
  const value = (claim: string, subject: string, quantity: string) =>
    rows.find((row) => row.claim === claim && row.subject === subject && row.quantity === quantity)!.value!;

  test("copies the averages that Table 3 gives, and keeps reported apart from measured", () => {
    const reported = rows.filter(
      ({claim, provenance}) => claim === "model-order-weights" && provenance === "reported",
    );
    expect(reported.map((row) => Number(row.value!.toFixed(2)))).toEqual([9.35, 9.52, 9.61, 10.1]);
    expect(new Set(rows.map(({provenance}) => provenance))).toEqual(new Set(["reported", "measured"]));
    for (const row of rows) expect(row.value).toEqual(expect.any(Number));
  });

  test.each(["decoder-small", "decoder-small-outliers"])(
    "gives gaps on %s that are the differences of its perplexities",
    (model) => {
      for (const claim of ["model-order-weights", "model-order-weights-activations"]) {
        const gap = value(claim, model, "perplexity of NVFP4 above RaZeR's");
        const of = (name: string) => value(claim, model, `perplexity of ${name}`);
        expect(gap).toBeCloseTo(of("NVFP4") - of("RaZeR"), 10);
        expect(value(claim, model, "perplexity of NVFP4 above RaZeR's, lower end of 95 %")).toBeLessThan(gap);
        const reduction = claim.replace("order", "reduction");
        const saved = 1 - (of("RaZeR") - of("FP16")) / (of("NVFP4") - of("FP16"));
        expect(value(reduction, model, "less perplexity lost than NVFP4")).toBeCloseTo(100 * saved, 8);
      }
    },
  );

  test("finds the two models equal in float32, since one is a rescaled copy of the other", () => {
    const [own, twin] = ["decoder-small", "decoder-small-outliers"].map((model) =>
      value("model-order-weights", model, "perplexity of FP16"),
    );
    expect(Math.abs(own / twin - 1)).toBeLessThan(1e-3);
  });

  test("finds quantized activations worse than weights alone", () => {
    for (const name of ["RaZeR", "NVFP4", "MXFP4"]) {
      const [weights, both] = ["model-order-weights", "model-order-weights-activations"].map((claim) =>
        value(claim, "decoder-small-outliers", `perplexity of ${name}`),
      );
      expect(both).toBeGreaterThan(weights);
    }
  });
});

const between = (low: number, high: number) => ({value: (low + high) / 2, low, high});

describe("the rule of the order", () => {
  test.each([
    ["agrees", [[between(0.1, 0.3), between(0.01, 0.2)]]],
    ["same direction", [[between(0.1, 0.3), between(-0.1, 0.2)]]],
    ["cannot be judged here", [[between(0.1, 0.3), between(-0.3, 0.2)]]],
    ["differs", [[between(0.1, 0.3)], [between(-0.3, -0.1)]]],
  ] as const)("says %s", (verdict, models) => {
    expect(orderVerdict(models)).toBe(verdict);
  });
});

describe("the rule of a reduction", () => {
  test.each([
    ["agrees", [between(20, 40), between(30, 50)]],
    ["same direction", [between(20, 40), between(36, 50)]],
    ["cannot be judged here", [between(-5, 60)]],
    ["differs", [between(20, 40), between(-9, -1)]],
  ] as const)("says %s", (verdict, intervals) => {
    expect(reductionVerdict(intervals, 34.6)).toBe(verdict);
  });
});
