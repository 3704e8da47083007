import type {hsa} from "../../../lib/experiments/accel/hsa.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {Series} from "../chart-spec.js";
import type {Family} from "../palette.js";

type HsaFigure = FigureOf<typeof hsa>;
type HsaRow = Parameters<HsaFigure["key"]>[0];

const key = ({what, side}: HsaRow): string => (side === null ? what : `${what}, ${side} x ${side}`);

function line(
  name: string,
  family: Family,
  rows: readonly HsaRow[],
  x: (row: HsaRow) => number,
  y: (row: HsaRow) => number,
): Series {
  return {
    name,
    family,
    provenance: "modelled",
    join: "line",
    points: rows.map((row) => ({key: key(row), label: key(row), x: x(row), y: y(row)})),
  };
}

/** Tokens a second while writing, by the size of the array and by how it is wired. */
export const decodeFigure: HsaFigure = {
  key,
  draw(rows) {
    const decode = rows.filter(({kind}) => kind === "decode");
    const of = (mode: string) => decode.filter(({what}) => what === mode);
    const [hybrid, systolic] = [of("hybrid"), of("systolic")];
    const {balanced} = decode[0];
    const last = hybrid.length - 1;
    const gain = hybrid[last].tokensPerSecond! / systolic[last].tokensPerSecond!;
    return {
      question: "How fast does it write?",
      finding: `This memory feeds ${numberText(balanced, 3)} elements; a hybrid array of more writes no faster. Left as a systolic array, the largest one writes ${numberText(gain, 3)} times slower.`,
      x: {label: "elements of the array", log: true},
      y: {label: "tokens written", unit: "per second", log: true},
      series: [
        line(
          "hybrid",
          "hybrid",
          hybrid,
          ({elements}) => elements!,
          ({tokensPerSecond}) => tokensPerSecond!,
        ),
        line(
          "systolic",
          "ws",
          systolic,
          ({elements}) => elements!,
          ({tokensPerSecond}) => tokensPerSecond!,
        ),
      ],
    };
  },
};

/** Tokens a second and square millimetre, beside what the paper prints. */
export const areaFigure: HsaFigure = {
  key,
  draw(rows) {
    const scenarios = rows.filter(({kind}) => kind === "scenario");
    const names = [...new Set(scenarios.map(({what}) => what))];
    const [low, high] = [Math.min, Math.max].map((pick) => pick(...scenarios.map(({mm2}) => mm2!)));
    const lines = names.map((name, i) =>
      line(
        name,
        i === 0 ? "reading" : "writing",
        scenarios.filter(({what}) => what === name),
        ({mm2}) => mm2!,
        ({tokensPerSecondPerMm2}) => tokensPerSecondPerMm2!,
      ),
    );
    const reported = rows
      .filter(({kind}) => kind === "reported")
      .map(
        ({what, tokensPerSecondPerMm2: y}, i): Series => ({
          name: `reported: ${what}`,
          family: i === 0 ? "reading" : "writing",
          provenance: "reported",
          join: "guide",
          points: [low!, high!].map((x) => ({key: `reported: ${what} at ${x}`, label: what, x, y: y!})),
        }),
      );
    const peak = scenarios.reduce((a, b) => (b.tokensPerSecondPerMm2! > a.tokensPerSecondPerMm2! ? b : a));
    return {
      question: "How much does a square millimetre do?",
      finding: `Ours is a model with guessed areas: at best ${numberText(peak.tokensPerSecondPerMm2!, 3)} tokens per second and mm² (${peak.what}), while the paper reports 247 and 117 for a chip whose size and memory its abstract does not tell.`,
      x: {label: "area", unit: "mm²"},
      y: {label: "all tokens", unit: "per second and mm²", log: true},
      series: [...reported, ...lines],
    };
  },
};
