import {describe, expect, test} from "vitest";
import {
  axisTitle,
  type ChartSpec,
  labelsOf,
  type Series,
} from "../../../src/components/plots/chart/chart-spec.js";
import {plainText, plotlyFigure} from "../../../src/components/plots/chart/plotly-figure.js";
import {colourName} from "../../../src/components/plots/palette.js";
import type {Theme} from "../../../src/components/plots/theme.js";

const theme: Theme = {
  ink: "#111",
  inkSoft: "#444",
  line: "#ccc",
  paper: "#fff",
  accent: "#08f",
  font: "sans",
  colour: colourName,
};
const points = [
  {key: "a", label: "a <b>", x: 4, y: 18},
  {key: "c", label: "c", x: 5, y: 20},
];
const series = (more: Partial<Series>): Series => ({
  name: "s",
  family: "mx",
  provenance: "measured",
  points,
  ...more,
});
const spec = (...all: Series[]): ChartSpec => ({
  question: "Which?",
  finding: "This.",
  x: {label: "size", unit: "bits"},
  y: {label: "error", log: true},
  better: "top left",
  series: all,
});

interface Trace {
  mode: string;
  text: string[];
  line: {dash: string; shape: string; color: string};
  marker: {symbol: string; color: string};
}
const traces = (of: ChartSpec, more = {}) => plotlyFigure(of, theme, more).data as unknown as Trace[];

describe("plotlyFigure", () => {
  test("shows provenance as the mark and never as the colour", () => {
    const all = spec(series({}), series({provenance: "modelled"}), series({provenance: "reported"}));
    expect(traces(all).map(({marker}) => marker.symbol)).toEqual(["circle", "circle-open", "x-thin"]);
    expect(new Set(traces(all).map(({marker}) => marker.color))).toEqual(new Set(["--family-mx"]));
  });

  test("tells series of one family apart by shape and shade", () => {
    const all = spec(series({}), series({shade: 1}), series({shade: 2, provenance: "modelled"}));
    const marks = traces(all).map(({marker}) => [marker.symbol, marker.color]);
    expect(marks).toEqual([
      ["circle", "--family-mx"],
      ["square", "--family-mx-1"],
      ["diamond-open", "--family-mx-2"],
    ]);
  });

  test("joins modelled points by a dashed line and measured ones by a solid one", () => {
    const all = spec(series({join: "line"}), series({join: "line", provenance: "modelled"}));
    expect(traces(all).map(({line}) => line.dash)).toEqual(["solid", "dash"]);
  });

  test("draws a Pareto front as steps without marks", () => {
    const [front] = traces(spec(series({join: "front", family: "baseline"})));
    expect(front).toMatchObject({mode: "lines", line: {shape: "hv", color: "--family-baseline"}});
  });

  test("never lets a name be read as a tag", () => {
    const [trace] = traces({...spec(series({})), labelled: new Set(["a"])});
    expect(trace.text).toEqual(["a &lt;b>", ""]);
    expect(plainText("<script>&")).toBe("&lt;script>&amp;");
  });

  test("rings the selected key and nothing else", () => {
    const ring = traces(spec(series({})), {selected: "c"}).at(-1) as unknown as {x: number[]; y: number[]};
    expect([ring.x, ring.y]).toEqual([[5], [20]]);
    expect(traces(spec(series({})))).toHaveLength(1);
  });

  test("offers no way to send the figure away", () => {
    const {config} = plotlyFigure(spec(series({})), theme);
    expect(config).toMatchObject({showSendToCloud: false, displaylogo: false});
  });

  test("says on the axis that it is logarithmic, and in words which corner is better", () => {
    const {layout} = plotlyFigure(spec(series({})), theme);
    expect(layout).toMatchObject({
      yaxis: {type: "log", title: {text: "error, logarithmic"}},
      xaxis: {type: "linear"},
    });
    expect(JSON.stringify(layout)).toContain("better");
  });
});

test("axisTitle carries quantity and unit", () => {
  expect(axisTitle({label: "size", unit: "bits per element"})).toBe("size (bits per element)");
});

test("a line is named at its right end, whatever the order of its points", () => {
  const [label] = labelsOf(series({join: "line", name: "floor", points: [...points].reverse()}));
  expect(label).toEqual({point: points[1], text: "floor"});
  expect(labelsOf(series({join: "line", points: []}))).toEqual([]);
  expect(labelsOf(series({join: "front"}), new Set(["a"]))).toEqual([]);
});

test("a label stands once, though a front shares its point", () => {
  const shared = spec(series({join: "front", family: "baseline"}), series({}));
  const modes = traces({...shared, labelled: new Set(["a", "c"])}).map(({mode}) => mode);
  expect(modes).toEqual(["lines", "markers+text"]);
});

test("labels that would cover one another give way to the first", () => {
  const crowd = Array.from({length: 12}, (_, i) => ({
    key: `k${i}`,
    label: `a long label ${i}`,
    x: 4 + i * 1e-6,
    y: 20,
  }));
  const far = {key: "far", label: "far", x: 8, y: 10};
  const all = {
    ...spec(series({points: [...crowd, far]})),
    labelled: new Set([...crowd.map(({key}) => key), "far"]),
  };
  const [trace] = traces(all);
  expect(trace.text.filter(Boolean).length).toBeLessThan(8);
  expect(trace.text[0]).toBe("a long label 0");
  expect(trace.text.at(-1)).toBe("far");
});
