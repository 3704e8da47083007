import {describe, expect, test} from "vitest";
import {codesOf, codesSays} from "../../../src/components/by-hand/mixers/codes-by-hand.js";
import {pairsSays, pairWeights} from "../../../src/components/by-hand/mixers/pairs-by-hand.js";
import {pageOfTechnique} from "../../../src/components/frame/site-pages.js";
import {type CodedRow, codedFigure} from "../../../src/components/plots/mixers/ecoformer.js";
import {type PolynomialRow, polynomialFigure} from "../../../src/components/plots/mixers/kronecker.js";
import {type TripleRow, triplesFigure} from "../../../src/components/plots/mixers/triples.js";
import {ecoformerExperiment} from "../../../src/lib/experiments/mixers/ecoformer.js";
import {kroneckerExperiment} from "../../../src/lib/experiments/mixers/kronecker.js";
import {triples} from "../../../src/lib/experiments/mixers/triples.js";
import {checkParams} from "../../../src/lib/technique/check-params.js";
import {keptRows} from "../../pages/kept.js";

describe("pairs by hand", () => {
  test("weigh one in all, and a sharp head decides every query rightly", () => {
    for (const query of [1, 2, 3, 4, 5, 6]) {
      for (const modulus of [3, 7, 13]) {
        const {weights, share, isMatched} = pairWeights({query, modulus, sharpness: 1});
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
        expect(share > 0.5).toBe(isMatched);
      }
    }
    expect(pairsSays({query: 1, modulus: 7, sharpness: 0.05})).toMatch(
      /says (yes|no), which is (right|wrong)/,
    );
  });
});

describe("codes by hand", () => {
  test("weigh one in all with the kernel's bias and less with the released one", () => {
    const sum = (bias: "all values" | "own value") =>
      codesOf({bits: 8, bias, seed: 1}).weights.reduce((total, weight) => total + weight, 0);
    expect(sum("all values")).toBeCloseTo(1, 12);
    expect(sum("own value")).toBeLessThan(0.9);
    expect(codesSays({bits: 8, bias: "all values", seed: 1})).toMatch(/sum to 1, .*17 times/);
  });
});

describe("the figures of other mixers", () => {
  test("draw each head once, the answer without a head as baseline over all widths", () => {
    const rows = keptRows<typeof triples>("mixers/triples") as readonly TripleRow[];
    const {series, finding} = triplesFigure.draw(rows, checkParams("test", triples.params, {}));
    const baseline = series.filter(({family}) => family === "baseline");
    expect(baseline.map(({points}) => points.length)).toEqual([2]);
    expect(finding).toMatch(/A trained tensor head of 8 channels .* a softmax head trained alike/);
  });

  test("draw one polynomial, Taylor's where it is there", () => {
    const rows = keptRows<typeof kroneckerExperiment>("mixers/kronecker") as readonly PolynomialRow[];
    const params = checkParams("test", kroneckerExperiment.params, {});
    expect(polynomialFigure.draw(rows, params).finding).toMatch(/degree 12 .*Chebyshev's/);
    const alone = rows.filter(({kind}) => kind === "chebyshev");
    expect(polynomialFigure.draw(alone, params).series.length).toBe(5);
  });

  test("draw every layer alone, and tell of all layers", () => {
    const rows = keptRows<typeof ecoformerExperiment>("mixers/ecoformer").filter(
      ({setting}) => setting === 0,
    );
    const {series, finding} = codedFigure.draw(
      rows as readonly CodedRow[],
      checkParams("test", ecoformerExperiment.params, {}),
    );
    expect(series.every(({points}) => points.length === 4)).toBe(true);
    expect(finding).toMatch(/In all layers at once/);
  });
});

test("a technique leads to its own page, and to that of its registry where it has none", () => {
  expect(pageOfTechnique({registry: "mixers", id: "attamba"})).toBe("/mixers/chunks-instead-of-tokens");
  expect(pageOfTechnique({registry: "mixers", id: "ecoformer"})).toBe(
    "/mixers/attention-over-codes-and-pairs",
  );
  expect(pageOfTechnique({registry: "mixers", id: "none"})).toBe("/mixers/recurrence-without-attention");
});
