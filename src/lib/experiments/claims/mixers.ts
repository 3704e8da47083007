import {experiment} from "../../experiment/experiment.js";
import {documentLosses} from "../mixers/document-losses.js";
import {MIXER_NEEDS} from "../mixers/models.js";
import {claimColumns} from "./claim.js";
import {ledgerRows} from "./ledger-rows.js";
import {attambaClaims} from "./mixers/attamba.js";

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
  needs: MIXER_NEEDS,
  sweep: [{}],
  async run({documents}, {data, progress}) {
    return ledgerRows(attambaClaims, await documentLosses(data, documents, progress));
  },
});
