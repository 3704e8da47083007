import {experiment} from "../../experiment/experiment.js";
import {attentionClaims} from "./accelerators/attention.js";
import {bitWeightClaims} from "./accelerators/bit-weight.js";
import {doubleDutyClaims} from "./accelerators/double-duty.js";
import {elsaClaims} from "./accelerators/elsa.js";
import {flashDecodingClaims} from "./accelerators/flash-decoding.js";
import {fusemaxClaims} from "./accelerators/fusemax.js";
import {hsaClaims} from "./accelerators/hsa.js";
import {kineticsClaims} from "./accelerators/kinetics.js";
import {sparamxClaims} from "./accelerators/sparamx.js";
import {sstClaims} from "./accelerators/sst.js";
import {tilusClaims} from "./accelerators/tilus.js";
import {toolClaims} from "./accelerators/tools.js";
import {claimColumns} from "./claim.js";
import {ledgerRows, papersOf, papersParam} from "./ledger-rows.js";

/** Claims that cost models and simulators judge. */
export const hardwareClaims = [
  ...hsaClaims,
  ...sstClaims,
  ...elsaClaims,
  ...sparamxClaims,
  ...kineticsClaims,
  ...attentionClaims,
  ...flashDecodingClaims,
  ...fusemaxClaims,
  ...tilusClaims,
  ...bitWeightClaims,
  ...doubleDutyClaims,
  ...toolClaims,
];

/** Claims of papers and tools on accelerators, beside our models of them and our counts. */
export const acceleratorClaims = experiment({
  id: "claims/accelerators",
  title: "Claims about accelerators and what they cost",
  question:
    "Which printed claims about accelerators follow from a model with sourced constants, and which cannot be judged?",
  source: "the papers and tools named in each row",
  params: {papers: papersParam(papersOf(hardwareClaims))},
  columns: claimColumns,
  needs: [],
  sweep: [{}],
  run: ({papers}, {progress}) =>
    ledgerRows(
      hardwareClaims.filter(({paper}) => papers.includes(paper)),
      undefined,
      progress,
    ),
});
