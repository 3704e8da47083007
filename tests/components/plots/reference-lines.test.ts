import {existsSync, readFileSync} from "node:fs";
import {readdir} from "node:fs/promises";
import {join} from "node:path";
import {expect, test} from "vitest";
import {readShippedTable} from "../../../src/components/kit/rows/shipped-table.js";
import {chartScales} from "../../../src/components/plots/chart/chart-markup.js";
import type {ChartSpec} from "../../../src/components/plots/chart/chart-spec.js";
import {placeLabels} from "../../../src/components/plots/places/label-places.js";
import type {Row} from "../../../src/lib/experiment/columns.js";
import {loadExperiment} from "../../../src/lib/experiments/registry.js";
import {checkParams} from "../../../src/lib/technique/check-params.js";
import {figureOf} from "../figure-of.js";

interface AnyFigure {
  readonly spec: {readonly experiment: string};
  readonly draw: (rows: readonly Row[], params: object) => ChartSpec;
}

const isFigure = (value: unknown): value is AnyFigure =>
  typeof value === "object" && value !== null && "draw" in value && "spec" in value;

/** The figures of all settings whose rows are kept. */
async function drawn(): Promise<(readonly [name: string, chart: ChartSpec])[]> {
  const folder = "src/components/plots";
  const files = (await readdir(folder, {recursive: true})).filter((file) => /^\w+\/.*\.ts$/.test(file));
  const charts = [];
  for (const file of files) {
    const module: object = await import(join("../../..", folder, file));
    for (const exported of Object.entries(module)) {
      const figure = figureOf(exported);
      if (isFigure(figure)) charts.push(...(await chartsOf(exported[0], figure)));
    }
  }
  return charts;
}

async function chartsOf(name: string, {spec, draw}: AnyFigure) {
  const path = join("src/data/kept", `${spec.experiment}.arrow`);
  if (!existsSync(path)) return [];
  const rows = readShippedTable(new Uint8Array(readFileSync(path)).buffer);
  const {params, sweep} = await loadExperiment(spec.experiment);
  return sweep.flatMap((setting, n) => {
    const own = rows.filter((row) => row.setting === n);
    return own.length === 0 ? [] : [[name, draw(own, checkParams("test", params, setting))] as const];
  });
}

/** Names of the lines to compare with that found no room in a chart of this size. */
function unnamed(chart: ChartSpec, width: number, height: number): string[] {
  const {x, y} = chartScales(chart, width, height);
  const room = {left: 58, right: width, top: 18, bottom: height - 44};
  const named = new Set(placeLabels(chart, x, y, room).map(({text}) => text));
  return chart.series
    .filter(({join, name}) => join === "guide" && !named.has(name))
    .map(({name}) => `${name} at ${width}`);
}

test("every line to compare with is named in its figure, on a wide screen and on a phone", async () => {
  const charts = await drawn();
  expect(charts.filter(([, {series}]) => series.some(({join}) => join === "guide")).length).toBeGreaterThan(
    20,
  );
  const missing = charts.flatMap(([name, chart]) =>
    [980, 480, 320].flatMap((width) => unnamed(chart, width, 380).map((line) => `${name}: ${line}`)),
  );
  expect(missing).toEqual([]);
});
