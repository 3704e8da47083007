import type {ladderSize} from "../../../lib/experiments/regress/ladder-size.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";
import {numberName} from "./predictors.js";

/** What a simple predictor does after some texts. */
export type LadderSizeRow = RowOf<typeof ladderSize>;

/** Error of the simple predictors against the texts that they learned from. */
export const ladderSizeFigure = linesFigure<typeof ladderSize>({
  experiment: "regress/ladder-size",
  question: "How many texts do simple predictors need?",
  key: ({predictor, learned}) => `${predictor} ${learned}`,
  label: ({predictor, learned}) => `${predictor} after ${learned} texts`,
  series: seriesBy(
    ({predictor}) => predictor,
    () => "machine",
  ),
  x: {column: "learned", label: "texts of training", log: true, ticks: [50, 200, 800, 1600]},
  y: {column: "logError", label: "root mean square error", unit: "powers of ten"},
  interval: ({logErrorLow, logErrorHigh}) => [logErrorLow, logErrorHigh],
  better: "bottom left",
  merits: "fewer texts, smaller error",
  finding: (_, __, all) => ladderSizeFinding(all),
});

const error = ({logError}: LadderSizeRow): string => numberText(logError, 2);

/** The predictor that errs least after the fewest texts, and after the most. */
export function ladderSizeFinding(rows: readonly LadderSizeRow[]): string {
  const sizes = rows.map(({learned}) => learned).toSorted((a, b) => a - b);
  const [few, many] = [sizes[0], sizes.at(-1)].map((size) =>
    rows.filter(({learned}) => learned === size).toSorted((a, b) => a.logError - b.logError),
  );
  const [first, last] = [few[0], many[0]];
  if (first === undefined || last === undefined) return "Nothing was learned.";
  const same = first.predictor === last.predictor ? "the same" : last.predictor;
  return `After ${first.learned} texts ${first.predictor} has the smallest error of the ${numberName(first.target)}, ${error(first)} powers of ten; after ${last.learned} it is ${same}, with ${error(last)}. Lines are medians of ${last.runs} runs that share no text of training, bars their range, over ${last.texts} texts of unseen structure.`;
}
