import {expect, test} from "vitest";
import {chartScales} from "../../../src/components/plots/chart/chart-markup.js";
import type {ChartSpec, Series} from "../../../src/components/plots/chart/chart-spec.js";
import {insetOf} from "../../../src/components/plots/places/inset.js";

const spec = (places: readonly (readonly [number, number])[], more: readonly Series[] = []): ChartSpec => ({
  question: "q",
  finding: "f",
  x: {label: "x"},
  y: {label: "y"},
  series: [
    {
      name: "s",
      family: "int",
      provenance: "measured",
      points: places.map(([x, y], i) => ({key: `${i}`, label: `${i}`, x, y})),
    },
    ...more,
  ],
});
const plot = {left: 58, right: 728, top: 26, bottom: 356};
const insetFor = (places: readonly (readonly [number, number])[]) =>
  insetOf(spec(places), chartScales(spec(places), 800, 400), plot);
const crowd = Array.from({length: 8}, (_, i) => [4 + 0.1 * (i % 4), 20 + 2 * Math.floor(i / 4)] as const);
const apart = [
  [0, 0],
  [10, 50],
  [1, 5],
  [7, 44],
] as const;

test("marks that crowd are drawn larger in a corner that covers no mark, each within the frame", () => {
  const inset = insetFor([...crowd, ...apart]);
  if (inset === undefined) throw new Error("there must be an inset");
  const keys = inset.spec.series.flatMap(({points}) => points.map(({key}) => key));
  expect(keys).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);
  for (const {x, y} of inset.spec.series.flatMap(({points}) => points)) {
    expect(inset.x(x)).toBeGreaterThan(inset.to.left);
    expect(inset.x(x)).toBeLessThan(inset.to.right);
    expect(inset.y(y)).toBeGreaterThan(inset.to.top);
    expect(inset.y(y)).toBeLessThan(inset.to.bottom);
  }
  const {x, y} = chartScales(spec([...crowd, ...apart]), 800, 400);
  for (const [px, py] of [...crowd, ...apart]) {
    const [cx, cy] = [x(px), y(py)];
    const isCovered = cx > inset.to.left && cx < inset.to.right && cy > inset.to.top && cy < inset.to.bottom;
    expect(isCovered).toBe(false);
  }
});

test("an inset takes the better corner last", () => {
  const chart: ChartSpec = {
    ...spec([...crowd.map(([x, y]) => [x - 1, y + 20] as const), [0, 50], [10, 50], [8, 5], [6, 45]]),
    better: "bottom left",
  };
  expect(insetOf(chart, chartScales(chart, 800, 400), plot)?.to.left).toBeLessThan(100);
});

test("marks with room, few marks and marks on one place need none", () => {
  expect(insetFor(Array.from({length: 12}, (_, i) => [i, (i * 7) % 12] as const))).toBeUndefined();
  expect(insetFor(crowd.slice(0, 4))).toBeUndefined();
  expect(insetFor([...Array(9).fill([4, 20]), ...apart])).toBeUndefined();
});

const corners = [
  ["bottom right", 8, 12],
  ["top right", 8, 46],
  ["top left", 2, 46],
] as const;
/** A series of one point in each of these corners, whose whole interval or line runs into it from the middle. */
const into = (more: Partial<Series>, ends: (x: number, y: number) => Series["points"]): Series[] =>
  corners.map(([name, x, y]) => ({
    name,
    family: "int",
    provenance: "measured",
    points: ends(x, y),
    ...more,
  }));
const insetWith = (more: readonly Series[]) => {
  const chart = spec([...crowd, ...apart], more);
  return insetOf(chart, chartScales(chart, 800, 400), plot);
};

test("an inset covers no interval and no line, and is left out where every corner has one", () => {
  expect(insetWith([])).toBeDefined();
  const marked = into({}, (x, y) => [
    {key: `${x}`, label: "", x, y: 27, interval: [Math.min(y, 27), Math.max(y, 27)]},
  ]);
  expect(insetWith(marked)).toBeUndefined();
  const lines = into({join: "guide"}, (x, y) => [
    {key: "from", label: "", x: 5, y: 27},
    {key: "to", label: "", x, y},
  ]);
  expect(insetWith(lines)).toBeUndefined();
});

test("marks on lines get none: an inset would show them without their lines", () => {
  const chart = spec([...crowd, ...apart]);
  const lines = {...chart, series: chart.series.map((each): Series => ({...each, join: "line"}))};
  expect(insetOf(lines, chartScales(lines, 800, 400), plot)).toBeUndefined();
});
