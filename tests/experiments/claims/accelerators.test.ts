import {beforeAll, describe, expect, test} from "vitest";
import {acceleratorClaims} from "../../../src/lib/experiments/claims/accelerators.js";
import {costModelClaims} from "../../../src/lib/experiments/claims/cost-models.js";
import {edgeClaims} from "../../../src/lib/experiments/claims/edge-accelerators.js";

type Rows = Awaited<ReturnType<typeof acceleratorClaims.run>>;

const claims = [...edgeClaims, ...costModelClaims];

describe("the ledger of accelerators", () => {
  let rows: Rows;
  beforeAll(async () => {
    rows = await acceleratorClaims.run();
  });
  const of = (claim: string, provenance?: string) =>
    rows.filter((row) => row.claim === claim && (provenance === undefined || row.provenance === provenance));
  const verdict = (claim: string) => of(claim)[0].verdict;

  test("sets printed evidence beside our own for every claim, each under a name of its own", () => {
    expect(new Set(claims.map(({id}) => id)).size).toBe(claims.length);
    for (const {id} of claims) {
      expect(of(id, "reported").length, id).toBeGreaterThan(0);
      expect(of(id).length, id).toBeGreaterThan(of(id, "reported").length);
    }
  });

  test("gives every number of ours a value, and only a printed one may be missing", () => {
    for (const row of rows) {
      if (row.provenance !== "reported") expect(row.value, row.quantity).toEqual(expect.any(Number));
    }
  });

  test("does not judge what an abstract leaves open", () => {
    for (const claim of ["hsa-throughput", "sst-soft-logic", "kinetics-sparse"]) {
      expect(verdict(claim), claim).toBe("cannot be judged here");
    }
  });

  test("calls measured only what was run: scales, cycles and transfers", () => {
    const measured = new Set(
      rows.filter(({provenance}) => provenance === "measured").map(({claim}) => claim),
    );
    expect([...measured].sort()).toEqual(["attention-io", "hsa-dequantization", "scale-sim-cycles"]);
  });

  test("gives LLM-Viewer's numbers to their printed digits under its rules, and the other order under ours", () => {
    const [unfused, fused] = of("llm-viewer-grouping", "reported");
    const [theirUnfused, theirFused, ourUnfused, ourFused] = of("llm-viewer-grouping", "modelled");
    expect(theirUnfused.value!.toFixed(4)).toBe(unfused.value!.toFixed(4));
    expect(theirFused.value!.toFixed(4)).toBe(fused.value!.toFixed(4));
    expect(ourFused.value).toBeLessThan(ourUnfused.value!);
    expect(verdict("llm-viewer-grouping")).toBe("differs");
  });

  test("counts one cycle more than SCALE-Sim when the array is run", () => {
    expect(of("scale-sim-cycles", "modelled")[0].value).toBe(1503);
    expect(of("scale-sim-cycles", "measured")[0].value).toBe(1504);
  });

  test("finds one scaling for 32 products, and no difference", () => {
    expect(of("hsa-dequantization", "measured").map(({value}) => value)).toEqual([100 / 32, 0]);
  });

  test("finds ELSA's 2.9 between the uniform levels, whose savings are the published counts", () => {
    const values = of("elsa-savings", "modelled").map(({value}) => value);
    expect(values[0]).toBeCloseTo(17.566691 / 5.017596, 5);
    expect(values[3]).toBeCloseTo(15.438473 / 8.039721, 5);
    expect(verdict("elsa-savings")).toBe("same direction");
  });

  test("has every published speed below its bound, the board's best at three quarters", () => {
    const [reported, bounds] = [of("t-mac-bandwidth", "reported"), of("t-mac-bandwidth", "modelled")];
    const shares = reported.map(({value}, i) => value! / bounds[i].value!);
    expect(Math.max(...shares)).toBeGreaterThan(0.6);
    expect(Math.max(...shares)).toBeLessThan(0.8);
  });

  test("keeps to the papers that are asked for", async () => {
    const chosen = await acceleratorClaims.run({papers: ["arXiv:2409.09708"]});
    expect(new Set(chosen.map(({claim}) => claim))).toEqual(new Set(["elsa-savings"]));
  });
});

describe("a claim's rule", () => {
  const rule = (id: string) => claims.find((claim) => claim.id === id)!.judge;
  const evidence = (...values: number[]) =>
    values.map((value) => ({subject: "", quantity: "", value, unit: "", provenance: "modelled" as const}));

  test.each([
    ["hsa-utilization", [100], [99.9, 12], "agrees"],
    ["hsa-utilization", [100], [90, 12], "same direction"],
    ["hsa-utilization", [100], [10, 12], "differs"],
    ["hsa-dequantization", [], [3.1, 0], "agrees"],
    ["hsa-dequantization", [], [3.1, 1e-9], "differs"],
    ["hsa-dequantization", [], [50, 0], "differs"],
    ["sst-speed", [3.52], [3.5, 2], "agrees"],
    ["sst-speed", [3.52], [3.1, 2], "same direction"],
    ["sst-speed", [3.52], [2, 2], "differs"],
    ["elsa-savings", [2.9], [3.5, 1.9], "same direction"],
    ["elsa-savings", [2.9], [2.5, 1.9], "differs"],
    ["kinetics-attention", [], [2, 1.1], "agrees"],
    ["kinetics-attention", [], [2, 0.9], "differs"],
    ["llm-viewer-grouping", [1, 2], [1, 2, 3, 4], "agrees"],
    ["scale-sim-cycles", [1503], [1503, 1503], "agrees"],
    ["t-mac-bandwidth", [5, 5], [6, 4], "differs"],
    ["attention-io", [1], [0.7, 3], "differs"],
    ["lean-attention", [2.6], [0.9], "differs"],
  ] as const)("%s, reported %j, ours %j: %s", (id, reported, ours, expected) => {
    expect(rule(id)(evidence(...reported), evidence(...ours))).toBe(expected);
  });
});
