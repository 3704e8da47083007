import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  atMostVerdict,
  bothVerdict,
  copies,
  keptVerdict,
  limitVerdict,
  losslessVerdict,
  lossVerdict,
  marginVerdict,
  notTried,
  orderVerdict,
  reductionVerdict,
  within,
} from "../../../src/lib/experiments/claims/rules.js";
import {at, between, number} from "./outcomes.js";

describe("an order", () => {
  test.each([
    ["agrees", [at(0.1, 0.3), at(0.01, 0.2)]],
    ["same direction", [at(0.1, 0.3), at(-0.1, 0.2)]],
    ["open", [at(-0.05, 0.3), at(-0.1, 0.2)]],
    ["open", [at(0.1, 0.3), at(-0.3, 0.2)]],
    ["differs", [at(0.1, 0.3), at(-0.3, -0.1)]],
  ] as const)("says %s", (verdict, gaps) => {
    expect(orderVerdict(gaps)).toBe(verdict);
  });
});

describe("a reduction", () => {
  test.each([
    ["agrees", [at(20, 40), at(30, 50)]],
    ["same direction", [at(20, 40), at(36, 50)]],
    ["open", [at(-5, 60)]],
    ["differs", [at(20, 40), at(-9, -1)]],
  ] as const)("says %s", (verdict, intervals) => {
    expect(reductionVerdict(intervals, 34.6)).toBe(verdict);
  });
});

describe("a margin", () => {
  test.each([
    ["agrees", [at(9, 20), at(8.5, 10)]],
    ["same direction", [at(9, 20), at(1, 10)]],
    ["open", [at(9, 20), at(-1, 10)]],
    ["differs", [at(9, 20), at(-3, -1)]],
  ] as const)("says %s", (verdict, intervals) => {
    expect(marginVerdict(intervals, 8)).toBe(verdict);
  });
});

describe("a limit on a loss", () => {
  test.each([
    ["agrees", [at(-1, 2), at(0, 1)]],
    ["open", [at(-1, 3), at(0, 1)]],
    ["differs", [at(2.6, 3), at(0, 1)]],
  ] as const)("says %s", (verdict, intervals) => {
    expect(atMostVerdict(intervals, 2.5)).toBe(verdict);
  });

  test.each([
    ["agrees", [at(-1.9, 2), at(0, 1)]],
    ["open", [at(-5, 3), at(0, 1)]],
    ["differs", [at(-9, -2.1), at(0, 1)]],
  ] as const)("of answers says %s", (verdict, changes) => {
    expect(keptVerdict(changes)).toBe(verdict);
  });

  test.each([
    ["agrees", [between("lost", -1, 4), between("answers", -1, 1)]],
    ["open", [between("lost", -1, 6), between("answers", -1, 1)]],
    ["open", [between("lost", -1, 4), between("answers", -3, 1)]],
    ["differs", [between("lost", 6, 7), between("answers", -1, 1)]],
    ["differs", [between("lost", -1, 4), between("answers", -9, -3)]],
  ] as const)("of perplexity and of answers says %s", (verdict, ours) => {
    expect(losslessVerdict(ours, "lost", "answers")).toBe(verdict);
  });
});

describe("a printed loss", () => {
  test.each([
    ["agrees", at(0.5, 2)],
    ["open", at(-0.5, 2)],
    ["open", at(-1.14, 1.14)],
    ["differs", at(1.5, 2)],
    ["same direction", at(0.2, 0.5)],
  ] as const)("says %s", (verdict, interval) => {
    expect(lossVerdict(interval, 1)).toBe(verdict);
  });
});

describe("numbers without intervals", () => {
  test.each([
    ["agrees", [1, 1.1]],
    ["same direction", [1, 1.25]],
    ["differs", [0.5, 1.4]],
  ] as const)("below a limit say %s", (verdict, shares) => {
    expect(limitVerdict(shares, 1.2)).toBe(verdict);
  });

  test.each([
    ["agrees", [1, 2.005]],
    ["differs", [1, 2.02]],
    ["differs", [1]],
  ] as const)("as copies say %s", (verdict, values) => {
    const printed = [number("a", 1), number("b", 2)];
    expect(
      copies(0.01)(
        printed,
        values.map((value) => number("", value)),
      ),
    ).toBe(verdict);
  });

  test.each([
    ["open", 4.5],
    ["differs", 3.5],
  ] as const)("under a bound say %s", (verdict, bound) => {
    const rule = within("speed", "bound");
    expect(rule([number("speed", 4)], [number("bound", bound), number("other", 100)])).toBe(verdict);
  });
});

describe("every rule on intervals", () => {
  const rules = {
    order: orderVerdict,
    reduction: (intervals: Parameters<typeof orderVerdict>[0]) => reductionVerdict(intervals, 30),
    margin: (intervals: Parameters<typeof orderVerdict>[0]) => marginVerdict(intervals, 8),
    limit: (intervals: Parameters<typeof orderVerdict>[0]) => atMostVerdict(intervals, 5),
    kept: keptVerdict,
  };
  const interval = fc
    .tuple(fc.double({min: -50, max: 50, noNaN: true}), fc.double({min: 0, max: 20, noNaN: true}))
    .map(([low, width]) => at(low, low + width));
  const unknown = {value: 3, low: Number.NaN, high: Number.NaN};

  test.each(Object.entries(rules))("%s leaves open what has no evidence or no known interval", (_, rule) => {
    expect(rule([])).toBe("open");
    expect(rule([unknown])).toBe("open");
  });

  test.each(Object.entries(rules))("%s never agrees once an interval is not known", (_, rule) => {
    fc.assert(
      fc.property(fc.array(interval, {maxLength: 4}), (known) => {
        expect(["open", "differs", "same direction"]).toContain(rule([...known, unknown]));
      }),
      {seed: 1},
    );
  });

  test.each(Object.entries(rules))("%s does not depend on the order of its evidence", (_, rule) => {
    fc.assert(
      fc.property(fc.array(interval, {minLength: 1, maxLength: 5}), (all) => {
        expect(rule(all.toReversed())).toBe(rule(all));
      }),
      {seed: 2},
    );
  });

  test("an effect is said only where an interval leaves out zero", () => {
    fc.assert(
      fc.property(fc.array(interval, {minLength: 1, maxLength: 4}), (all) => {
        const around = all.map(({low, high}) => at(Math.min(low, -1), Math.max(high, 1)));
        for (const rule of [rules.order, rules.reduction, rules.margin]) expect(rule(around)).toBe("open");
      }),
      {seed: 3},
    );
  });
});

test("two verdicts agree only together, and one that differs is enough", () => {
  expect(bothVerdict(["agrees", "agrees"])).toBe("agrees");
  expect(bothVerdict(["agrees", "open"])).toBe("open");
  expect(bothVerdict(["agrees", "same direction"])).toBe("open");
  expect(bothVerdict(["agrees", "differs"])).toBe("differs");
  expect(notTried([], [])).toBe("open");
});
