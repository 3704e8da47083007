import type {Format} from "../../../lib/formats/format.js";
import {mx} from "../../../lib/formats/mx/mx.js";
import {nvfp4} from "../../../lib/formats/nvfp4/nvfp4.js";
import {razer} from "../../../lib/formats/razer/razer.js";
import {randomStream} from "../../../lib/tensor/random.js";
import {numberText} from "../../kit/text/number-text.js";
import {type BlockView, blockView} from "./block-view.js";
import {mxfp4Scale, nvfp4Scale, razerScale, type TellScale} from "./scale-story.js";

/** Values of a block. */
export const BLOCK = 16;
/** Place of the value that is multiplied. */
const OUTLIER_AT = 5;

/** Controls of the block: the outlier's factor, and which values are drawn. */
export const oneBlockParams = {
  outlier: {
    kind: "number",
    label: "Outlier: one value multiplied by",
    min: 1,
    max: 16,
    step: 0.5,
    default: 4,
  },
  seed: {
    kind: "integer",
    label: "Seed of the sixteen values",
    min: 0,
    max: 999,
    default: 265,
    advanced: true,
  },
} as const;

/** A block in one format, and how its scale was found. */
export interface CodedBlock {
  readonly format: Format;
  readonly view: BlockView;
  readonly tell: TellScale;
  /** Squared error of all values but the outlier. */
  readonly neighbourError: number;
}

const COMPARED: readonly (readonly [Format, TellScale])[] = [
  [mx({blockSize: BLOCK}), mxfp4Scale],
  [nvfp4(), nvfp4Scale],
  [razer(), razerScale],
];

/** Sixteen normal values, one of them multiplied, in MXFP4, NVFP4 and RaZeR. */
export function oneBlock({outlier, seed}: {readonly outlier: number; readonly seed: number}): {
  readonly values: readonly number[];
  readonly blocks: readonly CodedBlock[];
} {
  const stream = randomStream(seed, "block by hand");
  const values = Array.from({length: BLOCK}, (_, i) => stream.normal() * (i === OUTLIER_AT ? outlier : 1));
  const blocks = COMPARED.map(([format, tell]) => {
    const view = blockView(format, values);
    const neighbourError = view.squaredError - view.cells[OUTLIER_AT].error ** 2;
    return {format, view, tell, neighbourError};
  });
  return {values, blocks};
}

/** Order of the formats on this block, and what the outlier does to its neighbours, in a sentence. */
export function oneBlockFinding(state: {readonly outlier: number; readonly seed: number}): string {
  const {blocks} = oneBlock(state);
  const ordered = blocks.toSorted((a, b) => b.view.squaredError - a.view.squaredError);
  const errors = ordered.map(({format, view}) => `${format.title} ${numberText(view.squaredError, 3)}`);
  const before = oneBlock({...state, outlier: 1}).blocks;
  const grown = blocks.map(
    ({format, neighbourError}, i) =>
      `${numberText(neighbourError / before[i].neighbourError, 2)} times in ${format.title}`,
  );
  const neighbours =
    state.outlier === 1 ? "" : ` The outlier's neighbours lose more than without it: ${grown.join(", ")}.`;
  return `Squared error of this block, from the largest: ${errors.join(", ")}.${neighbours}`;
}
