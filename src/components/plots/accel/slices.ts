import type {sparseSlices} from "../../../lib/experiments/accel/sparse-slices.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {Series} from "../chart-spec.js";

type SlicesFigure = FigureOf<typeof sparseSlices>;
type SlicesRow = Parameters<SlicesFigure["key"]>[0];

const key = ({pattern}: SlicesRow): string => pattern;

function points(rows: readonly SlicesRow[], x: (row: SlicesRow) => number, y: (row: SlicesRow) => number) {
  return rows.map((row) => ({key: key(row), label: row.pattern, x: x(row), y: y(row)}));
}

/** What is thrown away for the time that is saved. */
export const keptFigure: SlicesFigure = {
  key,
  draw(rows, {model}) {
    const uniform = rows.filter(({kind}) => kind === "uniform");
    const mixed = rows.filter(({kind}) => kind === "mixture");
    const dense = uniform.find(({pattern}) => pattern === "dense")!;
    const time = ({cycles}: SlicesRow) => (100 * cycles!) / dense.cycles!;
    const kept = ({energyKept}: SlicesRow) => energyKept!;
    const fastest = uniform.reduce((a, b) => (b.cycles! < a.cycles! ? b : a));
    return {
      question: "What is thrown away for the time that is saved?",
      finding: `On ${model}, ${fastest.pattern} takes ${numberText(time(fastest), 3)} % of the dense time and keeps ${numberText(kept(fastest), 3)} % of the energy of normally distributed weights, before any retraining.`,
      x: {label: "time", unit: "% of dense"},
      y: {label: "energy of the weights kept", unit: "%"},
      better: "top left",
      series: [
        {name: "dense", family: "baseline", provenance: "modelled", points: points([dense], time, kept)},
        {
          name: "sparse",
          family: "sparse",
          provenance: "modelled",
          points: points([...uniform.filter((row) => row !== dense), ...mixed], time, kept),
        },
      ],
      labelled: new Set(uniform.map(key)),
    };
  },
};

/** Work that is saved against time that is saved: what stays dense stays slow. */
export const speedFigure: SlicesFigure = {
  key,
  draw(rows, {model, feed}) {
    const ours = rows.filter(({workSaved}) => workSaved !== null);
    const [reported] = rows.filter(({kind}) => kind === "reported");
    const saved = ({workSaved}: SlicesRow) => workSaved!;
    const speed = ({speedup}: SlicesRow) => speedup!;
    const most = ours.reduce((a, b) => (saved(b) > saved(a) ? b : a));
    const guide = (
      name: string,
      provenance: "modelled" | "reported",
      end: number,
      y: (x: number) => number,
    ): Series => ({
      name,
      family: "baseline",
      provenance,
      join: "guide",
      points: [1, end].map((x) => ({key: `${name} at ${x}`, label: name, x, y: y(x)})),
    });
    return {
      question: "Does less work mean less time?",
      finding: `On ${model} with ${feed} activations a cycle, ${most.pattern} saves ${numberText(saved(most), 3)} times the work and runs ${numberText(speed(most), 3)} times as fast; the paper reports up to ${reported!.speedup} on networks that its abstract does not name.`,
      x: {label: "dense work over this"},
      y: {label: "speed-up over dense slices"},
      series: [
        guide("time falls with work", "modelled", 0.8 * saved(most), (x) => x),
        guide("reported at most", "reported", 0.8 * saved(most), () => reported!.speedup!),
        {name: "patterns", family: "sparse", provenance: "modelled", points: points(ours, saved, speed)},
      ],
      labelled: new Set(ours.filter(({kind}) => kind === "uniform").map(key)),
    };
  },
};
