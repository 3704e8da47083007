import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {lossVerdict, stateSpaceClaims} from "../../../src/lib/experiments/claims/state-space.js";

type Rows = Awaited<ReturnType<typeof stateSpaceClaims.run>>;
let rows: Rows;
beforeAll(async () => {
  rows = await stateSpaceClaims.run({documents: 6}, {data: await loadData(stateSpaceClaims.needs)});
}, 120_000);

const of = (claim: string) => rows.filter((row) => row.claim === claim);
const value = (claim: string, quantity: string | RegExp, provenance: string) =>
  of(claim).find(
    (row) => row.provenance === provenance && (row.quantity === quantity || row.quantity.match(quantity)),
  )!.value!;

describe("claims about state-space models", () => {
  test("every claim has printed evidence, one verdict and a reason", () => {
    const claims = [...new Set(rows.map(({claim}) => claim))];
    expect(claims).toHaveLength(11);
    for (const claim of claims) {
      const own = of(claim);
      expect(own.some(({provenance}) => provenance === "reported")).toBe(true);
      expect(new Set(own.map(({verdict}) => verdict)).size).toBe(1);
      expect(own[0].why.length).toBeGreaterThan(20);
    }
  });

  test("static int8 loses beyond doubt on Mamba, and Quamba wins most of it back", () => {
    const gap = (which: RegExp) => value("quamba-static", which, "measured");
    const lost = gap(/static int8 above that of Quamba$/);
    expect(lost).toBeGreaterThan(3 * gap(/Quamba above that of the float model$/));
    expect(gap(/static int8 above that of Quamba, lower end/)).toBeGreaterThan(0);
    expect(of("quamba-tails")[0].verdict).toBe("same direction");
  });

  test("sizes are counted from shapes and agree with the printed ones", () => {
    expect(of("quamba2-size")[0].verdict).toBe("agrees");
    const parameters =
      56 * (4096 * (2 * 8192 + 2 * 8 * 128 + 128) + 8192 * 4096 + 5 * (8192 + 2048) + 3 * 128 + 8192 + 4096) +
      2 * 256000 * 4096 +
      4096;
    const printed8b = of("quamba2-size").filter(({subject}) => subject === "Mamba2 8B");
    const counted = printed8b.find(({provenance}) => provenance === "modelled")!;
    expect(counted).toMatchObject({quantity: "size in FP16, from its shapes", unit: "thousand MiB"});
    expect(counted.value).toBeCloseTo((2 * parameters) / 2 ** 20 / 1000, 9);
  });

  test("the rearrangement moves nothing but the last bits", () => {
    expect(of("quamba2-rearrangement")[0].verdict).toBe("agrees");
    expect(value("quamba2-rearrangement", /largest/, "measured")).toBeLessThan(1e-9);
  });

  test("latencies stay open", () => {
    for (const claim of ["quamba-latency", "quamba2-latency"]) {
      expect(of(claim)[0].verdict).toBe("cannot be judged here");
      expect(of(claim).every(({provenance}) => provenance === "reported")).toBe(true);
    }
  });
});

test("a loss agrees only if its interval holds the printed one and not none", () => {
  const interval = (low: number, high: number) => ({value: (low + high) / 2, low, high});
  expect(lossVerdict(interval(0.5, 2), 1)).toBe("agrees");
  expect(lossVerdict(interval(-0.5, 2), 1)).toBe("cannot be judged here");
  expect(lossVerdict(interval(1.5, 2), 1)).toBe("differs");
  expect(lossVerdict(interval(-0.5, 0.5), 1)).toBe("same direction");
});
