import {experiment} from "../../experiment/experiment.js";
import {AGREEMENT_DATA, agreementGain} from "../mixers/agreement-gain.js";
import {documentLosses} from "../mixers/document-losses.js";
import {MATMUL_FREE_NEEDS, MIXER_NEEDS} from "../mixers/models.js";
import {TRACKING_DATA} from "../mixers/tracking-models.js";
import {tripleGap} from "../mixers/triple-gap.js";
import {claimColumns} from "./claim.js";
import {ledgerRows} from "./ledger-rows.js";
import {attambaClaims} from "./mixers/attamba.js";
import {ecoformerClaims} from "./mixers/ecoformer.js";
import {flashRnnClaims, followedStates} from "./mixers/flash-rnn.js";
import {kroneckerClaims} from "./mixers/kronecker.js";
import {matMulFreeClaims} from "./mixers/matmul-free.js";

/** Claims on mixers of tokens between attention and state. */
export const mixerClaims = experiment({
  id: "claims/mixers",
  title: "Claims about mixers between attention and state",
  question: "Which printed claims about mixers of tokens hold on small models trained alike?",
  source: "the paper named in each row",
  params: {
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "Of 128 tokens. More documents give narrower intervals.",
      min: 2,
      max: 64,
      default: 16,
    },
  },
  columns: claimColumns,
  needs: [...new Set([...MIXER_NEEDS, ...MATMUL_FREE_NEEDS, TRACKING_DATA, AGREEMENT_DATA])],
  sweep: [{}],
  async run({documents}, {data, progress}) {
    const losses = await documentLosses(data, documents, progress);
    return [
      ...(await ledgerRows(attambaClaims, losses)),
      ...(await ledgerRows(matMulFreeClaims, losses)),
      ...(await ledgerRows(flashRnnClaims, await followedStates(data))),
      ...(await ledgerRows(kroneckerClaims, {gap: tripleGap()})),
      ...(await ledgerRows(ecoformerClaims, {agreement: await agreementGain(data)})),
    ];
  },
});
