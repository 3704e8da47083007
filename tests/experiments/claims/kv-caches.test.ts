import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {cacheClaims} from "../../../src/lib/experiments/claims/kv-cache-claims.js";
import {
  type Found,
  FULL,
  gapOf,
  having,
  lossEvidence,
  losslessVerdict,
} from "../../../src/lib/experiments/claims/kv-cache-evidence.js";
import {kvCacheClaims} from "../../../src/lib/experiments/claims/kv-caches.js";

type Rows = Awaited<ReturnType<typeof kvCacheClaims.run>>;

describe("the ledger of smaller caches", () => {
  let rows: Rows;
  beforeAll(async () => {
    rows = await kvCacheClaims.run({documents: 4}, {data: await loadData(kvCacheClaims.needs)});
  }, 240_000);
  const of = (claim: string) => rows.filter((row) => row.claim === claim);
  const verdict = (claim: string) => of(claim)[0].verdict;
  const value = (claim: string, quantity: string, subject?: string) =>
    of(claim).find(
      (row) =>
        row.provenance !== "reported" && row.quantity === quantity && (!subject || row.subject === subject),
    )!.value!;

  test.each(["xkv-ratios", "xkv-latents"])("finds the printed ratios of %s by formula", (claim) => {
    const printed = of(claim).filter(({provenance}) => provenance === "reported");
    expect(printed.length).toBeGreaterThan(4);
    for (const {quantity, value: ratio} of printed) {
      expect(Math.abs(value(claim, quantity) - ratio!)).toBeLessThan(0.01);
    }
    expect(new Set(of(claim).map(({provenance}) => provenance))).toEqual(new Set(["reported", "modelled"]));
  });

  test("finds larger groups better on both decoders, and gaps that are differences of perplexities", () => {
    // Three documents of the large decoder leave an interval wide.
    expect(["agrees", "same direction"]).toContain(verdict("xkv-groups"));
    for (const model of ["decoder-small", "decoder-large"]) {
      const perplexity = (name: string) => value("xkv-groups", `perplexity, ${name}`, model);
      expect(perplexity("xKV-4")).toBeLessThan(perplexity("xKV-2"));
      expect(perplexity("xKV-2")).toBeLessThan(perplexity("single-layer SVD"));
      expect(value("xkv-groups", "perplexity of xKV-2 above xKV-4's", model)).toBeCloseTo(
        perplexity("xKV-2") - perplexity("xKV-4"),
        10,
      );
    }
  });

  test("finds DeepSeek-V2's saving if its bits are counted, and no error in absorbing", () => {
    expect(value("mla-size", "smaller, its own in 6 bits")).toBeCloseTo(93.34, 2);
    expect(value("mla-size", "smaller, both in 16 bits")).toBeCloseTo(82.24, 2);
    expect(value("mla-size", "largest difference of absorbed and explicit attention, relative")).toBeLessThan(
      1e-12,
    );
    expect(verdict("mla-size")).toBe("agrees");
  });

  test("counts three bits a value for KIVI in two, and half of sixteen for seven-bit blocks", () => {
    expect(value("kivi-size", "packed, codes with scale and minimum")).toBe(3);
    expect(value("ksort-bfp", "less memory than 16 bits")).toBe(2);
  });

  test("finds outlier channels fatal per token and unseen per channel, and sorting a cure for blocks", () => {
    const axis = (model: string) =>
      value("kivi-axis", "perplexity of keys per token above keys per channel, 2 bits", model);
    expect(axis("decoder-small-outliers")).toBeGreaterThan(20 * axis("decoder-small"));
    const kivi = (model: string) =>
      value("kivi-quality", "perplexity lost, KIVI in 2 bits, no token whole", model);
    expect(kivi("decoder-small-outliers")).toBeCloseTo(kivi("decoder-small"), 2);
    expect(verdict("ksort-bfp")).toBe("agrees");
  });

  test("finds TurboQuant's bound kept, its 2.5 bits with both norms, and no gain from the residual's signs", () => {
    expect(verdict("turboquant-distortion")).toBe("agrees");
    expect(value("turboquant-distortion", "squared error over 4^-b, b = 1")).toBeCloseTo(1.45, 1);
    expect(verdict("turboquant-width")).toBe("agrees");
    expect(value("turboquant-width", "with two norms of 16 bits", "heads of 16, as ours")).toBe(4.25);
    expect(verdict("turboquant-residual")).not.toBe("agrees");
    for (const model of ["decoder-small", "decoder-small-outliers", "decoder-large"]) {
      const lost = (name: string) => value("turboquant-neutrality", `perplexity lost, ${name}`, model);
      expect(lost("TurboQuant 3.5 after a prompt")).toBeLessThan(lost("TurboQuant 2.5 after a prompt"));
    }
  });

  test("says of what it has no chip or no latents for that it cannot be judged", () => {
    for (const claim of ["xkv-latents", "kivi-size", "sparamx-cache"]) {
      expect(verdict(claim)).toBe("cannot be judged here");
    }
  });

  test("gives every claim a reported number or says that there is none, and its reason", () => {
    const claims = new Set(rows.map(({claim}) => claim));
    expect([...claims]).toEqual(cacheClaims.map(({id}) => id));
    for (const claim of claims) {
      expect(of(claim).some(({provenance}) => provenance === "reported")).toBe(true);
      expect(of(claim).some(({provenance}) => provenance !== "reported")).toBe(true);
      expect(of(claim)[0].why.length).toBeGreaterThan(40);
    }
  });
});

/** Texts whose losses differ a little, and answers of which the first are right. */
const reading = (loss: number, rightOf50: number) => ({
  nll: Float64Array.from({length: 20}, (_, i) => 2 + loss + 0.001 * (i % 3)),
  right: Array.from({length: 50}, (_, i) => i < rightOf50),
});
const found = (loss: number, right: number): Found[] => [
  {model: "a", scores: {[FULL]: reading(0, 50), x: reading(loss, right)}},
];

describe("the evidence of a loss", () => {
  test.each([
    ["differs", 0.1, 50],
    ["differs", 0.01, 40],
    ["cannot be judged here", 0.01, 50],
  ] as const)("says %s at a loss of %f nats and %i of 50 answers", (expected, loss, right) => {
    expect(losslessVerdict(found(loss, right), "x")).toBe(expected);
  });

  test("agrees only where many answers say so", () => {
    const many = {nll: reading(0.01, 0).nll, right: Array<boolean>(2000).fill(true)};
    const full = {nll: reading(0, 0).nll, right: many.right};
    expect(losslessVerdict([{model: "a", scores: {[FULL]: full, x: many}}], "x")).toBe("agrees");
  });

  test("is given in per cent of perplexity and points of answers", () => {
    const [each] = found(Math.log(1.1), 45);
    const evidence = lossEvidence(each, "x");
    expect(evidence[0].value).toBeCloseTo(10, 6);
    expect(evidence[3].value).toBeCloseTo(-10, 10);
    expect(gapOf(each.scores, "x", FULL).value).toBeGreaterThan(0);
    expect(having([each], "y")).toEqual([]);
  });
});
