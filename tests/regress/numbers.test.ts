import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {ieee} from "../../src/lib/regress/numbers/ieee.js";
import {normalized} from "../../src/lib/regress/numbers/normalized.js";
import {p10} from "../../src/lib/regress/numbers/p10.js";
import {NUMBER_SCHEMES, numberTokenizer} from "../../src/lib/regress/numbers/registry.js";
import {numberVocabulary} from "../../src/lib/regress/numbers/vocabulary.js";
import {PAD, withPad, withSpecialValues} from "../../src/lib/regress/numbers/wrappers.js";

const size = fc.double({min: 1e-6, max: 1e6, noNaN: true});
const signed = fc.tuple(size, fc.boolean()).map(([value, isNegative]) => (isNegative ? -value : value));

describe("P10", () => {
  test("is the nearest number of as many digits", () => {
    fc.assert(
      fc.property(signed, fc.integer({min: 1, max: 6}), (value, digits) => {
        const tokenizer = p10(digits, 20);
        const back = tokenizer.decode(tokenizer.encode(value)) as number;
        expect(Math.abs(back - value)).toBeLessThanOrEqual(0.5000001 * Math.abs(value) * 10 ** (1 - digits));
      }),
      {seed: 1},
    );
  });

  test("rounds exact ties to the even digit, carries, and keeps to its range", () => {
    const text = (value: number) => p10(4, 10).encode(value).join("");
    expect(text(12_345)).toBe("<+><1><2><3><4><E1>");
    expect(text(12_355)).toBe("<+><1><2><3><6><E1>");
    expect(text(99_999)).toBe("<+><1><0><0><0><E2>");
    expect(text(1e300)).toBe("<+><9><9><9><9><E10>");
    expect(text(-1e-300)).toBe("<-><0><0><0><0><E0>");
    expect(text(-0)).toBe("<+><0><0><0><0><E0>");
  });
});

describe("the IEEE-like scheme", () => {
  test("truncates: what comes back is no larger and less than one step smaller", () => {
    fc.assert(
      fc.property(signed, fc.constantFrom(2, 3, 10), (value, base) => {
        const tokenizer = ieee(base, base === 2 ? 3 : 2, 6);
        const back = Math.abs(tokenizer.decode(tokenizer.encode(value)) as number);
        const reach = base ** (base ** (base === 2 ? 3 : 2) - 1);
        if (Math.abs(value) > reach || Math.abs(value) < 1 / reach) return;
        expect(back).toBeLessThanOrEqual(Math.abs(value) * (1 + 1e-9));
        expect(back).toBeGreaterThan(Math.abs(value) * (1 - base ** -5) * (1 - 1e-9));
      }),
      {seed: 2},
    );
  });

  test("is right beside powers of ten", () => {
    const tokenizer = ieee(10, 2, 4);
    for (let e = -8; e <= 8; e++)
      for (const value of [10 ** e * (1 - 2 ** -52), 10 ** e, 10 ** e * (1 + 2 ** -51)])
        expect((tokenizer.decode(tokenizer.encode(value)) as number) / value).toBeCloseTo(1, 2);
  });
});

test("the normalized scheme takes shares only", () => {
  const tokenizer = normalized(10, 3);
  expect(tokenizer.encode(0.725)).toEqual(["<7>", "<2>", "<5>"]);
  expect(tokenizer.encode(1)).toEqual(["<9>", "<9>", "<9>"]);
  expect(() => tokenizer.encode(1.5)).toThrow("normalized: target must be from 0 to 1, got 1.5");
});

test("a number that is none has tokens with special values only", () => {
  for (const target of [null, Number.NaN])
    expect(() => p10().encode(target)).toThrow("p10: target must be a number");
  const tokenizer = withSpecialValues(p10());
  for (const target of [null, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    expect(tokenizer.decode(tokenizer.encode(target))).toBe(target);
});

describe.each(NUMBER_SCHEMES.map(({id}) => id))("%s", (id) => {
  const wrapped = [numberTokenizer(id), withSpecialValues(numberTokenizer(id)), withPad(numberTokenizer(id))];

  test("writes nothing that is not legal, and everything legal can be read", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...wrapped),
        fc.double({min: 0, max: 1, noNaN: true}),
        (tokenizer, value) => {
          const tokens = tokenizer.encode(value);
          expect(tokens).toHaveLength(tokenizer.length);
          for (const [at, token] of tokens.entries())
            expect(tokenizer.legal(tokens.slice(0, at))).toContain(token);
        },
      ),
      {seed: 3},
    );
  });

  test("has a vocabulary with one id a token, and masks by it", () => {
    for (const tokenizer of wrapped) {
      const vocabulary = numberVocabulary(tokenizer);
      expect(vocabulary.tokens[0]).toBe(PAD);
      expect(new Set(vocabulary.tokens).size).toBe(vocabulary.tokens.length);
      const ids = vocabulary.encode([0.25, 0.5]);
      expect(vocabulary.decode(ids)).toEqual([0.25, 0.5].map((y) => tokenizer.decode(tokenizer.encode(y))));
      for (const [at, token] of ids.entries()) expect(vocabulary.legal(ids.slice(0, at), 2)[token]).toBe(1);
      expect(Array.from(vocabulary.legal(ids, 2)).indexOf(1)).toBe(0);
    }
  });
});

test("there is no other scheme", () => {
  expect(() => numberTokenizer("words")).toThrow(
    "numberTokenizer: id must be one of p10, ieee, normalized, got words",
  );
  expect(() => ieee(16)).toThrow("ieee: base must be an integer from 2 to 10, got 16");
});
