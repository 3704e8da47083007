import {forward} from "../../engine/decoder/decoder.js";
import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusSeeds} from "../../evaluate/eval-texts.js";
import {scoreTokens} from "../../evaluate/token-scores.js";
import {type DataSets, experiment} from "../../experiment/experiment.js";
import {mean} from "../../stats/moments.js";
import {multiplierChoice} from "../arithmetic/multipliers.js";
import {decoderWeights} from "../shared/decoders.js";
import {COMPARED, lMulClaims, type ReplacedLosses, replacedKey} from "./arithmetic/l-mul.js";
import {hardwareClaims} from "./arithmetic/others.js";
import {claimColumns} from "./claim.js";
import type {TextLosses} from "./evidence.js";
import {ledgerRows} from "./ledger-rows.js";

/** All claims on products without a multiplier. */
export const arithmeticClaimList = [...lMulClaims, ...hardwareClaims];

/** Claims on products without a multiplier. */
export const arithmeticClaims = experiment({
  id: "claims/arithmetic",
  title: "Claims about products without a multiplier",
  question: "Which printed claims about products without a multiplier hold in a small model?",
  source: "the paper named in each row",
  params: {
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "Of 128 tokens. More documents give narrower intervals.",
      min: 2,
      max: 16,
      default: 4,
    },
  },
  columns: claimColumns,
  needs: ["weights/decoder-small"],
  sweep: [{}],
  async run({documents}, {data, progress}) {
    return ledgerRows(arithmeticClaimList, await replacedLosses(data, documents, progress));
  },
});

/** Reads the documents of all evaluation seeds under every way to multiply that a claim compares. */
async function replacedLosses(
  data: Pick<DataSets, "get">,
  documents: number,
  tell: (share: number, what: string) => Promise<void>,
): Promise<ReplacedLosses> {
  const weights = decoderWeights("decoder-small", data);
  const base = await wasmBackend();
  const texts = corpusSeeds({documents}).flatMap((seed) => seed.texts);
  const found = new Map<string, TextLosses>();
  for (const [n, id] of COMPARED.entries()) {
    for (const reach of ["attention", "all"] as const) {
      await tell(n / COMPARED.length, `${id}, ${reach}`);
      const model = await decoderOf(weights, {backend: multiplierChoice(id, null).backend(base, reach)});
      const nll = Float64Array.from(texts, ({tokens}) => {
        const logits = forward(model, tokens.slice(0, -1));
        return -mean(Array.from(scoreTokens(logits, tokens.slice(1)).logProbs));
      });
      found.set(replacedKey(id, reach), {nll});
    }
  }
  return found;
}
