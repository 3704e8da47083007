import type {scanForms} from "../../../lib/experiments/ssm/scan-forms.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {Point, Series} from "../chart-spec.js";
import {type Family, familyName} from "../palette.js";
import {grouped} from "../series.js";

type FormsFigure = FigureOf<typeof scanForms>;
type FormRow = Parameters<FormsFigure["key"]>[0];

const FAMILIES: Readonly<Record<string, Family>> = {
  recurrent: "baseline",
  associative: "associative",
  chunked: "chunked",
  naive: "naive",
  kernel: "kernel",
};

/** What a reader calls a form. */
function formName(form: string): string {
  return form === "recurrent" ? "recurrence" : familyName(FAMILIES[form] ?? "baseline");
}

const labelOf = ({form, chunkSize}: FormRow) =>
  chunkSize === null ? formName(form) : `${formName(form)} of ${chunkSize}`;

const key = ({form, precision, chunkSize}: FormRow) => `${form} ${precision} ${chunkSize ?? ""}`;

/** Chunks buy fewer steps that wait for one another with more operations. */
export const workFigure: FormsFigure = {
  key,
  draw(all) {
    const rows = all.filter(({precision, operations}) => precision === "float64" && operations !== null);
    const series = Array.from(
      grouped(rows, ({form}) => form),
      ([form, rows]): Series => ({
        name: formName(form),
        family: FAMILIES[form] ?? "baseline",
        provenance: "modelled",
        ...(rows.length > 1 && {join: "line"}),
        points: rows.map((row) => ({key: key(row), label: labelOf(row), x: row.steps!, y: row.operations!})),
      }),
    );
    const single = rows.filter(({chunkSize}) => chunkSize === null).map(key);
    return {
      question: "What do fewer steps cost?",
      finding: workFinding(rows),
      x: {label: "states that wait for one another", log: true},
      y: {label: "multiplications and additions", log: true},
      better: "bottom left",
      series,
      labelled: new Set(single),
    };
  },
};

function workFinding(rows: readonly FormRow[]): string {
  const recurrent = rows.find(({form}) => form === "recurrent")!;
  const chunked = rows.filter(({form}) => form === "chunked");
  // A chunk of at most 64 tokens is what published kernels take.
  const usual = chunked.findLast(({chunkSize}) => chunkSize! <= 64) ?? chunked[0];
  return `Chunks of ${usual.chunkSize} need ${numberText(usual.operations! / recurrent.operations!, 3)} times the operations of the recurrence and hold ${numberText(usual.workingBytes! / recurrent.workingBytes!, 3)} times its bytes if all run at once, and only ${usual.steps} states wait for one another, not ${recurrent.steps}.`;
}

/** All forms beside the recurrence in float64: rounding, or no number at all. */
export const errorFigure: FormsFigure = {
  key,
  draw(all) {
    const rows = all.filter(({difference}) => difference !== null && difference > 0);
    const chunked = rows.filter(({chunkSize}) => chunkSize !== null);
    const sizes = chunked.map(({chunkSize}) => chunkSize!);
    const series = Array.from(
      grouped(chunked, ({form, precision}) => `${formName(form)}, ${precision}`),
      ([name, rows]): Series => ({
        name,
        family: FAMILIES[rows[0].form] ?? "baseline",
        provenance: "measured",
        join: "line",
        points: rows.map((row) => ({
          key: key(row),
          label: labelOf(row),
          x: row.chunkSize!,
          y: row.difference!,
        })),
      }),
    );
    const guides = rows
      .filter(({chunkSize}) => chunkSize === null)
      .map((row): Series => {
        const name = `${formName(row.form)}, ${row.precision}`;
        const at = (x: number): Point => ({key: key(row), label: name, x, y: row.difference!});
        return {
          name,
          family: FAMILIES[row.form] ?? "baseline",
          provenance: "measured",
          join: "guide",
          points: [at(Math.min(...sizes)), at(Math.max(...sizes))],
        };
      });
    return {
      question: "Do all forms give the same numbers?",
      finding: errorFinding(all),
      x: {label: "tokens of a chunk", log: true},
      y: {label: "greatest difference / largest number", log: true},
      series: [...series, ...guides],
    };
  },
};

function errorFinding(all: readonly FormRow[]): string {
  const sound = all.filter(({form}) => form !== "naive");
  const most = (precision: string) =>
    Math.max(...sound.filter((row) => row.precision === precision).map(({difference}) => difference ?? 0));
  const agree = `From the recurrence in float64 no form differs by more than ${numberText(most("float64"), 2)} in float64 and ${numberText(most("float32"), 2)} in float32, relative to the largest number.`;
  const broken = ["float32", "float64"].flatMap((precision) => {
    const first = all.find((row) => row.form === "naive" && row.precision === precision && row.broken > 0);
    return first ? [`of ${first.chunkSize} in ${precision}`] : [];
  });
  if (broken.length > 0)
    return `${agree} Naive chunks give infinities and no numbers from chunks ${broken.join(" and ")} on.`;
  return all.some(({form}) => form === "naive") ? `${agree} Nothing overflows here.` : agree;
}
