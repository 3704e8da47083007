import {experiment} from "../../experiment/experiment.js";
import {claimColumns} from "./claim.js";
import {costModelClaims} from "./cost-models.js";
import {edgeClaims} from "./edge-accelerators.js";
import {ledgerRows} from "./ledger-rows.js";

const claims = [...edgeClaims, ...costModelClaims];
const papers = [...new Set(claims.map(({paper}) => paper))];

/** Claims of papers and tools on accelerators, beside our models of them and our counts. */
export const acceleratorClaims = experiment({
  id: "claims/accelerators",
  title: "Claims about accelerators and what they cost",
  question:
    "Which printed claims about accelerators follow from a model with sourced constants, and which cannot be judged?",
  source: "the papers and tools named in each row",
  params: {
    papers: {
      kind: "choices",
      label: "Papers and tools",
      help: "Whose claims to judge.",
      options: papers,
      default: papers,
    },
  },
  columns: claimColumns,
  needs: [],
  sweep: [{}],
  run: ({papers: chosen}, {progress}) =>
    ledgerRows(
      claims.filter(({paper}) => chosen.includes(paper)),
      new Map(),
      progress,
    ),
});
