import {numberText} from "../../kit/text/number-text.js";
import {type PruningRow, timesWhole} from "../../plots/sparse/pruning.js";
import {type BarQuestion, rangeOf} from "./question.js";

/** What it costs to drop half of the weights where hardware wants it, beside anywhere. */
export function groupsQuestion(rows: readonly PruningRow[]): BarQuestion {
  const first = rows.filter(({calibrationSeed}) => calibrationSeed === null || calibrationSeed === 0);
  const halves = ["0.5", "4:8", "2:4"].flatMap((pattern) =>
    first
      .filter((row) => row.pattern === pattern)
      .toSorted((a, b) => a.perplexity - b.perplexity)
      .slice(0, 1),
  );
  const [free, groups] = [halves[0], halves.at(-1)];
  const ratio = free && groups ? groups.perplexity / free.perplexity : 1;
  return {
    question:
      "Half of the weights go, and the rest makes up for them. Sparse units of a processor want exactly two of every four neighbours to go instead of any half. What does that do to perplexity?",
    options: ["next to nothing", "some tenths more", "more than twice as much"],
    right: rangeOf(ratio, [1.1, 2]),
    because: `${numberText(ratio, 3)} times as much: a group whose four weights all matter must still give up two.`,
    shown: "Perplexity over that of the whole model, with half of the weights, by the best method",
    bars: halves.map((row) => ({
      name: row.grouped ? row.pattern : "anywhere",
      value: timesWhole(row),
      text: `${numberText(timesWhole(row), 3)} times`,
    })),
  };
}
