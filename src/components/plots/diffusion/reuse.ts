import type {reuse} from "../../../lib/experiments/diffusion/reuse.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {FigureSpec, RowOf, SettingOf} from "../figure-spec.js";
import {ALL_SEEDS} from "../row-names.js";
import {intervalOn} from "../series.js";

type ReuseRow = RowOf<typeof reuse>;
type ReuseSetting = SettingOf<typeof reuse>;

const pooled = (rows: readonly ReuseRow[]) => rows.filter(({seed}) => seed === ALL_SEEDS);
const percent = (share: number) => 100 * share;

/** Tokens fed of each kind of reuse, a mark for one token a step and one for two. */
const shared = {
  experiment: "diffusion/reuse",
  drawn: pooled,
  key: ({reuse: id, perPass}) => `${id} ${perPass}`,
  label: ({label, perPass}) => `${label}, ${perPass} a step`,
  series: ({reuse: id, label}, all) => ({
    name: label,
    family: id === "none" ? "baseline" : "decoding",
    shade: [...new Set(all.map((row) => row.reuse))].indexOf(id),
  }),
  x: {column: "queries", label: "tokens fed, counted", unit: "a text", log: true},
  better: "bottom left",
} as const satisfies Partial<FigureSpec<ReuseRow, ReuseSetting>>;

/** Words that reuse changes against tokens fed. */
export const changedFigure = linesFigure<typeof reuse>({
  ...shared,
  question: "What does reuse save, and how many words does it change?",
  merits: "fewer tokens fed, fewer words changed",
  y: {column: "changed", of: ({changed}) => percent(changed), label: "words changed", unit: "%"},
  interval: ({changed, changedLow, changedHigh}) => {
    const ends = intervalOn(changed, changedLow, changedHigh);
    return ends && [percent(ends[0]), percent(ends[1])];
  },
  finding: ({rows}, {blockLength}) => changedFinding(rows, blockLength),
});

/** Loss of what is written against tokens fed. */
export const reuseLossFigure = linesFigure<typeof reuse>({
  ...shared,
  question: "Are the changed words worse?",
  merits: "fewer tokens fed, likelier text",
  y: {column: "loss", label: "loss under the decoder", unit: "nats/token"},
  interval: ({loss, lossLow, lossHigh}) => intervalOn(loss, lossLow, lossHigh),
  finding: ({rows}) => lossFinding(rows),
});

const rowFor =
  (rows: readonly ReuseRow[]) =>
  (id: string, perPass = 1) =>
    rows.find((row) => row.reuse === id && row.perPass === perPass);

/** Savings and changes of FreeCache, closed and as released. */
export function changedFinding(rows: readonly ReuseRow[], blockLength: number): string {
  const of = rowFor(rows);
  const [whole, kept, released, hasty] = [
    of("none"),
    of("freecache"),
    of("freecache-released"),
    of("freecache-released", 2),
  ];
  if (!whole || !kept || !released || !hasty) return sample(rows);
  const changed = (row: ReuseRow) => `${numberText(percent(row.changed), 2)} %`;
  return `In blocks of ${blockLength}, a token a step, FreeCache feeds ${numberText(whole.queries / kept.queries, 2)} times fewer tokens and changes ${changed(kept)} of the words. As released, with blocks kept as they were a pass before their end, it changes ${changed(released)}, and ${changed(hasty)} at two tokens a step. ${sample(rows)}`;
}

function lossFinding(rows: readonly ReuseRow[]): string {
  const of = rowFor(rows);
  const [whole, kept] = [of("none"), of("freecache")];
  if (!whole || !kept) return sample(rows);
  const {loss, lossLow, lossHigh} = whole;
  const within = lossLow !== null && lossHigh !== null && kept.loss >= lossLow && kept.loss <= lossHigh;
  return `A token a step, the loss is ${numberText(loss, 3)} nats a token without reuse and ${numberText(kept.loss, 3)} with finished blocks kept: ${within ? "other words, about as likely" : "another likelihood"}. ${sample(rows)}`;
}

const sample = (rows: readonly ReuseRow[]) =>
  `Vertical lines are 95 % intervals over ${rows[0]?.documents ?? 0} documents, each of one text of ${rows[0]?.tokens ?? 0} words. A line joins one token a step, right, with two, left.`;
