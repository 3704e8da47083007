import {numberText} from "../../kit/text/number-text.js";
import {isWords, type RateRow} from "../../plots/scenes/rates.js";
import {type BarQuestion, rangeOf} from "./question.js";

/** The compression from which words say more than triangles. */
export function overtakeQuestion(rows: readonly RateRow[]): BarQuestion {
  const words = rows.find(({codec}) => codec === "text") ?? rows[0];
  const files = rows.filter(({codec}) => codec !== "original" && !isWords(codec));
  const found = [...new Set(files.map(({codec}) => codec))].flatMap((codec) => {
    const good = files.filter((row) => row.codec === codec && row.chamfer <= words.chamfer);
    const best = good.reduce<RateRow | undefined>(
      (a, b) => (a === undefined || b.ratio > a.ratio ? b : a),
      undefined,
    );
    return best === undefined ? [] : [best];
  });
  const most = found.reduce((a, b) => (b.ratio > a.ratio ? b : a), found[0] ?? words);
  return {
    question: `Every word of a small grammar describes ${words.objects} objects that it cannot quite say. Up to how many times smaller than the mesh is a file of triangles still at least as near to the object?`,
    options: ["10 times", "around 100 times", "more than 150 times"],
    right: rangeOf(most.ratio, [30, 150]),
    because: `${numberText(most.ratio, 2)} times, with ${most.label} at ${most.kept}: most triangles of a mesh say little of its shape.`,
    shown: "Times smaller, of the smallest file that is as near as all words",
    bars: found.map((row) => ({
      name: `${row.label}: ${row.kept}`,
      value: row.ratio,
      text: `${numberText(row.ratio, 2)} times`,
    })),
  };
}
