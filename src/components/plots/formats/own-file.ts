import type {ownFile} from "../../../lib/experiments/formats/own-file.js";
import {formats} from "../../../lib/formats/registry.js";
import type {FigureOf} from "../../kit/workbench.js";
import {type FormatPoint, seriesByFamily} from "../series.js";

/** Size against error for every tensor of a reader's file, in every format. */
export const ownFileFigure: FigureOf<typeof ownFile> = {
  key: ({tensor, format}) => `${format} ${tensor}`,
  draw(rows) {
    const points = rows.flatMap(({tensor, format, bitsPerElement, sqnrDb}): FormatPoint[] =>
      bitsPerElement === null || sqnrDb === null || !Number.isFinite(sqnrDb)
        ? []
        : [
            {
              key: `${format} ${tensor}`,
              label: `${format} of ${tensor}`,
              family: formats[format].family,
              x: bitsPerElement,
              y: sqnrDb,
            },
          ],
    );
    const without = rows.length - points.length;
    return {
      question: "What would these formats do to your tensors?",
      finding: `${points.length} measurements of your file${without > 0 ? `; ${without} more rows say in the table why there is nothing to draw` : ""}.`,
      x: {label: "size", unit: "bits per element, scales included"},
      y: {label: "signal to quantization noise", unit: "dB"},
      better: "top left",
      series: seriesByFamily(points),
    };
  },
};
