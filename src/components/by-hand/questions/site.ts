import type {ClaimsIndex} from "../../../data/claims.js";
import {numberText} from "../../kit/text/number-text.js";
import type {SpeedRun} from "../site/speed-table.js";
import {type BarQuestion, rangeOf} from "./question.js";

/** How much of what could be tried agrees with what was printed. */
export function verdictQuestion({summary}: ClaimsIndex): BarQuestion {
  const verdicts = Object.keys(summary[0]?.counts ?? {});
  const bars = verdicts.map((verdict) => {
    const value = summary.reduce((sum, {counts}) => sum + (counts[verdict] ?? 0), 0);
    return {name: verdict, value, text: `${value} claims`};
  });
  const countOf = (verdict: string) => bars.find(({name}) => name === verdict)?.value ?? 0;
  const tried = bars.reduce((sum, {name, value}) => (name === "open" ? sum : sum + value), 0);
  const share = countOf("agrees") / tried;
  return {
    question: "Of the claims that could be tried here, how many does the evidence confirm as printed?",
    options: ["less than a quarter", "a quarter to a half", "a half to three quarters", "more than that"],
    right: rangeOf(share, [0.25, 0.5, 0.75]),
    because: `${countOf("agrees")} of ${tried}, ${numberText(100 * share, 2)} %: ${countOf("same direction")} more show the effect in another size, and ${countOf("differs")} are contradicted.`,
    shown: "Claims by verdict",
    bars,
  };
}

/** The contest whose answer the question on speed is about. */
const SVD = "svd-1024x256";

/** Times as fast as a library that decomposes a matrix in full. */
export function decompositionQuestion({records}: SpeedRun): BarQuestion {
  const own = records.filter(({name, ratio}) => name.startsWith(SVD) && ratio !== null);
  const lapack = own.find(({peerName}) => peerName?.startsWith("LAPACK"))?.ratio ?? 0;
  return {
    question:
      "A compressed cache needs the 64 largest singular values of 1024 x 256 numbers. LAPACK finds all 256: how many times as fast is this library?",
    options: ["less than half", "half to twice", "twice to ten times", "more than ten times"],
    right: rangeOf(lapack, [0.5, 2, 10]),
    because: `${numberText(lapack, 2)} times: native code with tuned matrix products makes up for computing all of them.`,
    shown: "Times as fast as others",
    bars: own.map(({peerName, ratio}) => ({
      name: peerName ?? "none",
      value: ratio ?? 0,
      text: `${numberText(ratio ?? 0, 2)} times`,
    })),
  };
}
