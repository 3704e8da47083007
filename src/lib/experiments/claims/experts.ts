import {forward} from "../../engine/decoder/decoder.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {scoreTokens} from "../../evaluate/token-scores.js";
import {experiment} from "../../experiment/experiment.js";
import {mean} from "../../stats/moments.js";
import {loadedExperts} from "../experts/loaded.js";
import {openedMixture} from "../experts/mixture-models.js";
import {expertStore} from "../experts/store.js";
import {testTexts} from "../shared/decoder-texts.js";
import {claimColumns} from "./claim.js";
import type {TextLosses} from "./evidence.js";
import {mixtureClaims} from "./experts/mixtures.js";
import {ledgerRows} from "./ledger-rows.js";

/** Claims of papers on mixtures of experts. */
export const expertClaims = experiment({
  id: "claims/experts",
  title: "Claims about mixtures of experts",
  question: "Which printed claims about mixtures of experts hold with small ones that were trained here?",
  source: "the paper named in each row",
  params: {
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "More documents give narrower intervals.",
      min: 2,
      max: 64,
      default: 32,
    },
  },
  columns: claimColumns,
  needs: loadedExperts.needs,
  sweep: [{}],
  async run({documents}, {data, progress}) {
    const sets = new Map(loadedExperts.needs.map((name) => [name, data.get(name)]));
    const loaded = await loadedExperts.run({documents}, {data: sets, progress});
    const [plain, idle] = await Promise.all([
      openedMixture("mixtral", data),
      openedMixture("moe-plus-plus", data),
    ]);
    const stores = await Promise.all(
      expertStore.sweep.map((setting) => expertStore.run(setting, {data: new Map()})),
    );
    const found = {
      loaded,
      plain: lossesOf(plain, documents),
      idle: lossesOf(idle, documents),
      store: stores.flat(),
    };
    return ledgerRows(mixtureClaims, found);
  },
});

/** Loss of every test document. */
function lossesOf(model: Decoder, documents: number): TextLosses {
  const texts = testTexts(model.config, {documents});
  return {
    nll: Float64Array.from(texts, ({tokens}) => {
      const {data} = forward(model, tokens.slice(0, -1));
      const logits = {shape: [tokens.length - 1, model.config.vocabSize], data};
      return -mean(scoreTokens(logits, tokens.slice(1)).logProbs);
    }),
  };
}
