import type {splitReason} from "../../../lib/experiments/decoding/split-reason.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure, marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";
import {level} from "../series.js";

export type SplitRow = RowOf<typeof splitReason>;

const percent = (share: number): number => 100 * share;
const looks = seriesBy<SplitRow>(
  ({label}) => label,
  ({family}) => (family === "baseline" ? "baseline" : "decoding"),
);
const solved = {
  column: "solved",
  label: "problems solved",
  unit: "%",
  of: (row: SplitRow) => percent(row.solved),
} as const;
/** Of the two models alone and of the learned tags: those of all rows would hide each other. */
const interval = ({solvedLow, solvedHigh, policy, family}: SplitRow) =>
  family === "baseline" || policy === "learned"
    ? ([percent(solvedLow), percent(solvedHigh)] as const)
    : undefined;
const named = ({label, share, policy}: SplitRow): string =>
  policy === "small" || policy === "large"
    ? label
    : `${label}, ${numberText(percent(share), 2)} % handed over`;
const ends = (rows: readonly SplitRow[]) => rows.filter(({family}) => family === "baseline");

const largeSolved = (rows: readonly SplitRow[]) => {
  const large = rows.find(({policy}) => policy === "large");
  return large && percent(large.solved);
};

/** Problems solved against the share of the work that the large model wrote. */
export const shareFigure = linesFigure<typeof splitReason>({
  experiment: "decoding/split-reason",
  question: "How much of the work must the large model write?",
  key: ({policy, share}) => `${policy} ${share}`,
  label: named,
  series: looks,
  x: {
    column: "largeShare",
    label: "work that the large model wrote",
    unit: "%",
    of: ({largeShare}) => percent(largeShare),
  },
  y: solved,
  interval,
  better: "top left",
  merits: "less work by the large model, more solved",
  // Of the large model alone the share is always 100 %: a level line leaves the others their room.
  drawn: (rows) => rows.filter(({policy}) => policy !== "large"),
  guides: ({points}, _, all) => level("large model alone", "measured", largeSolved(all), points),
  labelled: ({rows}) => ends(rows).map(({policy, share}) => `${policy} ${share}`),
  finding: (_, __, all) => shareFinding(all),
});

/** Problems solved against the modelled time of a problem. */
export const timeFigure = marksFigure<typeof splitReason>({
  experiment: "decoding/split-reason",
  question: "What does a right answer cost, at the speeds of the paper's models?",
  key: ({policy, share}) => `${policy} ${share}`,
  label: named,
  series: looks,
  x: {column: "seconds", label: "time for a problem, modelled", unit: "s", provenance: "modelled"},
  y: solved,
  interval,
  better: "top left",
  merits: "sooner, more solved",
  front: () => true,
  labelled: ({rows}) => ends(rows).map(({policy, share}) => `${policy} ${share}`),
  finding: ({rows}) => timeFinding(rows),
});

/** The two models alone, and the learned tags beside random steps. */
export function shareFinding(rows: readonly SplitRow[]): string {
  const of = (policy: string) => rows.filter((row) => row.policy === policy);
  const [[small], [large], learned] = [of("small"), of("large"), of("learned")];
  const all = learned.find(({share}) => share === 1);
  if (!small || !large || !all) return sample(rows);
  return `Handing over what it learned to tag as hard, ${numberText(percent(all.largeShare), 2)} % of the work, the small model solves ${points(all)} of the problems; alone it solves ${points(small)}, the large one ${points(large)}. ${againstRandom(of("random-steps"), all)}${sample(rows)}`;
}

const points = ({solved: share}: SplitRow): string => `${numberText(percent(share), 3)} %`;

/** Random steps at the share nearest to that of another row. */
function againstRandom(random: readonly SplitRow[], {largeShare}: SplitRow): string {
  const near = random.toSorted(
    (a, b) => Math.abs(a.largeShare - largeShare) - Math.abs(b.largeShare - largeShare),
  )[0];
  return near === undefined
    ? ""
    : `With ${numberText(percent(near.largeShare), 2)} % of the work handed over at random it is ${points(near)}. `;
}

const sample = (rows: readonly SplitRow[]): string =>
  `Lines are 95 % intervals over ${rows[0]?.problems ?? 0} problems, drawn for the models alone and the learned tags; each model was trained once.`;

/** How much sooner the learned split is done than the large model alone, and what it gives up. */
export function timeFinding(rows: readonly SplitRow[]): string {
  const large = rows.find(({policy}) => policy === "large");
  const learned = rows.find(({policy, share}) => policy === "learned" && share === 1);
  if (!large || !learned) return sample(rows);
  return `With all its requests granted the pair is ${numberText(large.seconds / learned.seconds, 2)} times as fast as the large model alone, and solves ${points(learned)} of the problems instead of ${points(large)}. Both models are taken to work at once, at the tokens a second that the paper prints for 1.5 and 32 billion parameters. ${sample(rows)}`;
}
