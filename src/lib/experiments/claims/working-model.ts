import {corpusSeeds, EVAL_SEEDS} from "../../evaluate/eval-texts.js";
import {experiment} from "../../experiment/experiment.js";
import {decoderWeights, SMALL_DECODERS} from "../shared/decoders.js";
import {claimColumns} from "./claim.js";
import {ledgerRows} from "./ledger-rows.js";
import {mxint4AccuracyClaim} from "./working-model/mxint4-accuracy.js";
import {razerPerplexityClaims} from "./working-model/razer-perplexity.js";
import {type Found, setupScores} from "./working-model/readings.js";

/** Claims that a model in formats judges. */
export const modelClaims = [...razerPerplexityClaims, mxint4AccuracyClaim];

/** Activations in four bits take four times as long as weights alone. */
const SHARES = [
  [16, 0, 0.2],
  [4, 0.2, 0.8],
] as const;

/** Claims about perplexity, judged on the small decoder and on its twin with outlier channels, with intervals. */
export const workingModelClaims = experiment({
  id: "claims/working-model",
  title: "Claims about formats in models",
  question:
    "Is FP16 better than RaZeR, RaZeR than NVFP4, NVFP4 than MXFP4 in a working model, and by how much?",
  source: "the papers named in each row",
  params: {
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "Of 128 tokens. More documents give narrower intervals.",
      min: 2,
      max: 128,
      default: 32,
    },
  },
  columns: claimColumns,
  needs: SMALL_DECODERS.map((id) => `weights/${id}` as const),
  sweep: [{}],
  async run({documents}, {data, progress}) {
    const texts = corpusSeeds({seeds: EVAL_SEEDS, documents}).flatMap((seed) => seed.texts);
    const found: Found[] = [];
    for (const [n, model] of SMALL_DECODERS.entries()) {
      const weights = decoderWeights(model, data);
      for (const [activationBits, from, length] of SHARES) {
        const tell = (share: number, what?: string) =>
          progress((n + from + share * length) / SMALL_DECODERS.length, what);
        found.push({model, activationBits, scores: await setupScores(weights, activationBits, texts, tell)});
      }
    }
    return ledgerRows(modelClaims, found);
  },
});
