import {type DataSets, experiment} from "../../experiment/experiment.js";
import {staticShapes} from "../compiled/static-shapes.js";
import {accLlmClaims} from "./accelerators/accllm.js";
import {attentionClaims} from "./accelerators/attention.js";
import {bitWeightClaims} from "./accelerators/bit-weight.js";
import {doubleDutyClaims} from "./accelerators/double-duty.js";
import {elsaClaims} from "./accelerators/elsa.js";
import {flashDecodingClaims} from "./accelerators/flash-decoding.js";
import {fusemaxClaims} from "./accelerators/fusemax.js";
import {hsaClaims} from "./accelerators/hsa.js";
import {kineticsClaims} from "./accelerators/kinetics.js";
import {type FixedShapes, NITRO, nitroClaims} from "./accelerators/nitro.js";
import {smashClaims} from "./accelerators/smash.js";
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
  ...accLlmClaims,
  ...smashClaims,
  ...toolClaims,
];

const DECODER = "weights/decoder-small";
/** Compiled lengths: one that the texts just fill, and one four times as long. */
const LENGTHS = [64, 256] as const;

/** Claims of papers and tools on accelerators, beside our models of them and our counts. */
export const acceleratorClaims = experiment({
  id: "claims/accelerators",
  title: "Claims about accelerators and what they cost",
  question:
    "Which printed claims about accelerators follow from a model with sourced constants, and which cannot be judged?",
  source: "the papers and tools named in each row",
  params: {papers: papersParam(papersOf([...hardwareClaims, ...nitroClaims]))},
  columns: claimColumns,
  needs: [DECODER],
  needsOf: ({papers}) => (papers.includes(NITRO) ? [DECODER] : []),
  sweep: [{}],
  async run({papers}, {data, progress}) {
    const modelled = hardwareClaims.filter(({paper}) => papers.includes(paper));
    const rows = await ledgerRows(modelled, undefined, progress);
    return papers.includes(NITRO)
      ? [...rows, ...(await ledgerRows(nitroClaims, await fixedShapes(data)))]
      : rows;
  },
});

/** A decoder run with fixed shapes. */
function fixedShapes(data: Pick<DataSets, "get">): Promise<FixedShapes> {
  const tensors = data.get(DECODER);
  if (tensors === undefined) throw new RangeError(`fixedShapes: data must hold ${DECODER}, got none`);
  return staticShapes.run({lengths: LENGTHS}, {data: new Map([[DECODER, tensors]])});
}
