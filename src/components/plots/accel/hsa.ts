import type {hsa} from "../../../lib/experiments/accel/hsa.js";
import {largest, smallest} from "../../../lib/stats/extent.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {grouped, guide} from "../series.js";

type HsaRow = RowOf<typeof hsa>;

const key = ({what, side}: HsaRow): string => (side === null ? what : `${what}, ${side} x ${side}`);
const series = ({what}: HsaRow) => ({name: what, family: "machine"}) as const;

/** Tokens a second while writing, by the size of the array and by how it is wired. */
export const decodeFigure = linesFigure<typeof hsa>({
  experiment: "accel/hsa",
  question: "How fast does the array decode?",
  drawn: (rows) => rows.filter(({kind}) => kind === "decode"),
  key,
  series,
  x: {column: "elements", label: "elements of the array", log: true},
  y: {
    column: "tokensPerSecond",
    provenance: "modelled",
    label: "tokens written",
    unit: "per second",
    log: true,
  },
  finding({rows}) {
    const last = (mode: string) => rows.findLast(({what}) => what === mode)!.tokensPerSecond!;
    return `This memory feeds ${numberText(rows[0].balanced, 2)} elements; a larger hybrid array decodes no faster. Without the hybrid links, the largest array decodes ${numberText(last("hybrid") / last("systolic"), 3)} times slower.`;
  },
});

/** Tokens a second and square millimetre, beside what the paper prints. */
export const areaFigure = linesFigure<typeof hsa>({
  experiment: "accel/hsa",
  question: "How much throughput does a square millimetre give?",
  drawn: (rows) => rows.filter(({kind}) => kind === "scenario"),
  key,
  series,
  x: {column: "mm2", provenance: "modelled", label: "area", unit: "mm²"},
  y: {
    column: "tokensPerSecondPerMm2",
    label: "all tokens",
    unit: "per second and mm²",
    log: true,
  },
  guides({rows}, _, all) {
    const areas = rows.map(({mm2}) => mm2!);
    const shadeOf = [...grouped(rows, ({what}) => what).keys()];
    return all
      .filter(({kind}) => kind === "reported")
      .map(({what, tokensPerSecondPerMm2: y}) =>
        guide(
          `reported: ${what}`,
          "reported",
          [smallest(areas), largest(areas)].map((x) => ({x, y: y!})),
          {family: "machine", shade: shadeOf.indexOf(what)},
        ),
      );
  },
  finding({rows}, _, all) {
    const printed = all.filter(({kind}) => kind === "reported").map((row) => row.tokensPerSecondPerMm2!);
    const peak = rows.reduce((a, b) => (b.tokensPerSecondPerMm2! > a.tokensPerSecondPerMm2! ? b : a));
    return `Ours is a model with guessed areas: at best ${numberText(peak.tokensPerSecondPerMm2!, 3)} tokens per second and mm² (${peak.what}), while the paper reports ${printed.map((value) => numberText(value)).join(" and ")} for a chip whose size and memory its abstract does not give.`;
  },
});
