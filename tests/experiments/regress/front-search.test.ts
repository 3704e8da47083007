import fc from "fast-check";
import {expect, test} from "vitest";
import {beatenArea, type Costs, frontOrder} from "../../../src/lib/experiments/regress/front-search.js";

const candidates = fc.array(
  fc.tuple(fc.integer({min: 0, max: 20}), fc.integer({min: 0, max: 20})).map((pair): Costs => pair),
  {minLength: 1, maxLength: 25},
);

test("the area that candidates beat is that of the unit squares behind them", () => {
  fc.assert(
    fc.property(candidates, (costs) => {
      let squares = 0;
      for (let x = 0; x < 21; x++)
        for (let y = 0; y < 21; y++) squares += Number(costs.some(([a, b]) => a <= x && b <= y));
      expect(beatenArea(costs, [21, 21])).toBe(squares);
    }),
    {seed: 11},
  );
});

test("the true costs' order finds the whole area with the first front", () => {
  fc.assert(
    fc.property(candidates, (costs) => {
      const order = frontOrder(costs);
      expect(order.toSorted((a, b) => a - b)).toEqual(costs.map((_, i) => i));
      const unbeaten = costs.filter(
        ([a, b]) => !costs.some(([c, d]) => c <= a && d <= b && (c < a || d < b)),
      ).length;
      const first = order.slice(0, unbeaten).map((i) => costs[i]);
      expect(beatenArea(first, [21, 21])).toBe(beatenArea(costs, [21, 21]));
    }),
    {seed: 12},
  );
});
