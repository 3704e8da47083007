import type {ownFile} from "../../../lib/experiments/formats/own-file.js";
import {techniqueFacts} from "../../kit/techniques.js";
import {marksFigure} from "../figure.js";
import {ofFamily} from "../series.js";

/** Size against error for every tensor of a reader's file, in every format. */
export const ownFileFigure = marksFigure<typeof ownFile>({
  experiment: "formats/own-file",
  question: "What would these formats do to your tensors?",
  key: ({tensor, format}) => `${format} ${tensor}`,
  label: ({tensor, format}) => `${format} of ${tensor}`,
  series: ({format}) => ofFamily(techniqueFacts("formats", format)?.family ?? "baseline"),
  x: {column: "bitsPerElement", label: "size", unit: "bits per element, scales included"},
  y: {column: "sqnrDb", label: "signal to quantization noise", unit: "dB"},
  better: "top left",
  finding({rows, points}) {
    const without = rows.length - points.length;
    return `${points.length} measurements of your file${without > 0 ? `; ${without} more rows say in the table why there is nothing to draw` : ""}.`;
  },
});
