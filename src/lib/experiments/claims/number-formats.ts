import {experiment} from "../../experiment/experiment.js";
import {claimColumns} from "./claim.js";
import {ledgerRows} from "./ledger-rows.js";
import {mxClaims} from "./mx.js";
import {razerClaims} from "./razer.js";

const claims = [...razerClaims, ...mxClaims];
const papers = [...new Set(claims.map(({paper}) => paper))];

/** Claims of papers on number formats, beside the library's results on tensors that come with it. */
export const numberFormatClaims = experiment({
  id: "claims/number-formats",
  title: "Claims about number formats",
  question: "Which printed claims about number formats hold on our own tensors, and by how much?",
  source: "the papers named in each row",
  params: {
    papers: {
      kind: "choices",
      label: "Papers",
      help: "Whose claims to judge.",
      options: papers,
      default: papers,
    },
  },
  columns: claimColumns,
  needs: ["weights/decoder-small", "activations/decoder-small"],
  sweep: [{}],
  run: ({papers: chosen}, {data, progress}) =>
    ledgerRows(
      claims.filter(({paper}) => chosen.includes(paper)),
      data as never,
      progress,
    ),
});
