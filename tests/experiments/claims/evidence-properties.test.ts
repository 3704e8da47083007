import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  type Answers,
  answersChange,
  gapOf,
  gapPercent,
  intervalsOf,
  perplexityOf,
  rightPercent,
  spread,
  valuesOf,
} from "../../../src/lib/experiments/claims/evidence.js";
import {
  lossEvidence as cacheLoss,
  type Found,
  FULL,
  having,
  layersOf,
  lostBy,
  plainBytes,
  timesSmaller,
} from "../../../src/lib/experiments/claims/kv-caches/evidence.js";
import {
  ANSWERS_LOST,
  copies,
  limitVerdict,
  losslessVerdict,
  lossVerdict,
  PERPLEXITY_LOST,
  reductionVerdict,
  within,
} from "../../../src/lib/experiments/claims/rules.js";
import {
  klReduction,
  latency,
  lossEvidence,
} from "../../../src/lib/experiments/claims/state-space/measures.js";
import {at, number} from "./outcomes.js";

const losses = (nll: readonly number[]) => ({nll: Float64Array.from(nll)});
const nats = fc.double({min: 0.5, max: 4, noNaN: true});
const texts = fc
  .integer({min: 2, max: 20})
  .chain((n) =>
    fc.tuple(fc.array(nats, {minLength: n, maxLength: n}), fc.array(nats, {minLength: n, maxLength: n})),
  );
const trials = fc.integer({min: 1, max: 16}).chain((n) =>
  fc.array(fc.array(fc.tuple(fc.boolean(), fc.boolean()), {minLength: 1, maxLength: 6}), {
    minLength: n,
    maxLength: n,
  }),
);
const sides = (pairs: readonly (readonly (readonly [boolean, boolean])[])[]): [Answers, Answers] => [
  {right: pairs.map((text) => text.map(([own]) => own))},
  {right: pairs.map((text) => text.map(([, other]) => other))},
];

describe("a gap of perplexities", () => {
  test("turns its sign and its ends with its two sides, and is in per cent of the second", () => {
    fc.assert(
      fc.property(texts, ([a, b]) => {
        const [there, back] = [gapOf(losses(a), losses(b)), gapOf(losses(b), losses(a))];
        expect(there.value).toBeCloseTo(-back.value, 9);
        expect(there.documents).toBe(a.length);
        const percent = gapPercent(losses(a), losses(b));
        expect(percent.value).toBeCloseTo(100 * (perplexityOf(losses(a)) / perplexityOf(losses(b)) - 1), 6);
        if (a.length < 6) {
          expect([there.low, there.high, percent.low]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
        } else {
          expect(there.low).toBeCloseTo(-back.high, 9);
          expect(there.low).toBeLessThanOrEqual(there.value);
          expect(there.high).toBeGreaterThanOrEqual(there.value);
        }
      }),
      {seed: 81},
    );
  });

  test("is nothing, without a width, between a reading and itself", () => {
    fc.assert(
      fc.property(fc.array(nats, {minLength: 6, maxLength: 12}), (nll) => {
        const {value, low, high} = gapOf(losses(nll), losses(nll));
        for (const each of [value, low, high]) expect(each).toBeCloseTo(0, 12);
      }),
      {seed: 82},
    );
  });

  test("does not depend on the order of the texts, as long as both sides keep it", () => {
    fc.assert(
      fc.property(texts, ([a, b]) => {
        const [one, other] = [
          gapOf(losses(a), losses(b)),
          gapOf(losses(a.toReversed()), losses(b.toReversed())),
        ];
        expect(one.value).toBeCloseTo(other.value, 9);
        if (a.length >= 6) expect(one.high).toBeCloseTo(other.high, 9);
      }),
      {seed: 83},
    );
  });

  test("is refused where the two read different numbers of texts", () => {
    const message = "perplexityGap: both models must be measured on the same documents, at least 2, got ";
    expect(() => gapOf(losses([1, 2, 3]), losses([1, 2]))).toThrow(`${message}3 and 2`);
    expect(() => gapPercent(losses([1, 2]), losses([1, 2, 3]))).toThrow(`${message}2 and 3`);
    expect(() => gapOf(losses([1]), losses([1]))).toThrow(`${message}1 and 1`);
    const scores = (n: number) => ({
      nll: Float64Array.from({length: n}, () => 1),
      kl: Float64Array.from({length: n}, () => 1),
      right: Array.from({length: n}, () => [true]),
    });
    expect(() => klReduction(scores(6), scores(7))).toThrow(
      "meanReduction: both models must be measured on the same documents, at least 2, got 6 and 7",
    );
  });
});

describe("a change of answers", () => {
  test("is what was won less what was lost of a hundred, whatever the texts", () => {
    fc.assert(
      fc.property(trials, (pairs) => {
        const [own, baseline] = sides(pairs);
        const change = answersChange(own, baseline);
        expect(change.value).toBeCloseTo(rightPercent(own) - rightPercent(baseline), 9);
        expect(change.documents).toBe(pairs.length);
        if (pairs.length < 6) expect(change.low).toBeNaN();
        else {
          expect(change.low).toBeLessThan(change.high);
          expect(change.low).toBeGreaterThanOrEqual(-100);
          expect(change.high).toBeLessThanOrEqual(100);
        }
      }),
      {seed: 84},
    );
  });

  test("is refused where the two hold other numbers of texts, or of answers in a text", () => {
    const of = (...sizes: number[]): Answers => ({
      right: sizes.map((size) => Array.from({length: size}, () => true)),
    });
    const message = "answersChange: both must hold the same answers, got";
    expect(() => answersChange(of(2, 2, 2), of(2, 2))).toThrow(`${message} 6 of 3 texts and 4 of 2 texts`);
    expect(() => answersChange(of(2, 2), of(2, 2, 2))).toThrow(RangeError);
    expect(() => answersChange(of(3, 1), of(2, 2))).toThrow(`${message} 4 of 2 texts and 4 of 2 texts`);
    expect(answersChange(of(3, 1), of(3, 1)).value).toBe(0);
  });

  test("turns its sign and its ends with its two sides", () => {
    fc.assert(
      fc.property(trials, (pairs) => {
        const [own, baseline] = sides(pairs);
        const [there, back] = [answersChange(own, baseline), answersChange(baseline, own)];
        expect(there.value).toBeCloseTo(-back.value, 9);
        if (pairs.length >= 6) expect(there.low).toBeCloseTo(-back.high, 9);
      }),
      {seed: 85},
    );
  });

  test("does not count texts that ask nothing", () => {
    fc.assert(
      fc.property(trials, fc.integer({min: 1, max: 5}), (pairs, empty) => {
        const [own, baseline] = sides(pairs);
        const padded = ({right}: Answers): Answers => ({right: [...Array(empty).fill([]), ...right]});
        expect(answersChange(padded(own), padded(baseline))).toEqual(answersChange(own, baseline));
        expect(rightPercent(padded(own))).toBe(rightPercent(own));
      }),
      {seed: 86},
    );
  });
});

describe("losses as a ledger shows them", () => {
  const reading = (loss: number, rightOf4: number, n = 8) => ({
    nll: Float64Array.from({length: n}, (_, i) => 2 + loss + 0.01 * (i % 3)),
    kl: Float64Array.from({length: n}, () => loss),
    right: Array.from({length: n}, () => [0, 1, 2, 3].map((i) => i < rightOf4)),
  });
  const found: Found = {
    model: "decoder-small",
    scores: {[FULL]: reading(0, 4), x: reading(Math.log(1.2), 3), y: reading(0, 4)},
  };

  test("stand under the names by which rules look for them, in per cent and in points", () => {
    const evidence = cacheLoss(found, "x");
    expect(evidence.map(({quantity, unit}) => [quantity, unit])).toEqual([
      [lostBy("x").perplexity, "%"],
      [lostBy("x").answers, "percentage points"],
    ]);
    expect(valuesOf(evidence, lostBy("x").perplexity)[0]).toBeCloseTo(20, 9);
    expect(valuesOf(evidence, lostBy("x").answers)[0]).toBeCloseTo(-25, 9);
    expect(evidence.every(({subject}) => subject === "decoder-small")).toBe(true);
    expect(losslessVerdict(evidence, lostBy("x").perplexity, lostBy("x").answers)).toBe("differs");
  });

  test("take another baseline where one is named", () => {
    const [perplexity, answers] = cacheLoss(found, "x", "x");
    expect([perplexity.value, answers.value]).toEqual([0, 0]);
  });

  test("are those of models that have the reading", () => {
    const other: Found = {model: "decoder-large", scores: {[FULL]: reading(0, 4)}};
    expect(having([found, other], "x")).toEqual([found]);
    expect(having([found, other], FULL)).toEqual([found, other]);
    expect(having([], "x")).toEqual([]);
  });

  test("of state-space models have answers lost above zero, where caches have a change below it", () => {
    const [lost] = lossEvidence("a model", reading(0, 3), reading(0, 4));
    const [, change] = cacheLoss(found, "x");
    expect(lost.value).toBeCloseTo(25, 9);
    expect(change.value).toBeCloseTo(-lost.value!, 9);
  });

  test("of a latency are printed alone, and left open", () => {
    const claim = latency({id: "a", paper: "p", place: "here", statement: "Fast."}, [
      ["a machine", "time", 3, "ms"],
    ]);
    expect(claim.kind).toBe("open");
    expect(claim.ours(undefined)).toEqual([]);
    expect(claim.reported).toEqual([
      {subject: "a machine", quantity: "time", value: 3, unit: "ms", provenance: "reported"},
    ]);
    expect(claim.judge(claim.reported, [])).toBe("open");
  });
});

test("a size that is half the plain one is two times smaller, in any shape", () => {
  fc.assert(
    fc.property(fc.integer({min: 1, max: 80}), fc.integer({min: 1, max: 64}), (layers, heads) => {
      const sizes = layersOf(layers, 128 * heads);
      expect(plainBytes(sizes)).toBe(layers * 2 * 128 * heads * 65_536 * 2);
      expect(timesSmaller(sizes, (own) => plainBytes(own) / 2)).toBe(2);
    }),
    {seed: 87},
  );
});

describe("rules on numbers", () => {
  const quantity = fc.double({min: -100, max: 100, noNaN: true});

  test("of copies agree with themselves, and never beyond the tolerance", () => {
    fc.assert(
      fc.property(fc.array(quantity, {minLength: 1, maxLength: 6}), fc.nat(5), (values, at) => {
        const printed = values.map((value) => number("a", value));
        expect(copies(0.01)(printed, printed)).toBe("agrees");
        const spoilt = values.map((value, i) => number("a", i === at % values.length ? value + 0.02 : value));
        expect(copies(0.01)(printed, spoilt)).toBe("differs");
        expect(copies(0.01)(printed, printed.slice(1))).toBe("differs");
      }),
      {seed: 88},
    );
  });

  test("of a bound never agree: what was not run is open, or impossible", () => {
    fc.assert(
      fc.property(quantity, quantity, (printed, bound) => {
        const verdict = within("speed", "bound")([number("speed", printed)], [number("bound", bound)]);
        expect(verdict).toBe(printed > bound ? "differs" : "open");
      }),
      {seed: 89},
    );
  });

  test("of a limit fall with the largest share", () => {
    const worth = {agrees: 2, "same direction": 1, differs: 0, open: -1};
    fc.assert(
      fc.property(
        fc.array(fc.double({min: 0, max: 3, noNaN: true}), {minLength: 1, maxLength: 5}),
        (shares) => {
          const verdict = limitVerdict(shares, 1.2);
          const more = limitVerdict([...shares, Math.max(...shares) + 0.1], 1.2);
          expect(worth[more]).toBeLessThanOrEqual(worth[verdict]);
        },
      ),
      {seed: 90},
    );
  });

  test("of a printed loss have a verdict of their own on each side of its ends", () => {
    expect(lossVerdict(at(0.1, 1), 1)).toBe("agrees");
    expect(lossVerdict(at(1, 3), 1)).toBe("agrees");
    expect(lossVerdict(at(1 + 1e-9, 3), 1)).toBe("differs");
    expect(lossVerdict(at(0.1, 1 - 1e-9), 1)).toBe("same direction");
    expect(lossVerdict(at(0, 3), 1)).toBe("open");
    expect(reductionVerdict([at(34.6, 40)], 34.6)).toBe("agrees");
    expect(reductionVerdict([at(34.7, 40)], 34.6)).toBe("same direction");
  });

  test("of nearly nothing turn at the loss that they name", () => {
    const verdict = (perplexity: number, answers: number) =>
      losslessVerdict(
        [
          spread(
            "m",
            "perplexity",
            {value: perplexity, low: perplexity, high: perplexity, documents: 9},
            "%",
          ),
          spread("m", "answers", {value: -answers, low: -answers, high: -answers, documents: 9}, "points"),
        ],
        "perplexity",
        "answers",
      );
    expect(verdict(PERPLEXITY_LOST, ANSWERS_LOST)).toBe("agrees");
    expect(verdict(PERPLEXITY_LOST + 1e-9, ANSWERS_LOST)).toBe("differs");
    expect(verdict(PERPLEXITY_LOST, ANSWERS_LOST + 1e-9)).toBe("differs");
    expect(verdict(-50, -50)).toBe("agrees");
    expect(intervalsOf([], "perplexity")).toEqual([]);
  });
});
