import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {DECODING_CLAIMS, decodingClaims} from "../../../src/lib/experiments/claims/decoding.js";
import {between, expectLedger, number, rowsOf, testOutcomes} from "./outcomes.js";

type Rows = Awaited<ReturnType<typeof decodingClaims.run>>;

const texts = (same: number, all: number) => [
  number("texts that are the same", same),
  number("texts compared", all),
];
const speed = (value: number) => [{...number("times as fast", value), unit: "x"}];

const gains = (least: readonly [number, number], some: readonly [number, number]) => [
  between("least requests, more problems solved", ...least),
  between("some requests, more problems solved", ...some),
];

describe("the ledger of decoding", () => {
  let rows: Rows;
  let ledger: ReturnType<typeof rowsOf<Rows[number]>>;
  beforeAll(async () => {
    const data = await loadData(decodingClaims.needs);
    rows = await decodingClaims.run({documents: 2, tokens: 4, problems: 12}, {data});
    ledger = rowsOf(rows);
  }, 60_000);

  test("has every claim with a verdict, a kind and numbers", () => {
    expectLedger(rows, DECODING_CLAIMS);
  });

  test("finds every text the same, and the printed speeds within a tenth of the model of time", () => {
    for (const claim of [
      "subspec-lossless",
      "speculative-lossless",
      "token-recycling-lossless",
      "easyspec-lossless",
      "medusa-lossless",
      "ppd-lossless",
    ])
      expect(ledger.verdict(claim)).toBe("agrees");
    expect(ledger.verdict("subspec-speed")).toBe("agrees");
    expect(ledger.verdict("split-reason-speed")).toBe("agrees");
    expect(ledger.verdict("easyspec-draft-speed")).toBe("agrees");
  });

  test("does not take tokens of a pass for speed", () => {
    expect(["open", "same direction"]).toContain(ledger.verdict("token-recycling-speed"));
  });
});

testOutcomes(DECODING_CLAIMS, {
  "subspec-speed": [
    ["agrees", speed(9)],
    ["same direction", speed(4)],
    ["differs", speed(0.9)],
    ["open", []],
  ],
  "subspec-speed-32b": [
    ["agrees", speed(12)],
    ["same direction", speed(6)],
  ],
  "subspec-lossless": [
    ["agrees", texts(201, 201)],
    ["differs", texts(200, 201)],
    ["open", texts(0, 0)],
  ],
  "speculative-lossless": [
    ["agrees", texts(9, 9)],
    ["differs", texts(8, 9)],
  ],
  "token-recycling-lossless": [
    ["agrees", texts(9, 9)],
    ["differs", texts(8, 9)],
  ],
  "token-recycling-speed": [
    ["same direction", [between("tokens for each pass", 1.8, 2.2)]],
    ["open", [between("tokens for each pass", 0.9, 1.2)]],
    ["differs", [between("tokens for each pass", 0.5, 0.8)]],
  ],
  "easyspec-lossless": [
    ["agrees", texts(9, 9)],
    ["differs", texts(8, 9)],
  ],
  "easyspec-accuracy": [
    ["agrees", [between("share of kept drafts lost", 1, 6)]],
    ["differs", [between("share of kept drafts lost", 8, 12)]],
    ["open", [between("share of kept drafts lost", 3, 9)]],
  ],
  "easyspec-draft-speed": [
    ["agrees", speed(1.6)],
    ["same direction", speed(1.2)],
    ["differs", speed(0.9)],
  ],
  "medusa-lossless": [
    ["agrees", texts(9, 9)],
    ["differs", texts(8, 9)],
  ],
  "medusa-speed": [
    ["same direction", [between("tokens for each pass", 1.8, 2.2)]],
    ["open", [between("tokens for each pass", 0.9, 1.2)]],
    ["differs", [between("tokens for each pass", 0.5, 0.8)]],
  ],
  "medusa-typical": [
    ["agrees", [between("tokens for each pass above", 0.1, 0.3)]],
    ["differs", [between("tokens for each pass above", -0.3, -0.1)]],
    ["open", [between("tokens for each pass above", -0.1, 0.3)]],
  ],
  "ppd-lossless": [
    ["agrees", texts(9, 9)],
    ["differs", texts(8, 9)],
  ],
  "ppd-speed": [
    ["same direction", [between("tokens for each pass", 1.8, 2.2)]],
    ["open", [between("tokens for each pass", 0.9, 1.2)]],
    ["differs", [between("tokens for each pass", 0.5, 0.8)]],
  ],
  "ppd-parameters": [
    ["agrees", [number("trained parameters", 0.00018)]],
    ["differs", [number("trained parameters", 0.0003)]],
  ],
  "hamburger-cache": [
    ["same direction", [between("tokens of an entry, written", 2.3, 2.5)]],
    ["open", [between("tokens of an entry, written", 0.9, 1.5)]],
    ["differs", [between("tokens of an entry, written", 0.9, 1)]],
  ],
  "hamburger-speed": [
    ["same direction", [number("times as fast", 1.4), between("perplexity lost", -2, 4)]],
    ["differs", [number("times as fast", 1.4), between("perplexity lost", 9, 14)]],
    ["differs", [number("times as fast", 0.9), between("perplexity lost", -2, 4)]],
    ["open", [number("times as fast", 1.4), between("perplexity lost", 2, 14)]],
  ],
  "xgrammar-context-dependent": [
    ["agrees", [number("mean of the vocabulary is checked", 0.3)]],
    ["same direction", [number("mean of the vocabulary is checked", 1.05)]],
    ["differs", [number("mean of the vocabulary is checked", 3)]],
  ],
  "xgrammar-speed": [
    ["same direction", [number("times fewer tokens checked", 300)]],
    ["differs", [number("times fewer tokens checked", 0.9)]],
    ["open", []],
  ],
  "skip-decode-loss": [
    ["agrees", [between("perplexity lost with SkipDecode", 0.1, 3)]],
    ["differs", [between("perplexity lost with SkipDecode", 40, 90)]],
    ["open", [between("perplexity lost with SkipDecode", 2, 12)]],
  ],
  "unified-skip-order": [
    ["agrees", [between("above unified skipping", 2, 9)]],
    ["differs", [between("above unified skipping", -9, -2)]],
    ["open", [between("above unified skipping", -1, 2)]],
  ],
  "split-reason-accuracy": [
    ["agrees", gains([20, 30], [25, 33])],
    ["same direction", gains([1, 4], [3, 9])],
    ["differs", gains([-5, -1], [3, 9])],
    ["open", gains([-2, 3], [3, 9])],
  ],
  "split-reason-over-random": [
    ["agrees", [between("above random steps", 1, 4)]],
    ["differs", [between("above random steps", -4, -1)]],
    ["open", [between("above random steps", -2, 3)]],
  ],
  "split-reason-speed": [
    ["agrees", speed(8.6)],
    ["same direction", speed(3)],
    ["differs", speed(1)],
  ],
});
