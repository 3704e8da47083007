import type {blockScale} from "../../../lib/experiments/formats/block-scale.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import {paretoFront} from "../pareto.js";
import {valuesName} from "./values-name.js";

/** A point named `rule, size`, in words. */
function blockText(label: string): string {
  const [rule, size] = label.split(", ");
  return `blocks of ${size} with the rule “${rule}”`;
}

/** Size against error for every block size and scale rule, a line a rule. */
export const blockScaleFigure = linesFigure<typeof blockScale>({
  experiment: "formats/block-scale",
  question: "How much does a smaller block gain, under which scale rule?",
  key: ({scaleRule, blockSize}) => `${scaleRule}/${blockSize}`,
  label: ({scaleRule, blockSize}) => `${scaleRule}, ${blockSize}`,
  series: ({scaleRule}) => ({name: scaleRule, family: "mx"}),
  x: {column: "bitsPerElement", label: "size", unit: "bits per element"},
  y: {column: "sqnrDb", label: "signal to quantization noise", unit: "dB"},
  better: "top left",
  merits: "fewer bits, less noise",
  finding({points}, {distribution, element}) {
    const front = paretoFront(points);
    const [cheap, good] = [front[0], front.at(-1)];
    if (cheap === undefined || good === undefined) return "There is nothing to compare.";
    return `On ${valuesName(distribution)}, ${element} gains ${numberText(good.y - cheap.y, 2)} dB for ${numberText(good.x - cheap.x, 2)} more bits per element, from ${blockText(cheap.label)} to ${blockText(good.label)}.`;
  },
});
