import {expect, test} from "vitest";
import type {ChartSpec} from "../../src/components/plots/chart-spec.js";
import {insetOf} from "../../src/components/plots/inset.js";
import {chartScales} from "../../src/components/plots/svg-chart.js";

const spec = (places: readonly (readonly [number, number])[]): ChartSpec => ({
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

test("marks that lines join need none", () => {
  const chart = spec([...crowd, ...apart]);
  const joined: ChartSpec = {...chart, series: chart.series.map((series) => ({...series, join: "line"}))};
  expect(insetOf(joined, chartScales(joined, 800, 400), plot)).toBeUndefined();
});

test("marks with room, few marks and marks on one place need none", () => {
  expect(insetFor(Array.from({length: 12}, (_, i) => [i, (i * 7) % 12] as const))).toBeUndefined();
  expect(insetFor(crowd.slice(0, 4))).toBeUndefined();
  expect(insetFor([...Array(9).fill([4, 20]), ...apart])).toBeUndefined();
});
