import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {tokenSelectionClaims} from "../../../src/lib/experiments/claims/token-selection.js";
import {
  atMostVerdict,
  limitVerdict,
  lossVerdict,
  marginVerdict,
  selectionClaims,
} from "../../../src/lib/experiments/claims/token-selection-claims.js";

type Rows = Awaited<ReturnType<typeof tokenSelectionClaims.run>>;

describe("the ledger of token selection", () => {
  let rows: Rows;
  beforeAll(async () => {
    rows = await tokenSelectionClaims.run({documents: 2}, {data: await loadData(tokenSelectionClaims.needs)});
  }, 300_000);
  const value = (claim: string, subject: string, quantity: string) =>
    rows.find((row) => row.claim === claim && row.subject === subject && row.quantity === quantity)!.value!;
  const verdict = (id: string) => rows.find(({claim}) => claim === id)!.verdict;

  test("has evidence of both sides for every claim, every value a number", () => {
    for (const {id} of selectionClaims) {
      const own = rows.filter(({claim}) => claim === id);
      const kinds = new Set(own.map(({provenance}) => provenance));
      expect(kinds).toContain("reported");
      expect(kinds).toContain("measured");
      for (const row of own) expect(row.value).toEqual(expect.any(Number));
    }
  });

  test("counts the released predictors to the printed share, and a larger share of small models", () => {
    for (const model of ["Llama-3.2-1B", "Llama-3.1-8B", "Llama-2-7B"]) {
      const counted = value("tokenbutler-overhead", model, "predictor's share, counted");
      expect(counted).toBeCloseTo(value("tokenbutler-overhead", model, "predictor's share"), 2);
    }
    // 29,056 of 230,336; the card counts the embedding of the stored file twice.
    expect(value("tokenbutler-overhead", "decoder-small", "predictor's share")).toBeCloseTo(
      (100 * 29056) / (29056 + 201280),
      10,
    );
    expect(verdict("tokenbutler-overhead")).toBe("same direction");
  });

  test.each(["decoder-small", "decoder-large"])(
    "gives gaps on %s that follow from its perplexities",
    (model) => {
      for (const claim of ["tokenbutler-perplexity-as-run", "tokenbutler-perplexity-as-published"]) {
        const of = (name: string) => value(claim, model, `perplexity of ${name}, half the keys`);
        expect(of("oracle") / of("full model")).toBeLessThan(1.02);
        const gap = value(claim, model, "StreamingLLM above TokenButler");
        expect(gap).toBeCloseTo(100 * (of("StreamingLLM") / of("TokenButler") - 1), 8);
        expect(value(claim, model, "StreamingLLM above TokenButler, lower end of 95 %")).toBeLessThan(gap);
      }
    },
  );

  test("finds the rivals as the repository ran them behind, and Quest by its own rule close", () => {
    // Six documents of the large decoder leave an interval wide.
    expect(verdict("tokenbutler-perplexity-as-run")).not.toBe("differs");
    for (const model of ["decoder-small", "decoder-large"]) {
      const asRun = value("tokenbutler-perplexity-as-run", model, "Quest as run above TokenButler");
      const own = value("tokenbutler-perplexity-as-published", model, "Quest above TokenButler");
      expect(own).toBeLessThan(asRun / 4);
    }
  });

  test("finds that rules which must choose before a fact is asked for lose it", () => {
    for (const id of ["h2o-loss", "snapkv-loss"]) expect(verdict(id)).toBe("differs");
    const change = value("h2o-loss", "decoder-large", "answers right, a fifth of the keys, change");
    const [full, kept] = ["full model", "a fifth of the keys"].map((of) =>
      value("h2o-loss", "decoder-large", `answers right, ${of}`),
    );
    expect(change).toBeCloseTo(kept - full, 10);
  });
});

const at = (low: number, high: number) => ({value: (low + high) / 2, low, high});

describe("the rules of the verdicts", () => {
  test.each([
    ["agrees", [1, 1.1]],
    ["same direction", [1, 1.25]],
    ["differs", [0.5, 1.4]],
  ] as const)("limit: %s", (verdict, shares) => {
    expect(limitVerdict(shares, 1.2)).toBe(verdict);
  });

  test.each([
    ["agrees", [[at(9, 20)], [at(8.5, 10)]]],
    ["same direction", [[at(9, 20)], [at(1, 10)]]],
    ["cannot be judged here", [[at(9, 20)], [at(-1, 10)]]],
    ["differs", [[at(9, 20)], [at(-3, -1)]]],
  ] as const)("margin: %s", (verdict, models) => {
    expect(marginVerdict(models, 8)).toBe(verdict);
  });

  test.each([
    ["agrees", [at(-1, 2), at(0, 1)]],
    ["cannot be judged here", [at(-1, 3), at(0, 1)]],
    ["differs", [at(2.6, 3), at(0, 1)]],
  ] as const)("at most: %s", (verdict, intervals) => {
    expect(atMostVerdict(intervals, 2.5)).toBe(verdict);
  });

  test.each([
    ["agrees", [at(-1.9, 2), at(0, 1)]],
    ["cannot be judged here", [at(-5, 3), at(0, 1)]],
    ["differs", [at(-9, -2.1), at(0, 1)]],
  ] as const)("loss: %s", (verdict, changes) => {
    expect(lossVerdict(changes)).toBe(verdict);
  });
});
