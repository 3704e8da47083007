import fc from "fast-check";
import {expect, test} from "vitest";
import {makePlan, type Part} from "../../src/lib/plan/make-plan.js";

const option = (id: string, bytes: number, damage: number) => ({id, bytes, damage});
const partsArbitrary: fc.Arbitrary<Part[]> = fc.array(
  fc
    .array(fc.tuple(fc.integer({min: 1, max: 40}), fc.nat({max: 60})), {minLength: 1, maxLength: 4})
    .map((options) => ({
      names: ["a tensor"],
      options: options.map(([bytes, damage], i) => option(`f${i}`, bytes, damage)),
    })),
  {minLength: 1, maxLength: 5},
);

/** Every way to take an option of each part, as bytes and damage. */
const allPlans = (parts: readonly Part[]): (readonly [bytes: number, damage: number])[] =>
  parts.reduce<(readonly [number, number])[]>(
    (plans, {options}) =>
      plans.flatMap(([b, d]) => options.map(({bytes, damage}) => [b + bytes, d + damage] as const)),
    [[0, 0]],
  );

test("a plan has the least damage of all that fit, and the fewest bytes of all that keep to a damage", () => {
  fc.assert(
    fc.property(partsArbitrary, fc.nat({max: 150}), fc.nat({max: 20}), (parts, memory, fixedBytes) => {
      const fitting = allPlans(parts).filter(([bytes]) => bytes + fixedBytes <= memory);
      if (fitting.length === 0) {
        expect(() => makePlan({parts, fixedBytes, memory})).toThrow("memory must be at least");
        return;
      }
      const least = Math.min(...fitting.map(([, damage]) => damage));
      const made = makePlan({parts, fixedBytes, memory});
      expect(made).toMatchObject({damage: least, aim: "damage", gap: 0, bound: least});
      expect(made.bytes).toBeLessThanOrEqual(memory);
      const small = makePlan({parts, fixedBytes, memory, mostDamage: least});
      const fewest = Math.min(...fitting.filter(([, damage]) => damage === least).map(([bytes]) => bytes));
      expect(small).toMatchObject({
        bytes: fewest + fixedBytes,
        aim: "bytes",
        gap: 0,
        bound: fewest + fixedBytes,
      });
    }),
    {seed: 3, numRuns: 300},
  );
});

test("more memory never does more damage, and more damage allowed never takes more memory", () => {
  fc.assert(
    fc.property(partsArbitrary, (parts) => {
      const least = Math.min(...allPlans(parts).map(([bytes]) => bytes));
      const made = [0, 5, 20, 60].map((more) => makePlan({parts, fixedBytes: 0, memory: least + more}));
      for (const [i, {damage}] of made.slice(1).entries()) expect(damage).toBeLessThanOrEqual(made[i].damage);
      const small = [0, 5, 20, 60].map((more) =>
        makePlan({parts, fixedBytes: 0, memory: Number.POSITIVE_INFINITY, mostDamage: made[3].damage + more}),
      );
      for (const [i, {bytes}] of small.slice(1).entries()) expect(bytes).toBeLessThanOrEqual(small[i].bytes);
    }),
    {seed: 4, numRuns: 200},
  );
});

const PARTS: readonly Part[] = [
  {names: ["a"], options: [option("keep", 4e9, 0), option("q4_K", 1.125e9, 0.01)]},
  {names: ["b"], options: [option("keep", 2e9, 0), option("q4_K", 0.5625e9, 0.02)]},
  {names: ["cache"], options: [option("fp16", 1e9, 0), option("int4", 0.3e9, 0.005)]},
];

test("a memory that is too small is refused with the smallest that fits, and what it takes", () => {
  expect(() => makePlan({parts: PARTS, fixedBytes: 1e8, memory: 2e9})).toThrow(
    "makePlan: memory must be at least 2.088 GB, got 2 GB. The smallest that these options give is 2 parts in q4_K, 1 part in int4, beside 100 MB that no option changes.",
  );
});

test("a damage that no plan within the memory keeps to is refused with the least that fits", () => {
  expect(() => makePlan({parts: PARTS, fixedBytes: 0, memory: 4e9, mostDamage: 0.001})).toThrow(
    "makePlan: mostDamage must be at least 0.015, the least that fits 4 GB, got 0.001",
  );
});
