import type {Cost, composeFront} from "../../../lib/experiments/accel/compose-front.js";
import {groupedDigits, numberText} from "../../kit/text/number-text.js";
import type {Axis, Point} from "../chart/chart-spec.js";
import {marksFigure} from "../figure.js";
import type {FigureOf, RowOf} from "../figure-spec.js";
import {frontSeries, grouped, ofFamily} from "../series.js";

type FrontRow = RowOf<typeof composeFront>;

const AXES: Readonly<Record<Cost, Axis & {readonly scale: number}>> = {
  "time per token": {label: "TPOT, time per output token", unit: "ms, at least", log: true, scale: 1e3},
  "time per token of the whole batch": {
    label: "time per output token, batch together",
    unit: "ms, at least",
    log: true,
    scale: 1e3,
  },
  "time to first token": {label: "TTFT, time to first token", unit: "s, at least", log: true, scale: 1},
  memory: {label: "memory", unit: "GB", log: true, scale: 1e-9},
  "energy per token": {label: "energy per token", unit: "J, about", log: true, scale: 1},
};

/** Weights, activations, cache, sparsity and batch of a row, as they are written in papers. */
function nameOf({weights, activations, kv, sparsity, batch}: FrontRow): string {
  const pruned = sparsity === "dense" ? "" : ` ${sparsity}`;
  return `${weights}${pruned}, activations ${activations}, KV ${kv}, batch ${batch}`;
}

/** Error against cost for what is on the front and for the best of every pair of weights and cache. */
export const frontFigure: FigureOf<typeof composeFront> = {
  ...marksFigure<typeof composeFront>({
    experiment: "accel/compose-front",
    question: "Which combinations are Pareto-optimal?",
    // A row on the front may come again as the best of its pair: the later one stands for both.
    drawn: (rows) =>
      Array.from(
        grouped(
          rows.filter(({kind}) => kind !== "refused"),
          nameOf,
        ).values(),
        (same) => same.at(-1)!,
      ),
    key: nameOf,
    series: ({family}) => ofFamily(family ?? "baseline"),
    x: (_, {cost}) => {
      const {scale, ...axis} = AXES[cost];
      return {
        column: "cost",
        provenance: "modelled",
        of: (row) => (row.cost === null ? null : row.cost * scale),
        ...axis,
      };
    },
    y: {
      column: "relativeError",
      provenance: "modelled",
      label: "error of all formats together",
      unit: "% of the signal",
    },
    better: "bottom left",
    merits: "cheaper, less error",
    guides: ({points}, _, all) => [frontSeries(onFront(points, all), "modelled")],
    labelled: () => [],
    finding: ({points}, _, all) => frontFinding(all, onFront(points, all)),
  }),
  opens: ({weights, activations, kv, sparsity, batch}) => ({
    weights: weights!,
    activations: activations!,
    kv: kv!,
    sparsity: sparsity!,
    batch: String(batch),
  }),
};

/** The front of all combinations, of which the table holds few: the experiment says which rows are on it. */
function onFront(points: readonly Point[], all: readonly FrontRow[]): Point[] {
  const names = new Set(all.filter(({kind}) => kind === "front").map(nameOf));
  return points.filter(({key}) => names.has(key)).toSorted((a, b) => a.x - b.x || a.y - b.y);
}

function frontFinding(rows: readonly FrontRow[], front: readonly Point[]): string {
  const count = (kind: string) =>
    rows.filter((row) => row.kind === kind).reduce((total, {combinations}) => total + combinations, 0);
  const [possible, refused] = [count("other"), count("refused")];
  if (possible === 0) return `None of ${refused} combinations can be.`;
  const half = front.find(({y}) => y <= 10);
  const pick = half ? ` The cheapest of them with an error of at most 10 %: ${half.label}.` : "";
  return `Of ${groupedDigits(numberText(possible + refused))} combinations ${numberText(refused)} are impossible, and ${numberText(front.length)} are Pareto-optimal.${pick}`;
}
