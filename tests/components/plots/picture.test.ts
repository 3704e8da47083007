import fc from "fast-check";
import {expect, test} from "vitest";
import type {Series} from "../../../src/components/plots/chart/chart-spec.js";
import {legendEntries} from "../../../src/components/plots/chart/legend-entries.js";
import {wrapText} from "../../../src/components/plots/chart/picture.js";
import {pointSentence, pointText} from "../../../src/components/plots/chart/point-text.js";

const point = {key: "a", label: "a", x: 4.123456, y: 18, interval: [17.0001, 19.5] as const};
const marks: Series = {name: "MX blocks", family: "mx", provenance: "measured", points: [point]};
const spec = {
  question: "Which?",
  finding: "This.",
  x: {label: "size", unit: "bits"},
  y: {label: "error"},
  series: [marks, {...marks, name: "front", join: "front" as const, provenance: "modelled" as const}],
};

test("wrapText keeps all words and no line is longer than asked for", () => {
  expect(wrapText("nothing beats int8 here", 10)).toEqual(["nothing", "beats int8", "here"]);
  fc.assert(
    fc.property(fc.string(), fc.integer({min: 1, max: 40}), (text, width) => {
      const lines = wrapText(text, width);
      expect(lines.every((line) => [...line].length <= width)).toBe(true);
      expect(lines.join("").replace(/\s/g, "")).toBe(text.replace(/\s/g, ""));
    }),
    {seed: 4},
  );
});

test("a point in words has its kind, both quantities with units to three digits, and its interval", () => {
  expect(pointSentence(pointText(spec, point, "measured"))).toBe(
    "a, measured: size: 4.12 bits; error: 18; 95 %: 17 to 19.5",
  );
});

test("the key of a chart names series, kinds of numbers and the front", () => {
  expect(legendEntries(spec).map(({text}) => text)).toEqual([
    "MX blocks",
    "measured: run here",
    "modelled: by a cost model",
    "Pareto front",
  ]);
});
