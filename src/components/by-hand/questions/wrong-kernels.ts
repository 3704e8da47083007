import {numberText} from "../../kit/text/number-text.js";
import {lastRows, type WrongKernelRow} from "../../plots/accel/wrong-kernels.js";
import {type BarQuestion, rangeOf} from "./question.js";

/** Variables without a first value, in tests that each begin in a memory of zeros. */
export function zerosQuestion(rows: readonly WrongKernelRow[]): BarQuestion {
  const found = (memory: WrongKernelRow["memory"]) => {
    const own = rows.filter(
      (row) => row.generator === "uniform" && row.outside === "stops the kernel" && row.memory === memory,
    );
    return lastRows(own).find(({bugs}) => bugs === "uninitialized")?.found ?? 0;
  };
  const [left, zeros] = [found("left by the test before"), found("zeros")];
  const percent = (share: number) => `${numberText(100 * share, 3)} %`;
  return {
    question:
      "A sum has no first value, so it begins with what its memory holds. How many of these kernels are found if each test begins in a memory of zeros?",
    options: ["none", "half to nine tenths", "all, only later"],
    right: rangeOf(zeros, [0.2, 0.95]),
    because: `${percent(zeros)}, and more tests do not find the rest: zero is the right first value of a sum. Where a test begins with what the one before has left, ${percent(left)} are found, most of them by the second test. Sums in a loop are found either way, since they go on from the round before.`,
    shown: "Kernels found that have a variable without a first value",
    bars: [
      {name: "memory left by the test before", value: left, text: percent(left)},
      {name: "zeros before each test", value: zeros, text: percent(zeros)},
    ],
  };
}
