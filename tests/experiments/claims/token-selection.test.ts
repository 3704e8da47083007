import {describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {
  changeOf,
  type Found,
  FULL,
  HALF,
  QUARTER,
  retrieval,
  type SelectionClaim,
} from "../../../src/lib/experiments/claims/token-selection/evidence.js";
import {READINGS, readingScores} from "../../../src/lib/experiments/claims/token-selection/readings.js";
import {QUEST} from "../../../src/lib/experiments/claims/token-selection/rivals.js";
import {SELECTION_CLAIMS, tokenSelectionClaims} from "../../../src/lib/experiments/claims/token-selection.js";
import {openedDecoder, testTexts} from "../../../src/lib/experiments/shared/decoder-texts.js";
import {COREFERENCE_DECODER, predictorOf} from "../../../src/lib/experiments/shared/predictors.js";
import {keptRows} from "../../pages/kept.js";
import {between, expectKeptNumbers, expectLedger, number, rowsOf, testOutcomes} from "./outcomes.js";

const claims: readonly SelectionClaim[] = Object.values(SELECTION_CLAIMS).flat();
const MODELS = ["decoder-small", "decoder-large"];

describe("the ledger of token selection", () => {
  // Rows of this code, as they are shipped: to make them takes minutes.
  const rows = keptRows<typeof tokenSelectionClaims>("claims/token-selection");
  const ledger = rowsOf(rows);

  test("gives on few documents the numbers that are kept of a paper, counted over these", async () => {
    const paper = QUEST;
    const data = await loadData(tokenSelectionClaims.needsOf({paper}));
    const few = await tokenSelectionClaims.run({paper, documents: 2}, {data});
    expectLedger(few, SELECTION_CLAIMS[paper]);
    for (const {low, documents} of few) if (low !== null) expect(documents).toBe(6);
    expectKeptNumbers(few, SELECTION_CLAIMS[paper], rows);
  });

  test("has every claim with a verdict, a kind and numbers", () => {
    expectLedger(rows, claims);
    for (const {low, documents, subject} of rows) {
      // Two of 24 documents ask for nothing.
      if (low !== null) expect(subject === COREFERENCE_DECODER ? [96] : [22, 24]).toContain(documents);
    }
  });

  test("counts the released predictors to the printed share, and a larger share of small models", () => {
    const value = (model: string, quantity: string) => ledger.value("tokenbutler-overhead", quantity, model);
    for (const row of ledger.of("tokenbutler-overhead", "reported")) {
      expect(value(row.subject, "predictor's share, counted")).toBeCloseTo(row.value ?? Number.NaN, 2);
    }
    // 29,056 of 230,336; the card counts the embedding of the stored file twice.
    expect(value("decoder-small", "predictor's share")).toBeCloseTo((100 * 29056) / (29056 + 201280), 10);
    expect(ledger.verdict("tokenbutler-overhead")).toBe("same direction");
  });

  test.each(MODELS)("gives gaps on %s that follow from its perplexities", (model) => {
    for (const claim of ["tokenbutler-perplexity-as-run", "tokenbutler-perplexity-as-published"]) {
      const of = (name: string) => ledger.value(claim, `perplexity of ${name}, half the keys`, model);
      expect(of("oracle") / of("full model")).toBeLessThan(1.02);
      const gap = ledger.value(claim, "above TokenButler, StreamingLLM", model);
      expect(gap).toBeCloseTo(100 * (of("StreamingLLM") / of("TokenButler") - 1), 8);
    }
  });

  test("finds the rivals as the repository ran them behind, and Quest by its own rule close", () => {
    expect(ledger.verdict("tokenbutler-perplexity-as-run")).not.toBe("differs");
    for (const model of MODELS) {
      const asRun = ledger.value("tokenbutler-perplexity-as-run", "above TokenButler, Quest as run", model);
      const own = ledger.value("tokenbutler-perplexity-as-published", "above TokenButler, Quest", model);
      expect(own).toBeLessThan(asRun / 4);
    }
  });

  test("judges co-reference on the decoder that was trained for it, and not on those that fail with all keys", () => {
    const right = (quantity: string, model: string) =>
      ledger.value("tokenbutler-coreference", `tokens of names right, ${quantity}`, model);
    for (const model of MODELS) expect(right("full model", model)).toBeLessThan(50);
    expect(right("full model", COREFERENCE_DECODER)).toBeGreaterThan(95);
    for (const share of [HALF, QUARTER]) {
      expect(right(`oracle, ${share}`, COREFERENCE_DECODER)).toBeGreaterThan(95);
      // They must choose before the phrase comes again.
      for (const rival of ["H2O", "StreamingLLM"]) {
        expect(right(`${rival}, ${share}`, COREFERENCE_DECODER)).toBeLessThan(20);
      }
      const change = ledger
        .of("tokenbutler-coreference")
        .find(({quantity}) => quantity === `change of tokens right, TokenButler from the oracle, ${share}`)!;
      expect(change).toMatchObject({subject: COREFERENCE_DECODER, documents: 96});
      expect(change.value).toBeCloseTo(
        right(`TokenButler, ${share}`, COREFERENCE_DECODER) - right(`oracle, ${share}`, COREFERENCE_DECODER),
        9,
      );
    }
    expect(ledger.verdict("tokenbutler-coreference")).not.toBe("differs");
  });

  test("finds that policies which must choose before a fact is asked for lose it", () => {
    expect(ledger.verdict("h2o-loss")).toBe("differs");
    const change = ledger.value("h2o-loss", changeOf("a fifth of the keys"), "decoder-large");
    const [full, kept] = ["full model", "a fifth of the keys"].map((of) =>
      ledger.value("h2o-loss", `answers right, ${of}`, "decoder-large"),
    );
    expect(change).toBeCloseTo(kept - full, 10);
  });

  test.each(MODELS)(
    "shows SnapKV with the question inside its window and after it, inside the better, on %s",
    (model) => {
      const right = (where: string) =>
        ledger.value("snapkv-loss", `answers right, 1/8 of the prompt's keys, ${where}`, model);
      const [inside, outside] = [right("question inside the window"), right("questions after the window")];
      expect(inside).toBeGreaterThan(outside);
    },
  );
});

describe("readings", () => {
  test("are all known, and read by some claim", () => {
    const named = new Set(claims.flatMap(({reads}) => reads));
    expect([...named].sort()).toEqual(Object.keys(READINGS).sort());
  });

  test("that keep everything are the same in masks, in a cache and asked one question at a time", async () => {
    const data = await loadData(tokenSelectionClaims.needs);
    const model = await openedDecoder("decoder-small", data);
    const predictor = predictorOf("decoder-small", data);
    const texts = testTexts(model.config, {documents: 1});
    const all = {policy: "snapkv", keepFraction: 1, predictor} as const;
    const masked = await readingScores(model, texts, {...READINGS[FULL], predictor});
    const cached = await readingScores(model, texts, {...all, inCache: true});
    expect(cached.right).toEqual(masked.right);
    for (const [i, nll] of masked.nll.entries()) expect(cached.nll[i]).toBeCloseTo(nll, 4);
    expect(masked.fewerRead).toBeCloseTo(1, 9);

    const asked = await readingScores(model, texts, {...READINGS["questions, full model"], predictor});
    const inCache = await readingScores(model, texts, {...all, inCache: true, texts: "questions"});
    expect(inCache.right).toEqual(asked.right);
    for (const right of asked.right) {
      expect(right.length).toBeGreaterThan(0);
      expect(right.length).toBeLessThanOrEqual(3);
    }
  });

  test("leave out a document that asks nothing", async () => {
    const data = await loadData(tokenSelectionClaims.needs);
    const model = await openedDecoder("decoder-small", data);
    const predictor = predictorOf("decoder-small", data);
    const [first, second] = testTexts(model.config, {documents: 1});
    const texts = [first, {...second, answers: []}];
    const asked = await readingScores(model, texts, {...READINGS["questions, full model"], predictor});
    expect(asked.nll).toHaveLength(1);
    expect(asked.right).toHaveLength(1);
  });

  test("of names count four tokens of a sample that the document does not hold", async () => {
    const data = await loadData(tokenSelectionClaims.needs);
    const model = await openedDecoder("decoder-small", data);
    const predictor = predictorOf("decoder-small", data);
    const texts = testTexts(model.config, {documents: 1});
    const names = await readingScores(model, texts, {...READINGS["names, full model"], predictor});
    expect(names.right.map(({length}) => length)).toEqual([4, 4, 4]);
  });
});

test("retrieval sets answers beside what perplexity loses", () => {
  const reading = (loss: number, rightOf4: number) => ({
    nll: Float64Array.from({length: 8}, (_, i) => 2 + loss + 0.01 * (i % 3)),
    right: Array.from({length: 8}, () => [0, 1, 2, 3].map((i) => i < rightOf4)),
    fewerRead: 2,
    fewerKept: 1,
  });
  const found = {
    model: "a",
    scores: {[FULL]: reading(0, 4), x: reading(Math.log(1.2), 3)},
  } as unknown as Found;
  const [full, kept, change, perplexity] = retrieval(found, "x", "half");
  expect([full.value, kept.value]).toEqual([100, 75]);
  expect(change).toMatchObject({quantity: changeOf("half"), value: -25, documents: 8});
  expect(perplexity.value).toBeCloseTo(20, 9);
});

const shares = (...values: number[]) => values.map((value) => number("predictor's share, counted", value));
const above = (...ends: [number, number][]) =>
  ends.map(([low, high]) => between("above TokenButler, a rival", low, high));
const change = (kept: string) =>
  [
    ["agrees", [between(changeOf(kept), -1.5, 1)]],
    ["open", [between(changeOf(kept), -5, 1)]],
    ["differs", [between(changeOf(kept), -20, -10)]],
  ] as const;
const margins = [
  ["agrees", above([9, 20], [8.5, 12])],
  ["same direction", above([9, 20], [1, 12])],
  ["open", above([9, 20], [-1, 12])],
  ["differs", above([9, 20], [-3, -1])],
] as const;
const names = (solved: number, low: number, high: number) => [
  number("tokens of names right, full model", solved),
  between(`change of tokens right, TokenButler from the oracle, ${HALF}`, low, high),
  // Shown beside it, without a say: a smaller share, and another model that fails with all keys.
  between(`change of tokens right, TokenButler from the oracle, ${QUARTER}`, -60, -50),
  number("tokens of names right, full model", 5, "another"),
  between(`change of tokens right, TokenButler from the oracle, ${HALF}`, -60, -50, "another"),
];
const inside = "1/8 of the prompt's keys, question inside the window";
const outside = between(changeOf("1/8 of the prompt's keys, questions after the window"), -70, -60);
const sinks = (low: number, high: number) => [
  between("above a window with the first keys, recent keys alone", low, high),
];

testOutcomes(claims, {
  "tokenbutler-overhead": [
    ["agrees", shares(0.99, 1.1)],
    ["same direction", shares(0.99, 1.22)],
    ["differs", shares(0.99, 1.4)],
  ],
  "tokenbutler-perplexity-as-run": margins,
  "tokenbutler-perplexity-as-published": margins,
  "tokenbutler-near-oracle": [
    ["agrees", [between("TokenButler above the oracle", 0.1, 1.2)]],
    ["open", [between("TokenButler above the oracle", 0.1, 4)]],
    ["differs", [between("TokenButler above the oracle", 3, 4)]],
  ],
  "tokenbutler-coreference": [
    ["agrees", names(90, -1, 1)],
    ["differs", names(90, -20, -10)],
    ["open", names(90, -5, 1)],
    // A decoder that does not solve the task shows nothing, whatever is kept.
    ["open", names(5, -1, 1)],
  ],
  "quest-loss": change("1/8 of the keys"),
  "h2o-loss": change("a fifth of the keys"),
  // What comes after the window is shown and has no say.
  "snapkv-loss": change(inside).map(([verdict, ours]) => [verdict, [...ours, outside]] as const),
  "streamingllm-sinks": [
    ["agrees", sinks(120, 900)],
    ["same direction", sinks(20, 90)],
    ["open", sinks(-1, 2)],
    ["differs", sinks(-3, -1)],
  ],
});
