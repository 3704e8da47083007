/** Costs of writing in a way, counted from what was fed, as columns and cells that experiments share. */

import {bytesRead, type ModelSizes, operationsOf} from "../../diffusion/cost.js";
import {type MaskedWork, sumWork} from "../../diffusion/masked-text.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {mean} from "../../stats/moments.js";
import type {Way, WayModels, Written} from "./ways.js";

/** Bytes of a number as the engine holds it, float32. */
const BYTES_PER_NUMBER = 4;

const counted = <const L extends string, const U extends string | undefined = undefined>(
  label: L,
  unit?: U,
) => ({type: "number", label, ...(unit !== undefined && {unit}), provenance: "measured"}) as const;

/** Columns of what a text takes. */
export const costColumns = {
  passes: counted("Passes of the model that writes", "a text"),
  tokensPerPass: counted("Tokens written a pass"),
  queries: counted("Tokens fed, all passes together", "a text"),
  guidePasses: counted("Passes of the guide", "a text"),
  guideQueries: counted("Tokens fed to the guide", "a text"),
  operations: counted("Operations for a written token, guide included", "MFLOP"),
  bytes: counted("Weights, keys and values read for a written token, guide included", "MB"),
} as const;

/** Models of a way, and the bits that a weight of the decoder's layers takes. */
export interface CostedModels extends WayModels {
  readonly bitsPerWeight: number;
}

/** Mean costs of texts of `tokens` tokens each. */
export function costCells(
  {writer}: Way,
  models: CostedModels,
  texts: readonly Pick<Written, "work" | "guideWork">[],
  tokens: number,
) {
  const [works, guides] = [texts.map(({work}) => work), texts.map(({guideWork}) => guideWork)];
  const [work, guide] = [sumWork(works), sumWork(guides)];
  const own = writer === "decoder" ? models.decoder : models.masked;
  const ownBytes = writer === "decoder" ? models.bitsPerWeight / 8 : BYTES_PER_NUMBER;
  const each = (total: number) => total / texts.length / tokens / 1e6;
  const passes = mean(works.map((one) => one.passes));
  return {
    passes,
    tokensPerPass: tokens / passes,
    queries: mean(works.map(({queries}) => queries)),
    guidePasses: mean(guides.map((one) => one.passes)),
    guideQueries: mean(guides.map(({queries}) => queries)),
    operations: each(operations(own, work) + operations(models.decoder, guide)),
    bytes: each(
      bytesRead(sizesOf(own), work, BYTES_PER_NUMBER, ownBytes) +
        bytesRead(sizesOf(models.decoder), guide, BYTES_PER_NUMBER),
    ),
  };
}

function operations(model: Decoder, work: MaskedWork): number {
  const {linear, attention} = operationsOf(sizesOf(model), work);
  return linear + attention;
}

const sizesOf = ({config}: Decoder): ModelSizes => ({
  layers: config.layers,
  hidden: config.hiddenSize,
  kvWidth: config.kvHeads * config.headDim,
  ffn: config.intermediateSize,
  vocab: config.vocabSize,
});
