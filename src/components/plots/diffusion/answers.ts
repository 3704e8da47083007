import type {answers} from "../../../lib/experiments/diffusion/answers.js";
import {numberText} from "../../kit/text/number-text.js";
import {marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {ALL_SEEDS} from "../row-names.js";
import {intervalOn} from "../series.js";

type AnswerRow = RowOf<typeof answers>;

const pooled = (rows: readonly AnswerRow[]) => rows.filter(({seed}) => seed === ALL_SEEDS);
const tasksOf = (rows: readonly AnswerRow[]) => [...new Set(rows.map(({task}) => task))];

/** Samples answered against operations, a mark for each way and task. */
export const answersFigure = marksFigure<typeof answers>({
  experiment: "diffusion/answers",
  question: "What does an answer take, where both kinds of model know it?",
  drawn: pooled,
  key: ({task, way}) => `${task} ${way}`,
  label: ({task, label, passes}) => `${label}, ${task}, ${numberText(passes, 2)} passes`,
  series: ({task, writer}, all) => ({
    name: `${writer}, ${task}`,
    family: writer === "decoder" ? "baseline" : "decoding",
    shade: tasksOf(all).indexOf(task),
  }),
  x: {column: "operations", label: "operations, counted", unit: "MFLOP per token", log: true},
  y: {column: "right", of: ({right}) => 100 * right, label: "samples right", unit: "%"},
  interval: ({right, rightLow, rightHigh}) => {
    const ends = intervalOn(right, rightLow, rightHigh);
    return ends && [100 * ends[0], 100 * ends[1]];
  },
  better: "top left",
  merits: "fewer operations, more answers right",
  finding: ({rows}) =>
    tasksOf(rows)
      .map((task) => taskFinding(task, rows))
      .join(" "),
});

/** The best of each kind at one task, and what either takes. */
function taskFinding(task: string, rows: readonly AnswerRow[]): string {
  const own = rows.filter((row) => row.task === task);
  const best = (writer: string) =>
    own
      .filter((row) => row.writer === writer)
      .toSorted((a, b) => b.right - a.right || a.operations - b.operations)[0];
  const [diffusion, decoder] = [best("diffusion"), best("decoder")];
  if (!diffusion || !decoder) return "";
  const said = ({right, passes, operations, bytes}: AnswerRow) =>
    `${numberText(100 * right, 3)} % of ${diffusion.samples} in ${numberText(passes, 2)} passes, ${numberText(operations, 3)} MFLOP and ${numberText(bytes, 2)} MB a token`;
  return `${task}: the diffusion model, ${diffusion.label}, ${said(diffusion)}; the ${decoder.label}, ${said(decoder)}.`;
}
