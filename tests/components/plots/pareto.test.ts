import fc from "fast-check";
import {expect, test} from "vitest";
import {paretoFront} from "../../../src/components/plots/pareto.js";

const point = fc.record({x: fc.integer({min: 0, max: 20}), y: fc.integer({min: 0, max: 20})});
const points = fc.array(point, {maxLength: 40});

test("keeps what no other point beats, in order of cost", () => {
  const front = paretoFront([
    {x: 4, y: 20},
    {x: 5, y: 19},
    {x: 3, y: 10},
    {x: 5, y: 25},
  ]);
  expect(front).toEqual([
    {x: 3, y: 10},
    {x: 4, y: 20},
    {x: 5, y: 25},
  ]);
});

test("can count downwards: less error is better", () => {
  expect(
    paretoFront(
      [
        {x: 1, y: 5},
        {x: 2, y: 6},
        {x: 3, y: 1},
      ],
      false,
    ),
  ).toEqual([
    {x: 1, y: 5},
    {x: 3, y: 1},
  ]);
});

test("keeps the first of equal points, and nothing of nothing", () => {
  const [first, second] = [
    {x: 1, y: 1},
    {x: 1, y: 1},
  ];
  expect(paretoFront([first, second])[0]).toBe(first);
  expect(paretoFront([first, second])).toHaveLength(1);
  expect(paretoFront([])).toEqual([]);
});

test("is exactly the set of points without a better one", () => {
  fc.assert(
    fc.property(points, (all) => {
      const front = paretoFront(all);
      const beaten = (p: {x: number; y: number}) =>
        all.some((q) => q.x <= p.x && q.y >= p.y && (q.x < p.x || q.y > p.y));
      for (const p of all) {
        const inFront = front.some(({x, y}) => x === p.x && y === p.y);
        expect(inFront).toBe(!beaten(p));
      }
    }),
    {seed: 1},
  );
});
