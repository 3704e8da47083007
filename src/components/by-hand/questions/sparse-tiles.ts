import type {tileTime} from "../../../lib/experiments/sparse/tile-time.js";
import {numberText} from "../../kit/text/number-text.js";
import type {RowOf} from "../../plots/figure-spec.js";
import {tileRows} from "../../plots/sparse/tile-time.js";
import {type BarQuestion, rangeOf} from "./question.js";

/** The gain of a bitmap where half of the weights are zero. */
export function tilesQuestion(rows: readonly RowOf<typeof tileTime>[]): BarQuestion {
  const half = (kind: string) => tileRows(rows, kind, "bf16").find(({density}) => density === 50);
  const [bitmap, dense] = [half("bitmap"), half("dense")];
  const ratio = (dense?.gigabytes ?? 0) / (bitmap?.gigabytes ?? 1);
  return {
    question:
      "Half of the weights are zero, and each of the others takes 16 bits. With a bit for every weight, how many times fewer bytes are read?",
    options: ["less than 1.5 times", "1.5 to 1.9 times", "twice"],
    right: rangeOf(ratio, [1.5, 1.9]),
    because: `${numberText(ratio, 3)} times: a weight takes 9 bits on average, one of the bitmap and half of 16.`,
    shown: "Weights as stored, GB",
    bars: [
      {name: "dense", value: dense?.gigabytes ?? 0, text: `${numberText(dense?.gigabytes ?? 0, 3)} GB`},
      {name: "bitmap", value: bitmap?.gigabytes ?? 0, text: `${numberText(bitmap?.gigabytes ?? 0, 3)} GB`},
    ],
  };
}
