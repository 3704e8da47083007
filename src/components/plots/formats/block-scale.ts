import type {blockScale} from "../../../lib/experiments/formats/block-scale.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {Point, Series} from "../chart-spec.js";
import {paretoFront} from "../pareto.js";

/** Size against error for every block size and scale rule, a line a rule. */
export const blockScaleFigure: FigureOf<typeof blockScale> = {
  key: ({scaleRule, blockSize}) => `${scaleRule}/${blockSize}`,
  draw(rows, {distribution, element}) {
    const points = rows.map((row) => ({
      row,
      key: `${row.scaleRule}/${row.blockSize}`,
      label: `${row.scaleRule}, ${row.blockSize}`,
      x: row.bitsPerElement,
      y: row.sqnrDb,
    }));
    const rules = [...new Set(rows.map(({scaleRule}) => scaleRule))];
    const lines = rules.map(
      (rule): Series => ({
        name: rule,
        family: "mx",
        provenance: "measured",
        join: "line",
        points: points.filter(({row}) => row.scaleRule === rule),
      }),
    );
    const front = paretoFront(points);
    return {
      question: "What does a smaller block buy, under which scale rule?",
      finding: finding(front, `${element} elements on ${distribution} values`),
      x: {label: "size", unit: "bits per element"},
      y: {label: "signal to quantization noise", unit: "dB"},
      better: "top left",
      series: lines,
    };
  },
};

function finding(front: readonly Point[], what: string): string {
  const [cheap, good] = [front[0], front.at(-1)];
  if (cheap === undefined || good === undefined) return "There is nothing to compare.";
  return `For ${what}, going from ${cheap.label} to ${good.label} costs ${numberText(good.x - cheap.x)} bits per element and buys ${numberText(good.y - cheap.y, 3)} dB.`;
}
