import {readdir} from "node:fs/promises";
import {join} from "node:path";
import {expect, test} from "vitest";
import {isMarked} from "../../../src/components/plots/chart/chart-spec.js";
import {drawFigure} from "../../../src/components/plots/draw-figure.js";
import type {FigureSpec} from "../../../src/components/plots/figure-spec.js";
import {colourName, SHADES} from "../../../src/components/plots/palette.js";
import {grouped} from "../../../src/components/plots/series.js";
import {readKept} from "../../../src/data/sweep/kept-table.js";
import type {Row} from "../../../src/lib/experiment/columns.js";
import {loadExperiment} from "../../../src/lib/experiments/registry.js";
import {checkParams} from "../../../src/lib/technique/check-params.js";
import {figureOf} from "../figure-of.js";

type AnySpec = FigureSpec<Row, object>;

/** Specifications of all figures of rows. */
async function allSpecs(): Promise<AnySpec[]> {
  const folder = "src/components/plots";
  const files = (await readdir(folder, {recursive: true})).filter((file) => /^\w+\/.*\.ts$/.test(file));
  const modules = await Promise.all(
    files.map((file) => import(join("../../..", folder, file)) as Promise<object>),
  );
  return modules.flatMap((module) =>
    Object.entries(module).flatMap((exported) => {
      const made = figureOf(exported) as {readonly spec?: AnySpec} | AnySpec | undefined;
      const spec = made !== null && typeof made === "object" && "spec" in made ? made.spec : made;
      return spec !== null && typeof spec === "object" && "finding" in spec && "experiment" in spec
        ? [spec]
        : [];
    }),
  );
}

/** Pairs of series of a figure that have one colour, over the kept rows of its first settings. */
async function sharedColours(spec: AnySpec): Promise<string[]> {
  const experiment = await loadExperiment(spec.experiment);
  const kept = await readKept("src/data/kept", experiment);
  return (kept?.runs ?? []).slice(0, 2).flatMap(({tables: {rows}}, i) => {
    const setting = {
      cost: "kept",
      quality: "perplexity",
      ...checkParams("test", experiment.params, experiment.sweep[i] ?? {}),
    };
    const {series} = drawFigure(spec, rows, setting);
    const names = new Map<string, Set<string>>();
    for (const each of series.filter((one) => isMarked(one) && one.points.length > 0)) {
      const colour = colourName(each);
      names.set(colour, (names.get(colour) ?? new Set()).add(each.name));
    }
    // A family has ten shades; the marks of more of its series are told apart by their names.
    const families = grouped(series, ({family}) => family);
    const most = Math.max(
      0,
      ...Array.from(families.values(), (own) => new Set(own.map(({name}) => name)).size),
    );
    if (most > SHADES) return [];
    return [...names.values()]
      .filter((own) => own.size > 1)
      .map(
        (own) =>
          `${spec.experiment}, ${typeof spec.question === "string" ? spec.question : "?"}: ${[...own].join(" and ")}`,
      );
  });
}

test("no two series of a figure have one colour", async () => {
  const specs = await allSpecs();
  expect(specs.length).toBeGreaterThan(30);
  const shared = (await Promise.all(specs.map(sharedColours))).flat();
  expect([...new Set(shared)]).toEqual([]);
}, 60_000);
