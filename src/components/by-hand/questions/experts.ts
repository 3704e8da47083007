import {numberText} from "../../kit/text/number-text.js";
import type {LoadedRow} from "../../plots/experts/loaded.js";
import {type BarQuestion, rangeOf} from "./question.js";

/** Share of the experts of a plain mixture that eight tokens load. */
export function loadedQuestion(rows: readonly LoadedRow[]): BarQuestion {
  const plain = rows.filter(({mixture}) => mixture === "mixtral");
  const eight = plain.find(({chunk}) => chunk === 8);
  const share = eight?.loaded ?? 0;
  return {
    question:
      "Every token passes two of eight experts. A draft of eight tokens is verified in one pass: what share of the experts must be loaded for it?",
    options: ["a quarter, as for one token", "about a half", "three quarters or more"],
    right: rangeOf(share, [0.35, 0.7]),
    because: `${numberText(100 * share, 2)} %: different tokens ask for different experts.`,
    shown: "Share of the experts that consecutive tokens load",
    bars: plain.map(({chunk, loaded}) => ({
      name: chunk === 1 ? "1 token" : `${chunk} tokens`,
      value: loaded,
      text: `${numberText(100 * loaded, 2)} %`,
    })),
  };
}
