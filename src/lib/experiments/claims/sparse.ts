import {inputStatistics} from "../../engine/calibration/input-statistics.js";
import type {DecoderWeights} from "../../engine/decoder/decoder-weights.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusCalibration, corpusSeeds} from "../../evaluate/eval-texts.js";
import {scoreTokens} from "../../evaluate/token-scores.js";
import {experiment} from "../../experiment/experiment.js";
import {unstructured} from "../../sparse/pruning/pattern.js";
import {pruneDecoder} from "../../sparse/pruning/prune-decoder.js";
import type {PruningMethodId} from "../../sparse/pruning/registry.js";
import {flap} from "../../sparse/structured/flap.js";
import type {StructuredMethod} from "../../sparse/structured/structured-method.js";
import {wandaUnits} from "../../sparse/structured/whole-columns.js";
import {mean} from "../../stats/moments.js";
import {elsaAccuracy} from "../accel/elsa-accuracy.js";
import {decoderWeights} from "../shared/decoders.js";
import {PICTURE_MODEL} from "../shared/picture-model.js";
import {readingModel} from "../sparse/pruned-models.js";
import {type Claim, claimColumns} from "./claim.js";
import type {TextLosses} from "./evidence.js";
import {ledgerRows} from "./ledger-rows.js";
import {elsaLevelClaims, type LevelRows} from "./sparse/elsa-levels.js";
import {type PrunedLosses, pruningClaims, type SparseFound} from "./sparse/pruning.js";

/** Share of the weights, or of heads and channels, that goes. */
const HALF = 0.5;
const CALIBRATION_TEXTS = 16;
/** Pictures for each of three seeds. */
const PICTURES = {calibration: 6, pictures: 32} as const;

/** Claims of papers on sparse weights. */
export const SPARSE_CLAIMS: readonly Claim<SparseFound & {readonly levels: LevelRows}>[] = [
  ...pruningClaims,
  ...elsaLevelClaims,
];

/** Claims of papers on sparse weights, judged on decoders and a model of pictures of ours. */
export const sparseClaims = experiment({
  id: "claims/sparse",
  title: "Claims about sparse weights",
  question: "How many weights can go, and does it matter how they are chosen?",
  source: "the papers named in each row",
  params: {
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "More documents give narrower intervals; the large model reads half as many.",
      min: 4,
      max: 64,
      default: 8,
    },
  },
  columns: claimColumns,
  needs: ["weights/decoder-small", "weights/decoder-large", PICTURE_MODEL],
  sweep: [{}],
  async run({documents}, {data, progress}) {
    const small = await prunedLosses(decoderWeights("decoder-small", data), documents);
    await progress(0.3, "the large model");
    const large = await prunedLosses(decoderWeights("decoder-large", data), Math.ceil(documents / 2));
    await progress(0.6, "pictures");
    const levels = await elsaAccuracy.run(PICTURES, {
      data: new Map([[PICTURE_MODEL, data.get(PICTURE_MODEL)]]),
    });
    const found = {pruned: {small, large}, levels};
    return ledgerRows(SPARSE_CLAIMS, found);
  },
});

async function prunedLosses(weights: DecoderWeights, documents: number): Promise<PrunedLosses> {
  const texts = corpusCalibration(CALIBRATION_TEXTS);
  const statistics = await inputStatistics(weights, {texts, backend: wasmBackend});
  const pruned = (method: PruningMethodId) =>
    lossesOf(pruneDecoder(weights, {method, pattern: unstructured(1 - HALF), statistics}).weights, documents);
  const smaller = ({remove}: StructuredMethod) =>
    lossesOf(remove(weights, {ratio: HALF, statistics}).weights, documents);
  return {
    whole: await lossesOf(weights, documents),
    magnitude: await pruned("magnitude"),
    wanda: await pruned("wanda"),
    sparsegpt: await pruned("sparsegpt"),
    wandaUnits: await smaller(wandaUnits),
    flap: await smaller(flap),
  };
}

/** Mean loss of each test document. */
async function lossesOf(weights: DecoderWeights, documents: number): Promise<TextLosses> {
  const {logits} = await readingModel(weights);
  const texts = corpusSeeds({documents}).flatMap((seed) => seed.texts);
  return {
    nll: Float64Array.from(
      texts,
      ({tokens}) => -mean(scoreTokens(logits(tokens.slice(0, -1)), tokens.slice(1)).logProbs),
    ),
  };
}
