import {experiment} from "../../experiment/experiment.js";
import {claimColumns} from "./claim.js";
import {ledgerRows, papersOf, papersParam} from "./ledger-rows.js";
import {mxClaims} from "./number-formats/mx.js";
import {razerClaims} from "./number-formats/razer.js";

/** Claims that tensors judge. */
export const formatClaims = [...razerClaims, ...mxClaims];

/** Claims of papers on number formats, beside the library's results on tensors that come with it. */
export const numberFormatClaims = experiment({
  id: "claims/number-formats",
  title: "Claims about number formats",
  question: "Which printed claims about number formats hold on our own tensors, and by how much?",
  source: "the papers named in each row",
  params: {papers: papersParam(papersOf(formatClaims))},
  columns: claimColumns,
  needs: ["weights/decoder-small", "activations/decoder-small"],
  sweep: [{}],
  run: ({papers}, {data, progress}) =>
    ledgerRows(
      formatClaims.filter(({paper}) => papers.includes(paper)),
      data as never,
      progress,
    ),
});
