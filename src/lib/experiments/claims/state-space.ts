import {type DataSets, experiment, type Work} from "../../experiment/experiment.js";
import {PICTURE_MODEL} from "../shared/picture-model.js";
import {mambaWeights} from "../ssm/mambas.js";
import {claimColumns} from "./claim.js";
import {ledgerRows, paperParam} from "./ledger-rows.js";
import {averagedPictures} from "./state-space/averaged-pictures.js";
import {GLA, glaClaims} from "./state-space/gla.js";
import {MAMBA_ID, MAMBA2_ID} from "./state-space/measures.js";
import {QUAMBA, QUAMBA_SETUPS, quambaClaims} from "./state-space/quamba.js";
import {QUAMBA2, QUAMBA2_SETUPS, quamba2Claims} from "./state-space/quamba2.js";
import {documentScores, outputTails} from "./state-space/scores.js";
import {VMEANBA, vmeanbaClaims} from "./state-space/vmeanba.js";

interface Task {
  readonly documents: number;
  readonly data: Pick<DataSets, "get">;
  readonly tell: Work["progress"];
}

/** Pictures that are read in the place of a document. */
const PICTURES = 6;

/** The tensors of the picture model. @throws RangeError if they are not there. */
function tensorsOf(data: Task["data"]) {
  const tensors = data.get(PICTURE_MODEL);
  if (tensors === undefined) throw new RangeError(`tensorsOf: data must hold ${PICTURE_MODEL}, got none`);
  return tensors;
}

/** What a paper's claims need, and their rows. */
const PAPERS = {
  [QUAMBA]: {
    needs: [`weights/${MAMBA_ID}`],
    async rows({data, ...task}: Task) {
      const weights = mambaWeights(MAMBA_ID, data);
      const scores = await documentScores(weights, QUAMBA_SETUPS, task);
      return ledgerRows(quambaClaims, {scores, tails: await outputTails(weights, 2)});
    },
  },
  [QUAMBA2]: {
    needs: [`weights/${MAMBA2_ID}`],
    async rows({data, ...task}: Task) {
      const found = await documentScores(mambaWeights(MAMBA2_ID, data), QUAMBA2_SETUPS, task);
      return ledgerRows(quamba2Claims, found);
    },
  },
  [GLA]: {needs: [], rows: () => ledgerRows(glaClaims, undefined)},
  [VMEANBA]: {
    needs: [PICTURE_MODEL],
    async rows({documents, data, tell}: Task) {
      const found = await averagedPictures(tensorsOf(data), PICTURES * documents, tell);
      return ledgerRows(vmeanbaClaims, found);
    },
  },
} as const;

const papers = [QUAMBA, QUAMBA2, GLA, VMEANBA] as const;

/** Claims on state-space models, beside the library's results on ones that anyone can run. */
export const stateSpaceClaims = experiment({
  id: "claims/state-space",
  title: "Claims about state-space models",
  question: "Which printed claims about state-space models hold on small ones, and by how much?",
  source: "the papers named in each row",
  params: {
    paper: paperParam(papers),
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "Of 128 tokens; six pictures each for a model of pictures. More give narrower intervals.",
      min: 2,
      max: 64,
      default: 8,
    },
  },
  columns: claimColumns,
  needs: [`weights/${MAMBA_ID}`, `weights/${MAMBA2_ID}`, PICTURE_MODEL],
  needsOf: ({paper}) => PAPERS[paper].needs,
  sweep: papers.map((paper) => ({paper})),
  run: ({paper, documents}, {data, progress}) => PAPERS[paper].rows({documents, data, tell: progress}),
});
