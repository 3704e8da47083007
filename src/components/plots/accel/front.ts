import type {Cost, composeFront} from "../../../lib/experiments/accel/compose-front.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {Axis, Point, Series} from "../chart-spec.js";
import type {Family} from "../palette.js";
import {grouped} from "../series.js";

type FrontFigure = FigureOf<typeof composeFront>;
type FrontRow = Parameters<FrontFigure["key"]>[0];

const AXES: Readonly<Record<Cost, Axis & {readonly scale: number}>> = {
  "time per token": {label: "time per token", unit: "ms, at least", log: true, scale: 1e3},
  "time per token of the whole batch": {
    label: "time per token, batch together",
    unit: "ms, at least",
    log: true,
    scale: 1e3,
  },
  "time to first token": {label: "time to first token", unit: "s, at least", log: true, scale: 1},
  memory: {label: "memory", unit: "GB", log: true, scale: 1e-9},
  "energy per token": {label: "energy per token", unit: "J, about", log: true, scale: 1},
};

/** Weights, activations, cache, sparsity and batch of a row, as they are written in papers. */
function nameOf({weights, activations, kv, sparsity, batch}: FrontRow): string {
  const pruned = sparsity === "dense" ? "" : ` ${sparsity}`;
  return `${weights}${pruned}, activations ${activations}, KV ${kv}, batch ${batch}`;
}

/** Error against cost for what is on the front and for the best of every pair of weights and cache. */
export const frontFigure: FrontFigure = {
  key: nameOf,
  opens: ({weights, activations, kv, sparsity, batch}) => ({
    weights: weights!,
    activations: activations!,
    kv: kv!,
    sparsity: sparsity!,
    batch: String(batch),
  }),
  draw(rows, {cost}) {
    const {scale, ...axis} = AXES[cost];
    const point = (row: FrontRow): Point & {readonly row: FrontRow} => ({
      key: nameOf(row),
      label: nameOf(row),
      x: row.cost! * scale,
      y: row.relativeError!,
      row,
    });
    const possible = rows.filter(({kind}) => kind !== "refused");
    const front = rows
      .filter(({kind}) => kind === "front")
      .map(point)
      .sort((a, b) => a.x - b.x || a.y - b.y);
    const points = new Map(possible.map((row) => [nameOf(row), point(row)]));
    const families = grouped([...points.values()], ({row}) => row.family!);
    return {
      question: "Which combinations does nothing else beat?",
      finding: frontFinding(rows, front),
      x: axis,
      y: {label: "error of what flows", unit: "% of the signal"},
      better: "bottom left",
      series: [
        {name: "front", family: "baseline", provenance: "modelled", join: "front", points: front},
        ...Array.from(
          families,
          ([family, members]): Series => ({
            name: family,
            family: family as Family,
            provenance: "modelled",
            points: members,
          }),
        ),
      ],
      labelled: new Set(),
    };
  },
};

function frontFinding(rows: readonly FrontRow[], front: readonly Point[]): string {
  const count = (kind: string) =>
    rows.filter((row) => row.kind === kind).reduce((total, {combinations}) => total + combinations, 0);
  const [possible, refused] = [count("other"), count("refused")];
  if (possible === 0) return `None of ${refused} combinations can be.`;
  const half = front.find(({y}) => y <= 10);
  const pick = half ? ` The cheapest of them with an error of at most 10 %: ${half.label}.` : "";
  return `Of ${numberText(possible + refused)} combinations ${numberText(refused)} cannot be, and ${numberText(front.length)} are beaten by none.${pick}`;
}
