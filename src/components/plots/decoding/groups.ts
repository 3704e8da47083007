import type {writtenGroups} from "../../../lib/experiments/decoding/groups.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";

export type GroupsRow = RowOf<typeof writtenGroups>;

const NAME = "HAMburger";

/** Tokens that the model would have written itself, against the tokens of a step. */
export const groupsFigure = linesFigure<typeof writtenGroups>({
  experiment: "decoding/groups",
  question: "What do several tokens a step cost, if nothing verifies them?",
  key: ({confidence}) => `${confidence}`,
  label: ({confidence}) => `${NAME}, confidence ${numberText(confidence, 2)}`,
  series: () => ({name: NAME, family: "decoding", shade: 0}),
  x: {column: "tokensPerStep", label: "tokens of a step, and of an entry of the cache"},
  y: {
    column: "own",
    label: "tokens that the model would have written there",
    unit: "%",
    of: ({own}) => 100 * own,
  },
  interval: ({ownLow, ownHigh}) =>
    ownLow === null || ownHigh === null ? undefined : ([100 * ownLow, 100 * ownHigh] as const),
  finding: ({rows}) => groupsFinding(rows),
});

/** The groups at the confidence of the authors' code, and what the text loses. */
export function groupsFinding(rows: readonly GroupsRow[]): string {
  const theirs = rows.find(({confidence}) => confidence === 0.9) ?? rows[0];
  const {tokensPerStep, entriesSaved, own, same, documents, lossAbove, lossAboveLow, weightsRead} = theirs;
  const percent = (share: number) => `${numberText(100 * share, 3)}\u00a0%`;
  const saved = `At a confidence of ${numberText(theirs.confidence, 2)} a step writes ${numberText(tokensPerStep, 3)} tokens, so that ${percent(entriesSaved)} of the entries of the cache are saved, and ${percent(1 - weightsRead)} of the weights that a token reads.`;
  const worse =
    lossAboveLow !== null && lossAboveLow > 0
      ? `By the published model's own measure the text has ${numberText(Math.exp(lossAbove), 3)} times the perplexity of its own`
      : "By the published model's own measure the text is no worse than its own beyond doubt";
  return `${saved} The text is another one: ${percent(own)} of its tokens are those that the published model would have written there, and ${same} of ${documents} texts are the same. ${worse}; nothing is verified.`;
}
