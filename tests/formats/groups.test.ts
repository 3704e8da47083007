import fc from "fast-check";
import {expect, test} from "vitest";
import {
  divideByScale,
  forEachGroup,
  groupAbsMax,
  groupsAlong,
  groupsOf,
  multiplyByScale,
} from "../../src/lib/formats/groups.js";

const shapes = fc.array(fc.integer({min: 0, max: 6}), {minLength: 1, maxLength: 4});

function members(shape: readonly number[], axis: number, size: number): number[][] {
  const all: number[][] = [];
  forEachGroup(groupsAlong(shape, axis, size), (group, start, step, count) => {
    all[group] = Array.from({length: count}, (_, n) => start + n * step);
  });
  return all;
}

test("the groups along any axis hold every element exactly once, none more than their size", () => {
  fc.assert(
    fc.property(shapes, fc.nat(3), fc.integer({min: 1, max: 8}), (shape, axisSeed, size) => {
      const axis = axisSeed % shape.length;
      const all = members(shape, axis, size);
      const count = shape.reduce((product, dim) => product * dim, 1);
      expect(all.flat().sort((a, b) => a - b)).toEqual(Array.from({length: count}, (_, i) => i));
      expect(all.length).toBe(groupsAlong(shape, axis, size).count);
      expect(all.every((group) => group.length <= size)).toBe(true);
    }),
    {seed: 1, numRuns: 300},
  );
});

test("groups along axis 0 of a matrix run down its columns", () => {
  expect(members([3, 2], 0, 2)).toEqual([[0, 2], [1, 3], [4], [5]]);
  expect(members([3, 2], -1, 2)).toEqual([
    [0, 1],
    [2, 3],
    [4, 5],
  ]);
  expect(members([2, 2, 2], 1, 2)).toEqual([
    [0, 2],
    [1, 3],
    [4, 6],
    [5, 7],
  ]);
});

test("a scalar is one group, and a granularity is its groups", () => {
  expect(groupsAlong([], -1, 32).count).toBe(1);
  expect(groupsOf([4, 6], "tensor", -1, 2).count).toBe(1);
  expect(groupsOf([4, 6], "channel", -1, 2).count).toBe(4);
  expect(groupsOf([4, 6], "token", -1, 2).count).toBe(4);
  expect(groupsOf([4, 6], "channel", 0, 2).count).toBe(6);
  expect(groupsOf([4, 6], "group", -1, 4).count).toBe(8);
});

test("an axis that is not there is refused", () => {
  expect(() => groupsAlong([2, 3], 2, 4)).toThrow(
    "groupsAlong: axis must be from -2 to 1, got 2 for shape [2, 3]",
  );
  expect(() => groupsAlong([2, 3], -3, 4)).toThrow("got -3");
});

test("the largest magnitude of a group is NaN if it holds one, else infinite if it holds that", () => {
  const data = Float32Array.of(
    1,
    -3,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    -0,
    0,
    Number.NEGATIVE_INFINITY,
    5,
  );
  expect([...groupAbsMax(data, groupsAlong([8], 0, 2))]).toEqual([
    3,
    Number.NaN,
    0,
    Number.POSITIVE_INFINITY,
  ]);
});

test("dividing and multiplying by the scale of the group are float32 operations, and keep zeros over 0", () => {
  const groups = groupsAlong([4], 0, 2);
  const data = Float32Array.of(1, 2, -0, 0);
  const quotients = divideByScale(data, groups, Float32Array.of(3, 0));
  expect([...quotients]).toEqual([Math.fround(1 / 3), Math.fround(2 / 3), -0, 0]);
  multiplyByScale(quotients, groups, Float32Array.of(3, 7));
  expect([...quotients]).toEqual([1, 2, -0, 0]);
});
