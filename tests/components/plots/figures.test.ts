import {readdir} from "node:fs/promises";
import {join} from "node:path";
import {beforeAll, describe, expect, test} from "vitest";
import {drawFigure} from "../../../src/components/plots/draw-figure.js";
import type {FigureSpec, Measure} from "../../../src/components/plots/figure-spec.js";
import {colourName} from "../../../src/components/plots/palette.js";
import type {Row} from "../../../src/lib/experiment/columns.js";
import {loadExperiment} from "../../../src/lib/experiments/registry.js";
import {checkParams} from "../../../src/lib/technique/check-params.js";
import {figureOf} from "../figure-of.js";

type AnySpec = FigureSpec<Row, object>;

const isSpec = (value: unknown): value is AnySpec =>
  typeof value === "object" && value !== null && "experiment" in value && "finding" in value;

/** The specification behind what a module of figures exports, if it is one. */
function specOf(exported: readonly [string, unknown]): AnySpec[] {
  const made = figureOf(exported);
  if (isSpec(made)) return [made];
  const {spec} = (made ?? {}) as {spec?: unknown};
  return isSpec(spec) ? [spec] : [];
}

const specs: AnySpec[] = [];
beforeAll(async () => {
  const folder = "src/components/plots";
  const files = (await readdir(folder, {recursive: true})).filter((file) => /^\w+\/.*\.ts$/.test(file));
  for (const file of files) {
    const module: object = await import(join("../../..", folder, file));
    specs.push(...Object.entries(module).flatMap(specOf));
  }
  // All modules of all figures are compiled here, which takes long where other work runs beside.
}, 120_000);

async function axesOf(spec: AnySpec): Promise<{name: string; axis: Measure<Row>; columns: Row}[]> {
  const {columns, params} = await loadExperiment(spec.experiment);
  const setting = {...checkParams("test", params, {}), cost: "kept", quality: "perplexity"};
  if (spec.experiment !== "kv/small-caches") Object.assign(setting, checkParams("test", params, {}));
  const given = (axis: AnySpec["x"]) => (typeof axis === "function" ? axis([], setting) : axis);
  return [given(spec.x), given(spec.y)].map((axis) => ({
    name: `${spec.experiment}: ${String(spec.question)}, ${axis.label}`,
    axis,
    columns: columns as unknown as Row,
  }));
}

describe("every figure", () => {
  test("is found by this test", () => {
    expect(specs.length).toBeGreaterThan(30);
  });

  test("shows columns that its experiment has, and says that an axis is modelled exactly where its column is", async () => {
    const axes = (await Promise.all(specs.map(axesOf))).flat();
    const wrong = axes.flatMap(({name, axis, columns}) => {
      const column = columns[axis.column] as {provenance?: string} | undefined;
      if (column === undefined) return [`${name}: there is no column ${axis.column}`];
      const [isModelled, isSaid] = [column.provenance === "modelled", axis.provenance === "modelled"];
      return isModelled === isSaid ? [] : [`${name}: ${axis.column} is ${isModelled ? "" : "not "}modelled`];
    });
    expect(wrong).toEqual([]);
  });
});

interface Cell {
  readonly name: string;
  readonly cost: number;
  readonly quality: number | null;
  readonly provenance: "measured" | "modelled" | "reported";
}

const cell = (name: string, cost: number, quality: number | null, more: Partial<Cell> = {}): Cell => ({
  name,
  cost,
  quality,
  provenance: "measured",
  ...more,
});

const spec: FigureSpec<Cell, object> = {
  experiment: "none",
  question: "Which?",
  finding: ({front}) => front.map(({key}) => key).join(),
  key: ({name}) => name,
  series: ({name}) => ({name: name[0], family: "int"}),
  x: {column: "cost", label: "cost", log: true},
  y: {column: "quality", label: "quality"},
  better: "top left",
  front: ({name}) => name !== "oracle",
};
const cells = [cell("a1", 1, 1), cell("a2", 2, 0.5), cell("b", 3, 2), cell("oracle", 1, 9)];
const marks = (drawn: ReturnType<typeof drawFigure>) => drawn.series.filter(({join}) => join !== "front");

describe("drawFigure", () => {
  test("groups points into series, one colour each, and steps along what nothing beats", () => {
    const drawn = drawFigure(spec, cells, {});
    expect(marks(drawn).map(({name, points}) => [name, points.length])).toEqual([
      ["a", 2],
      ["b", 1],
      ["o", 1],
    ]);
    expect(new Set(marks(drawn).map(colourName)).size).toBe(3);
    expect(drawn.finding).toBe("a1,b");
    expect(drawn.series[0]).toMatchObject({join: "front", provenance: "measured"});
  });

  test("lower is better where the better corner lies low", () => {
    expect(drawFigure({...spec, better: "bottom left"}, cells, {}).finding).toBe("a1,a2");
  });

  test("draws marks and front of a modelled axis as modelled, and leaves reported ones", () => {
    const modelled = {...spec, x: {...(spec.x as Measure<Cell>), provenance: "modelled" as const}};
    const paper = cell("p", 5, 3, {provenance: "reported"});
    const drawn = drawFigure(modelled, [...cells, paper], {});
    expect(drawn.series.map(({provenance}) => provenance)).toEqual([
      ...["modelled", "modelled", "modelled", "modelled"],
      "reported",
    ]);
  });

  test("never joins points of different provenance", () => {
    const mixed = [cell("a", 1, 1), cell("a", 2, 2, {provenance: "modelled"})];
    const lines = drawFigure({...spec, front: () => false}, mixed, {}, "line").series.filter(
      ({join}) => join === "line",
    );
    expect(lines.map(({points}) => points.length)).toEqual([1, 1]);
    expect(lines[0]?.shade).toBe(lines[1]?.shade);
  });

  test("leaves out what an axis has no place for", () => {
    const odd = [
      cell("a", 0, 1),
      cell("b", 1, null),
      cell("c", 1, Number.POSITIVE_INFINITY),
      cell("d", 2, 1),
    ];
    expect(marks(drawFigure(spec, odd, {})).flatMap(({points}) => points.map(({key}) => key))).toEqual(["d"]);
  });

  test("joins a line from left to right, whatever the order of its rows", () => {
    const [, line] = drawFigure(spec, [cell("a2", 2, 1), cell("a1", 1, 1)], {}, "line").series;
    expect(line?.points.map(({x}) => x)).toEqual([1, 2]);
  });
});
