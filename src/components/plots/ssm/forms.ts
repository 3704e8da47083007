import type {scanForms} from "../../../lib/experiments/ssm/scan-forms.js";
import {largest, smallest} from "../../../lib/stats/extent.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import type {Look} from "../palette.js";
import {guide} from "../series.js";

type FormRow = RowOf<typeof scanForms>;

/** Forms of the scan in a reader's words; the recurrence is what all others are held against. */
const FORMS: Readonly<Record<string, Look & {readonly name: string}>> = {
  recurrent: {name: "recurrence", family: "baseline", shade: 0},
  chunked: {name: "in chunks", family: "state-space", shade: 0},
  associative: {name: "associative scan", family: "state-space", shade: 1},
  naive: {name: "naive chunks", family: "state-space", shade: 2},
  kernel: {name: "wasm kernel", family: "state-space", shade: 3},
};

const formOf = ({form}: FormRow) => FORMS[form] ?? {name: form, family: "baseline" as const, shade: 0};

const shared = {
  key: ({form, precision, chunkSize}: FormRow) => `${form} ${precision} ${chunkSize ?? ""}`,
  label: (row: FormRow) =>
    row.chunkSize === null ? formOf(row).name : `${formOf(row).name} of ${row.chunkSize}`,
};

/** Chunks buy fewer steps that wait for one another with more operations. */
export const workFigure = linesFigure<typeof scanForms>({
  experiment: "ssm/scan-forms",
  ...shared,
  question: "What do fewer steps cost?",
  drawn: (rows) => rows.filter(({precision, operations}) => precision === "float64" && operations !== null),
  series: formOf,
  x: {column: "steps", provenance: "modelled", label: "states that wait for one another", log: true},
  y: {
    column: "operations",
    label: "multiplications and additions",
    log: true,
    provenance: "modelled",
  },
  better: "bottom left",
  merits: "fewer steps, fewer operations",
  finding: ({rows}) => workFinding(rows),
});

function workFinding(rows: readonly FormRow[]): string {
  const recurrent = rows.find(({form}) => form === "recurrent")!;
  const chunked = rows.filter(({form}) => form === "chunked");
  // A chunk of at most 64 tokens is what published kernels take.
  const usual = chunked.findLast(({chunkSize}) => chunkSize! <= 64) ?? chunked[0];
  return `Chunks of ${usual.chunkSize} need ${numberText(usual.operations! / recurrent.operations!, 3)} times the operations of the recurrence and hold ${numberText(usual.workingBytes! / recurrent.workingBytes!, 3)} times its bytes if all run at once, and only ${usual.steps} states wait for one another, not ${recurrent.steps}.`;
}

/** A form in one of the two precisions, each with a shade of its own. */
function inPrecision(row: FormRow): Look & {readonly name: string} {
  const {name, family, shade = 0} = formOf(row);
  return {name: `${name}, ${row.precision}`, family, shade: row.precision === "float64" ? shade : shade + 4};
}

/** All forms beside the recurrence in float64: rounding, or no number at all. */
export const errorFigure = linesFigure<typeof scanForms>({
  experiment: "ssm/scan-forms",
  ...shared,
  question: "Do all forms give the same numbers?",
  drawn: (rows) => rows.filter(({difference, chunkSize}) => (difference ?? 0) > 0 && chunkSize !== null),
  series: inPrecision,
  x: {column: "chunkSize", label: "tokens of a chunk", log: true},
  y: {column: "difference", label: "greatest difference / largest number", log: true},
  guides({points}, _, all) {
    const xs = points.map(({x}) => x);
    const ends = [smallest(xs), largest(xs)];
    return all
      .filter(({difference, chunkSize}) => (difference ?? 0) > 0 && chunkSize === null)
      .map((row) =>
        guide(
          inPrecision(row).name,
          "measured",
          ends.map((x) => ({x, y: row.difference!})),
          inPrecision(row),
        ),
      );
  },
  finding: (_, __, all) => errorFinding(all),
});

function errorFinding(all: readonly FormRow[]): string {
  const sound = all.filter(({form}) => form !== "naive");
  const most = (precision: string) =>
    largest(sound.filter((row) => row.precision === precision).map(({difference}) => difference ?? 0));
  const agree = `From the recurrence in float64 no form differs by more than ${numberText(most("float64"), 2)} in float64 and ${numberText(most("float32"), 2)} in float32, relative to the largest number.`;
  const broken = ["float32", "float64"].flatMap((precision) => {
    const first = all.find((row) => row.form === "naive" && row.precision === precision && row.broken > 0);
    return first ? [`of ${first.chunkSize} in ${precision}`] : [];
  });
  if (broken.length > 0)
    return `${agree} Naive chunks give infinities and no numbers from chunks ${broken.join(" and ")} on.`;
  return all.some(({form}) => form === "naive") ? `${agree} Nothing overflows here.` : agree;
}
