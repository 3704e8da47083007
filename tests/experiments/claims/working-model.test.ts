import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {scoresOf} from "../../../src/lib/experiments/claims/working-model/readings.js";
import {modelClaims, workingModelClaims} from "../../../src/lib/experiments/claims/working-model.js";
import {between, expectLedger, rowsOf, testOutcomes} from "./outcomes.js";

type Rows = Awaited<ReturnType<typeof workingModelClaims.run>>;

const MODELS = ["decoder-small", "decoder-small-outliers"];

describe("the ledger of a working model", () => {
  let rows: Rows;
  let ledger: ReturnType<typeof rowsOf<Rows[number]>>;
  beforeAll(async () => {
    rows = await workingModelClaims.run({documents: 3}, {data: await loadData(workingModelClaims.needs)});
    ledger = rowsOf(rows);
  }, 180_000);

  test("has every claim with a verdict, a kind and numbers", () => {
    expectLedger(rows, modelClaims);
  });

  test("copies the averages that Table 3 gives", () => {
    const reported = ledger.of("model-order-weights", "reported");
    expect(reported.map(({value}) => value?.toFixed(2))).toEqual(["9.35", "9.52", "9.61", "10.10"]);
  });

  test.each(MODELS)("gives gaps on %s that are the differences of its perplexities", (model) => {
    for (const claim of ["model-order-weights", "model-order-weights-activations"]) {
      const gap = ledger.value(claim, "above RaZeR's, perplexity of NVFP4", model);
      const of = (name: string) => ledger.value(claim, `perplexity of ${name}`, model);
      expect(gap).toBeCloseTo(of("NVFP4") - of("RaZeR"), 10);
      const saved = 1 - (of("RaZeR") - of("FP16")) / (of("NVFP4") - of("FP16"));
      const reduction = claim.replace("order", "reduction");
      expect(ledger.value(reduction, "less perplexity lost than NVFP4", model)).toBeCloseTo(100 * saved, 8);
    }
  });

  test("finds the two models equal in float32, since one is a rescaled copy of the other", () => {
    const [own, twin] = MODELS.map((model) =>
      ledger.value("model-order-weights", "perplexity of FP16", model),
    );
    expect(Math.abs(own / twin - 1)).toBeLessThan(1e-3);
  });

  test("finds quantized activations worse than weights alone", () => {
    for (const name of ["RaZeR", "NVFP4", "MXFP4"]) {
      const [weights, both] = ["model-order-weights", "model-order-weights-activations"].map((claim) =>
        ledger.value(claim, `perplexity of ${name}`, "decoder-small-outliers"),
      );
      expect(both).toBeGreaterThan(weights);
    }
  });

  test("finds MXINT4 the worst of six formats of about four bits, and worse where channels stand out", () => {
    const lost = (name: string, model: string) =>
      ledger.value("hsa-accuracy", `perplexity lost, ${name}`, model);
    for (const model of MODELS) {
      for (const name of ["MXFP4", "MXFP4, blocks of 16", "NVFP4", "4over6", "RaZeR"]) {
        expect(lost("MXINT4", model), name).toBeGreaterThan(lost(name, model));
      }
    }
    expect(lost("MXINT4", MODELS[1])).toBeGreaterThan(lost("MXINT4", MODELS[0]));
    expect(ledger.verdict("hsa-accuracy")).not.toBe("agrees");
  });
});

test("a setup that was not run has no scores", () => {
  expect(() => scoresOf({model: "decoder-small", activationBits: 4, scores: {}}, "MXINT4")).toThrow(
    "scoresOf: decoder-small must have been run in MXINT4, got no run",
  );
});

const gaps = (...ends: [number, number][]) =>
  ends.map(([low, high]) => between("above the better's, perplexity", low, high));
const less = (low: number, high: number) => [
  between("less perplexity lost than NVFP4", low, high),
  between("less KL divergence than NVFP4", -90, -80),
];
const lostTo = (low: number, high: number) => [
  between("perplexity lost, MXINT4", low, high),
  between("perplexity lost, MXFP4", 20, 30),
];

testOutcomes(modelClaims, {
  "model-order-weights": [
    ["agrees", gaps([0.1, 0.2], [0.01, 0.1])],
    ["same direction", gaps([0.1, 0.2], [-0.01, 0.1])],
    ["open", gaps([-0.1, 0.05], [0.1, 0.2])],
    ["differs", gaps([0.1, 0.2], [-0.2, -0.1])],
  ],
  "model-order-weights-activations": [
    ["agrees", gaps([0.1, 0.2])],
    ["differs", gaps([-0.2, -0.1])],
  ],
  "model-reduction-weights": [
    ["agrees", less(20, 40)],
    ["same direction", less(36, 50)],
    ["open", less(-5, 60)],
    ["differs", less(-9, -1)],
  ],
  "model-reduction-weights-activations": [
    ["agrees", less(20, 40)],
    ["same direction", less(5, 20)],
    ["differs", less(-9, -1)],
  ],
  "hsa-accuracy": [
    ["agrees", lostTo(1, 4)],
    ["open", lostTo(1, 9)],
    ["differs", lostTo(6, 11)],
  ],
});
