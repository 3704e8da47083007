import type {int8Threshold} from "../../../lib/experiments/formats/int8-threshold.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";

const percent = (share: number) => `${numberText(100 * share, 3)} %`;

/** The error of a product by the threshold from which a column stays in 16 bits. */
export const thresholdFigure = linesFigure<typeof int8Threshold>({
  experiment: "formats/int8-threshold",
  question: "What does a product lose by the threshold?",
  key: ({model, input, threshold}) => `${model}/${input}/${threshold}`,
  label: ({threshold}) => `columns from ${threshold}`,
  series: () => ({name: "LLM.int8()", family: "int"}),
  x: {column: "threshold", label: "magnitude from which a column stays in 16 bits; 0: none does"},
  y: {column: "error", of: ({error}) => 100 * error, label: "error over the size of the product", unit: "%"},
  finding({rows}) {
    const none = rows.find(({threshold}) => threshold === 0);
    const six = rows.find(({threshold}) => threshold === 6);
    if (none === undefined || six === undefined) return "There are no rows.";
    return `Without a threshold the products of this input are off by ${percent(none.error)}; with columns from 6 on in 16 bits, ${percent(six.columnShare)} of all, by ${percent(six.error)}.`;
  },
});
