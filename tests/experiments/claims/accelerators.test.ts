import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {nitroClaims} from "../../../src/lib/experiments/claims/accelerators/nitro.js";
import {acceleratorClaims, hardwareClaims} from "../../../src/lib/experiments/claims/accelerators.js";
import {expectLedger, number, rowsOf, testOutcomes} from "./outcomes.js";

const CLAIMS = [...hardwareClaims, ...nitroClaims];

type Rows = Awaited<ReturnType<typeof acceleratorClaims.run>>;

describe("the ledger of accelerators", () => {
  let rows: Rows;
  let ledger: ReturnType<typeof rowsOf<Rows[number]>>;
  beforeAll(async () => {
    rows = await acceleratorClaims.run({}, {data: await loadData(["weights/decoder-small"])});
    ledger = rowsOf(rows);
  }, 60_000);

  test("has every claim with a verdict, a kind and numbers", () => {
    expectLedger(rows, CLAIMS);
  });

  test("rests on runs only where something was run: an array, a schedule, cycles", () => {
    const measured = CLAIMS.filter(({kind}) => kind === "measured").map(({id}) => id);
    expect(measured.sort()).toEqual([
      "attention-io",
      "bit-weight-terms",
      "hsa-utilization",
      "nitro-same-text",
      "scale-sim-cycles",
      "tilus-any-bits",
      "unified-maximum",
    ]);
    for (const id of measured) expect(ledger.of(id, "measured").length, id).toBeGreaterThan(0);
  });

  test("leaves open what an abstract leaves open", () => {
    const open = [
      "hsa-throughput",
      "hsa-energy",
      "sst-soft-logic",
      "kinetics-sparse",
      "kinetics-threshold",
      "flash-decoding-speed",
      "nitro-speed",
      "smash-speed",
    ];
    for (const claim of open) expect(ledger.verdict(claim), claim).toBe("open");
  });

  test("finds an array that its memory feeds at work, and a larger one waiting", () => {
    const work = ledger
      .of("hsa-utilization", "measured")
      .filter(({quantity}) => quantity === "elements that work")
      .map(({value}) => value ?? Number.NaN);
    expect(work[0]).toBeGreaterThan(99);
    // 25.6 GB/s at 500 MHz are 51.2 bytes a cycle, 1024 elements want 544.
    expect(work[2]).toBeCloseTo((100 * 51.2) / 544, 1);
    expect(ledger.verdict("hsa-utilization")).toBe("open");
  });

  test("finds each schedule of attention ahead on its side of the square of the head size", () => {
    const ratios = ledger.of("attention-io", "measured").map(({value}) => value ?? Number.NaN);
    expect(ratios).toHaveLength(4);
    for (const [i, ratio] of ratios.entries()) expect(ratio > 1).toBe(i % 2 === 0);
    expect(ledger.verdict("attention-io")).toBe("same direction");
  });

  test("gives LLM-Viewer's numbers to their printed digits under its rules, and the other order under ours", () => {
    const [unfused, fused] = ledger.of("llm-viewer-grouping", "reported");
    const [theirUnfused, theirFused, ourUnfused, ourFused] = ledger.of("llm-viewer-grouping", "modelled");
    expect(theirUnfused.value?.toFixed(4)).toBe(unfused.value?.toFixed(4));
    expect(theirFused.value?.toFixed(4)).toBe(fused.value?.toFixed(4));
    expect(ourFused.value).toBeLessThan(ourUnfused.value ?? Number.NaN);
    expect(ledger.verdict("llm-viewer-grouping")).toBe("differs");
  });

  test("counts one cycle more than SCALE-Sim when the array is run", () => {
    expect(ledger.of("scale-sim-cycles", "modelled")[0].value).toBe(1503);
    expect(ledger.of("scale-sim-cycles", "measured")[0].value).toBe(1504);
  });

  test("counts one scaling for 32 products by formula, and runs that it changes nothing", () => {
    expect(ledger.of("hsa-dequantization", "modelled")[0].value).toBe(100 / 32);
    expect(ledger.of("hsa-dequantization", "measured")[0].value).toBe(0);
  });

  test("finds ELSA's 2.9 between the uniform levels, whose savings are the published counts, and no more", () => {
    const values = ledger.of("elsa-savings", "modelled").map(({value}) => value);
    expect(values[0]).toBeCloseTo(17.566691 / 5.017596, 5);
    expect(values[3]).toBeCloseTo(15.438473 / 8.039721, 5);
    expect(ledger.verdict("elsa-savings")).toBe("open");
  });

  test("has every published speed below its bound, the board's best at three quarters", () => {
    const [reported, bounds] = [
      ledger.of("t-mac-bandwidth", "reported"),
      ledger.of("t-mac-bandwidth", "modelled"),
    ];
    const shares = reported.map(({value}, i) => (value ?? 0) / (bounds[i].value ?? 0));
    expect(Math.max(...shares)).toBeGreaterThan(0.6);
    expect(Math.max(...shares)).toBeLessThan(0.8);
  });

  test("bounds SparAMX's layers at 1.78 times fewer bytes", () => {
    expect(ledger.of("sparamx-linear", "modelled")[0].value).toBeCloseTo(16 / 9, 12);
    expect(ledger.of("sparamx-int8", "modelled")[0].value).toBeCloseTo(8 / 5, 12);
  });

  test("gives FuseMax its speed over FLAT, and only a part of what it saves in energy", () => {
    expect([ledger.verdict("fusemax-speed"), ledger.verdict("fusemax-energy")]).toEqual([
      "agrees",
      "same direction",
    ]);
  });

  test("writes the same text with fixed shapes", () => {
    expect(ledger.verdict("nitro-same-text")).toBe("agrees");
    expect(ledger.of("nitro-same-text", "measured")).toHaveLength(4);
  });

  test("runs the unified maximum to the same softmax without a correction", () => {
    expect(ledger.verdict("unified-maximum")).toBe("agrees");
    expect(ledger.verdict("flat-products")).toBe("same direction");
  });

  test("prices a cached value at twice the operations of a byte in what it says of Kinetics", () => {
    const {why} = ledger.of("kinetics-attention")[0];
    expect(why).toContain("price of a byte, 562.5 operations");
    expect(why).toContain("1125 for a cached value of 16 bits");
  });

  test("keeps to the papers that are asked for", async () => {
    const chosen = await acceleratorClaims.run({papers: ["arXiv:2409.09708"]});
    expect(new Set(chosen.map(({claim}) => claim))).toEqual(new Set(["elsa-savings"]));
  });
});

const ratio = (value: number) => number("cost of attention over that of parameters", value);
const elements = (...values: number[]) => values.map((value) => number("elements that work", value));
const scalings = (percent: number, difference: number) => [
  number("scalings for each product", percent),
  number("largest difference to scaling every weight first", difference),
];
const slices = (...values: number[]) => values.map((value) => number("speed-up over dense slices", value));
const areas = (...values: number[]) => values.map((value) => number("area saved", value));
const products = (...values: number[]) => values.map((value) => number("area times delay saved", value));
const savings = (...values: number[]) => values.map((value) => number("dense work over sparse", value));
const times = (unfused: number, fused: number) => [
  number("time, nothing fused", unfused),
  number("time, all that can be fused", fused),
];
const moved = (below: number, above: number) => [
  number("fused over tiled, a quarter of the square of the head size", below),
  number("fused over tiled, four times the square of the head size", above),
];
const speeds = (factor: number) =>
  (hardwareClaims.find(({id}) => id === "t-mac-bandwidth")?.reported ?? []).map(({value}) =>
    number("bound of the whole bandwidth", factor * (value ?? 0)),
  );

const boardBounds = (factor: number) =>
  (hardwareClaims.find(({id}) => id === "t-mac-board")?.reported ?? []).map(({value}) =>
    number("bound of the whole bandwidth", factor * (value ?? 0)),
  );

const texts = (same: number, difference: number) => [
  number("written tokens that are the same", same),
  number("largest difference of a logit", difference),
];
const unified = (difference: number, corrections: number) => [
  number("largest difference from plain softmax", difference),
  number("corrections, unified maximum", corrections),
];
const padded = (...values: number[]) => values.map((value) => number("arithmetic on rows", value));
const over = (quantity: string, attention: number, layer: number) => [
  number(`${quantity} over FLAT`, attention),
  number(`${quantity} over FLAT`, layer),
];

testOutcomes(CLAIMS, {
  "nitro-same-text": [
    ["agrees", texts(100, 0)],
    ["differs", texts(99, 0)],
    ["differs", texts(100, 0.1)],
  ],
  "unified-maximum": [
    ["agrees", unified(1e-7, 0)],
    ["differs", unified(1e-7, 2)],
    ["differs", unified(1e-3, 0)],
  ],
  "flat-products": [
    ["same direction", padded(0.9, 0.1)],
    ["differs", padded(0.9, 0)],
  ],
  "fusemax-speed": [
    ["agrees", over("speed", 6.6, 5.2)],
    ["same direction", over("speed", 3, 2)],
    ["differs", over("speed", 0.9, 2)],
  ],
  "fusemax-energy": [
    ["agrees", over("energy", 0.79, 0.83)],
    ["same direction", over("energy", 0.95, 0.96)],
    ["differs", over("energy", 1.1, 0.96)],
  ],
  "sparamx-int8": [
    ["open", [number("bound of a product that reads weights", 1.6)]],
    ["differs", [number("bound of a product that reads weights", 1.4)]],
  ],
  "hsa-utilization": [
    ["agrees", elements(99.8, 99.9, 100)],
    ["open", elements(99.8, 38, 9)],
    ["differs", elements(90, 38, 9)],
  ],
  "hsa-dequantization": [
    ["same direction", scalings(3.1, 0)],
    ["differs", scalings(3.1, 1e-9)],
    ["differs", scalings(50, 0)],
  ],
  "mxint4-traffic": [
    ["same direction", [number("less weight traffic than FP16", 3.8)]],
    ["differs", [number("less weight traffic than FP16", 0.9)]],
  ],
  "sst-speed": [
    ["agrees", slices(3.5, 2)],
    ["same direction", slices(3.1, 2)],
    ["differs", slices(2, 2)],
  ],
  "double-duty-area": [
    ["agrees", areas(20, 10, 8)],
    ["same direction", areas(37, 19, 8)],
    ["differs", areas(5, 19, 8)],
    ["differs", areas(37, 19, -1)],
  ],
  "double-duty-area-delay": [
    ["agrees", products(9, 10)],
    ["same direction", products(21, 18)],
    ["differs", products(21, -1)],
  ],
  "elsa-savings": [
    ["open", savings(3.5, 1.9)],
    ["differs", savings(2.5, 1.9)],
    ["differs", savings(4, 3)],
  ],
  "sparamx-linear": [
    ["open", [number("bound of a product that reads weights", 1.78)]],
    ["differs", [number("bound of a product that reads weights", 1.3)]],
  ],
  "kinetics-attention": [
    ["agrees", [ratio(2), ratio(1.1)]],
    ["differs", [ratio(2), ratio(0.9)]],
  ],
  "attention-io": [
    ["same direction", [...moved(1.2, 0.5), ...moved(1.1, 0.9)]],
    ["differs", [...moved(1.2, 0.5), ...moved(0.9, 0.5)]],
    ["differs", moved(1.2, 1.1)],
  ],
  "bit-weight-terms": [
    ["agrees", [1.76, 2.12, 2.34, 2.49, 2.59].map((terms) => number("partial products", terms))],
    ["differs", [1.93, 2.3, 2.53, 2.67, 2.76].map((terms) => number("partial products", terms))],
  ],
  "bit-weight-area": [
    ["same direction", [number("better efficiency for its area", 2.17)]],
    ["differs", [number("better efficiency for its area", 0.9)]],
  ],
  "smash-speed": [
    [
      "open",
      [number("fewer words than by inner products", 6), number("fewer words than by outer products", 1.7)],
    ],
    [
      "differs",
      [number("fewer words than by inner products", 6), number("fewer words than by outer products", 0.7)],
    ],
  ],
  "tilus-any-bits": [
    ["open", [number("types whose product is exact", 20)]],
    ["differs", [number("types whose product is exact", 19)]],
  ],
  "lean-attention": [
    ["open", [number("bound: work", 13), number("bound: work", 3.4)]],
    ["differs", [number("bound: work", 8), number("bound: work", 3.4)]],
  ],
  "llm-viewer-grouping": [
    ["agrees", times(7.4, 7.6)],
    ["differs", times(7.6, 7.4)],
  ],
  "scale-sim-cycles": [
    ["agrees", [number("cycles as the tool counts them", 1503), number("run element by element", 1503)]],
    ["differs", [number("cycles as the tool counts them", 1503), number("run element by element", 1504)]],
  ],
  "t-mac-bandwidth": [
    ["agrees", speeds(1.1)],
    ["differs", speeds(0.9)],
  ],
  "t-mac-board": [
    ["agrees", boardBounds(1.4)],
    ["differs", boardBounds(1.5)],
    ["differs", boardBounds(0.7)],
  ],
});
