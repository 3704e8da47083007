import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {glaClaims} from "../../../src/lib/experiments/claims/state-space/gla.js";
import {quambaClaims} from "../../../src/lib/experiments/claims/state-space/quamba.js";
import {quamba2Claims} from "../../../src/lib/experiments/claims/state-space/quamba2.js";
import {VMEANBA, vmeanbaClaims} from "../../../src/lib/experiments/claims/state-space/vmeanba.js";
import {stateSpaceClaims} from "../../../src/lib/experiments/claims/state-space.js";
import {between, expectLedger, number, rowsOf, testOutcomes} from "./outcomes.js";

type Rows = Awaited<ReturnType<typeof stateSpaceClaims.run>>;

const claims = [...quambaClaims, ...quamba2Claims, ...glaClaims, ...vmeanbaClaims];

describe("the ledger of state-space models", () => {
  let rows: Rows;
  let ledger: ReturnType<typeof rowsOf<Rows[number]>>;
  beforeAll(async () => {
    const runs = [];
    for (const {paper} of stateSpaceClaims.sweep) {
      const setting = {...(paper && {paper}), documents: paper === VMEANBA ? 2 : 4};
      const data = await loadData(stateSpaceClaims.needsOf(setting));
      runs.push(await stateSpaceClaims.run(setting, {data}));
    }
    rows = runs.flat();
    ledger = rowsOf(rows);
  }, 180_000);

  test("has every claim with a verdict, a kind and numbers", () => {
    expectLedger(rows, claims);
  });

  test("reads Quamba's claims on Mamba and Quamba2's on Mamba2", () => {
    for (const [paper, model] of [
      ["arXiv:2410.13229", "mamba1-small"],
      ["arXiv:2503.22879", "mamba2-small"],
    ]) {
      const own = rows.filter((row) => row.paper === paper && row.provenance === "measured");
      expect(new Set(own.map(({subject}) => subject))).toEqual(new Set([model]));
    }
  });

  test("static int8 loses beyond doubt on Mamba, and Quamba wins most of it back", () => {
    const lost = ledger.value("quamba-static", "above Quamba, perplexity of static int8");
    const left = ledger.value("quamba-static", "above the float model, perplexity of Quamba");
    expect(lost).toBeGreaterThan(3 * left);
    const [gap] = ledger.of("quamba-static").filter(({quantity}) => quantity.startsWith("above Quamba"));
    expect(gap.low).toBeGreaterThan(0);
    expect(ledger.verdict("quamba-tails")).toBe("same direction");
  });

  test("sets what perplexity loses beside answers, which alone decide on accuracy", () => {
    for (const claim of ["quamba-accuracy", "quamba2-accuracy"]) {
      const [answers, perplexity] = ledger.of(claim, "measured");
      expect([answers.quantity, perplexity.quantity]).toEqual(["answers lost", "perplexity lost"]);
      expect(answers.documents).toBe(12);
      if ((answers.low ?? 0) <= 0) expect(["open"]).toContain(ledger.verdict(claim));
    }
  });

  test("sizes are counted from shapes and agree with the printed ones", () => {
    expect(ledger.verdict("quamba2-size")).toBe("agrees");
    const parameters =
      56 * (4096 * (2 * 8192 + 2 * 8 * 128 + 128) + 8192 * 4096 + 5 * (8192 + 2048) + 3 * 128 + 8192 + 4096) +
      2 * 256000 * 4096 +
      4096;
    const counted = ledger.value("quamba2-size", "size in FP16, from its shapes", "Mamba2 8B");
    expect(counted).toBeCloseTo((2 * parameters) / 2 ** 20 / 1000, 9);
  });

  test("the rearrangement moves nothing but the last bits", () => {
    expect(ledger.verdict("quamba2-rearrangement")).toBe("agrees");
    expect(ledger.value("quamba2-rearrangement", "largest mean KL divergence of a document")).toBeLessThan(
      1e-9,
    );
  });

  test("latencies and what no model was trained for stay open, with printed numbers alone", () => {
    for (const claim of ["quamba-latency", "quamba2-latency", "gla-quality", "gla-speed"]) {
      expect(ledger.verdict(claim)).toBe("open");
      expect(ledger.of(claim).every(({provenance}) => provenance === "reported")).toBe(true);
    }
  });
});

const gaps = (...ends: [number, number][]) =>
  ends.map(([low, high]) => between("above the better, perplexity", low, high));
const tails = (plain: number, rotated: number, plainDb: number, rotatedDb: number) => [
  number("kurtosis of the gated output, worst layer", plain),
  number("kurtosis in Hadamard space", rotated),
  number("signal to noise in static int8, worst layer", plainDb),
  number("signal to noise in Hadamard space", rotatedDb),
];
const lost = (low: number, high: number) => [
  between("answers lost", low, high),
  between("perplexity lost", 9, 12),
];
const kl = (low: number, high: number) => [between("less KL divergence", low, high)];
const sizes = (factor: number) =>
  (quamba2Claims.find(({id}) => id === "quamba2-size")?.reported ?? []).map((row) => ({
    ...row,
    value: (row.value ?? 0) * factor,
  }));

const points = (low: number, high: number) => [
  number("pictures named rightly", 90),
  between("points lost with 3 of 6 layers averaged", low, high),
];

testOutcomes(claims, {
  "vmeanba-alike": [
    [
      "agrees",
      [
        number("variance of the outputs between channels, least", 5),
        number("variance of the outputs between channels, most", 20),
      ],
    ],
    [
      "open",
      [
        number("variance of the outputs between channels, least", 30),
        number("variance of the outputs between channels, most", 70),
      ],
    ],
    [
      "differs",
      [
        number("variance of the outputs between channels, least", 80),
        number("variance of the outputs between channels, most", 95),
      ],
    ],
  ],
  "vmeanba-accuracy": [
    ["agrees", points(-1, 2.5)],
    ["open", points(1, 4)],
    ["differs", points(3.5, 6)],
  ],
  "vmeanba-pruned": [
    ["agrees", points(0.5, 2.9)],
    ["differs", points(10, 20)],
  ],
  "vmeanba-speed": [
    ["open", [number("bound by operations", 1.4)]],
    ["differs", [number("bound by operations", 1.05)]],
  ],
  "quamba-static": [
    ["agrees", gaps([0.01, 0.1], [0.5, 0.9])],
    ["same direction", gaps([-0.01, 0.1], [0.5, 0.9])],
    ["open", gaps([-0.1, 0.05], [0.5, 0.9])],
    ["differs", gaps([0.01, 0.1], [-0.9, -0.5])],
  ],
  "quamba-order": [
    ["agrees", gaps([0.01, 0.1], [0.1, 0.2], [0.5, 0.9])],
    ["differs", gaps([0.01, 0.1], [-0.2, -0.1], [0.5, 0.9])],
  ],
  "quamba-tails": [
    ["same direction", tails(20, 3, 20, 30)],
    ["differs", tails(5, 2, 20, 30)],
    ["differs", tails(20, 12, 20, 30)],
    ["differs", tails(20, 3, 30, 29)],
  ],
  "quamba-accuracy": [
    ["agrees", lost(0.5, 1.5)],
    ["same direction", lost(0.2, 0.8)],
    ["open", lost(-0.5, 1.5)],
    ["differs", lost(1, 3)],
  ],
  "quamba2-accuracy": [
    ["agrees", lost(0.5, 2.5)],
    ["same direction", lost(0.2, 1.1)],
    // Saturated answers: perplexity rises by a tenth, and no answer shows it.
    ["open", lost(-1.14, 1.14)],
    ["differs", lost(2, 3)],
  ],
  "quamba2-over-quamba": [
    ["agrees", kl(70, 90)],
    ["same direction", kl(10, 30)],
    ["open", kl(-10, 30)],
    ["differs", kl(-30, -10)],
  ],
  "quamba2-w4a16": [
    ["same direction", kl(1, 3)],
    ["open", kl(-1, 3)],
    ["differs", kl(-3, -1)],
  ],
  "quamba2-rearrangement": [
    ["agrees", [number("largest mean KL divergence of a document", 1e-12)]],
    ["differs", [number("largest mean KL divergence of a document", 1e-6)]],
  ],
  "quamba2-size": [
    ["agrees", sizes(1.04)],
    ["differs", sizes(1.06)],
  ],
});
