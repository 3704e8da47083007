import type {sparseSlices} from "../../../lib/experiments/accel/sparse-slices.js";
import {numberText} from "../../kit/text/number-text.js";
import {marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {guide} from "../series.js";

type SlicesRow = RowOf<typeof sparseSlices>;

const NAMES: Readonly<Record<string, string>> = {"deit-s": "DeiT-S", "deit-b": "DeiT-B", "swin-b": "Swin-B"};
const nameOf = (model: string) => NAMES[model] ?? model;
const key = ({pattern}: SlicesRow): string => pattern;
const isDense = ({pattern}: SlicesRow) => pattern === "dense";
const uniformKeys = ({rows}: {readonly rows: readonly SlicesRow[]}) =>
  rows.filter(({kind}) => kind === "uniform").map(key);

/** Values thrown away for the time that is saved. */
export const keptFigure = marksFigure<typeof sparseSlices>({
  experiment: "accel/sparse-slices",
  question: "How much of the weights' energy is kept, at which time?",
  drawn(rows) {
    const of = (kind: string) => rows.filter((row) => row.kind === kind);
    return [...of("uniform"), ...of("mixture")];
  },
  key,
  series: (row) => (isDense(row) ? {name: "dense", family: "baseline"} : {name: "sparse", family: "machine"}),
  x: (rows) => {
    const dense = rows.find((row) => row.kind === "uniform" && isDense(row));
    return {
      column: "cycles",
      provenance: "modelled",
      of: (row) => timeOf(row, dense),
      label: "time",
      unit: "% of dense",
    };
  },
  y: {column: "energyKept", label: "energy of the weights kept", unit: "%"},
  better: "top left",
  merits: "less time, more kept",
  labelled: uniformKeys,
  finding({rows}, {model}) {
    const uniform = rows.filter(({kind}) => kind === "uniform");
    const fastest = uniform.reduce((a, b) => (b.cycles! < a.cycles! ? b : a));
    const time = timeOf(fastest, uniform.find(isDense));
    return `On ${nameOf(model)}, ${fastest.pattern} takes ${numberText(time, 3)} % of the dense time and keeps ${numberText(fastest.energyKept!, 3)} % of the energy of normally distributed weights, before any retraining.`;
  },
});

const timeOf = ({cycles}: SlicesRow, dense: SlicesRow | undefined) => (100 * cycles!) / (dense?.cycles ?? 1);

const mostSaved = (rows: readonly SlicesRow[]) =>
  rows.reduce((a, b) => (b.workSaved! > a.workSaved! ? b : a));

/** Work that is saved against time that is saved: what stays dense stays slow. */
export const speedFigure = marksFigure<typeof sparseSlices>({
  experiment: "accel/sparse-slices",
  question: "Does less work mean less time?",
  drawn: (rows) => rows.filter(({workSaved}) => workSaved !== null),
  key,
  series: () => ({name: "patterns", family: "machine"}),
  x: {column: "workSaved", provenance: "modelled", label: "dense work / work that is left"},
  y: {column: "speedup", label: "speedup over dense slices"},
  guides({rows}, _, all) {
    const xs = [1, mostSaved(rows).workSaved!];
    const reported = all.find(({kind}) => kind === "reported")!.speedup!;
    return [
      guide(
        "time proportional to work",
        "modelled",
        xs.map((x) => ({x, y: x})),
      ),
      guide(
        "largest reported",
        "reported",
        xs.map((x) => ({x, y: reported})),
      ),
    ];
  },
  labelled: uniformKeys,
  finding({rows}, {model, feed}, all) {
    const most = mostSaved(rows);
    const reported = all.find(({kind}) => kind === "reported")!;
    return `On ${nameOf(model)} with ${feed} activations a cycle, ${most.pattern} needs ${numberText(most.workSaved!, 3)} times less work and runs ${numberText(most.speedup!, 3)} times as fast; the paper reports up to ${reported.speedup} on networks that its abstract does not name.`;
  },
});
