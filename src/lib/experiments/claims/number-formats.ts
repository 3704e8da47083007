import {sumPrecisions} from "../../arithmetic/sums/precision.js";
import {type DataSets, experiment, type TensorSet} from "../../experiment/experiment.js";
import {differingShare} from "../decoding/order-of-sums.js";
import {TRAINING_RUNS} from "../formats/measured-training.js";
import {decoderWeights} from "../shared/decoders.js";
import {type Claim, claimColumns} from "./claim.js";
import {ledgerRows, papersOf, papersParam} from "./ledger-rows.js";
import {type DifferingTexts, fewBitClaims, LAYERCAST, WRITTEN} from "./number-formats/few-bits.js";
import {mxClaims} from "./number-formats/mx.js";
import {OUTLIER_NEEDS, outlierFound} from "./number-formats/outlier-readings.js";
import {outlierClaims} from "./number-formats/outliers.js";
import {razerClaims} from "./number-formats/razer.js";
import {surveyClaims} from "./number-formats/survey.js";

/** Tensors, and texts that were written for the claims. */
interface Found extends Pick<DataSets, "get"> {
  readonly differing: DifferingTexts;
}

/** Claims that tensors judge, the losses of trained models, and a few texts. */
export const formatClaims: readonly Claim<Found>[] = [
  ...razerClaims,
  ...mxClaims,
  ...fewBitClaims,
  ...surveyClaims,
];

/** Claims of papers on number formats, beside the library's results on tensors that come with it. */
export const numberFormatClaims = experiment({
  id: "claims/number-formats",
  title: "Claims about number formats",
  question: "Which printed claims about number formats hold on our own tensors, and by how much?",
  source: "the papers named in each row",
  params: {papers: papersParam(papersOf([...formatClaims, ...outlierClaims]))},
  columns: claimColumns,
  needs: ["activations/decoder-small", TRAINING_RUNS, ...OUTLIER_NEEDS],
  sweep: [{}],
  async run({papers}, {data, progress}) {
    const differing = papers.includes(LAYERCAST) ? await differingTexts(data) : new Map();
    const found: Found = {get: (name) => data.get(name as never), differing};
    const isAsked = ({paper}: {readonly paper: string}) => papers.includes(paper);
    const rows = await ledgerRows(formatClaims.filter(isAsked), found, progress);
    const byModels = outlierClaims.filter(isAsked);
    if (byModels.length === 0) return rows;
    return [...rows, ...(await ledgerRows(byModels, await outlierFound(found, progress)))];
  },
});

/** Shares of pairs of texts that the order of sums makes differ, by precision. */
async function differingTexts(data: {
  get(name: "weights/decoder-small"): TensorSet;
}): Promise<DifferingTexts> {
  const weights = decoderWeights("decoder-small", data);
  const shares = new Map<string, number>();
  for (const id of WRITTEN.precisions) {
    const precision = sumPrecisions.find((each) => each.id === id)!;
    shares.set(id, await differingShare(weights, precision, WRITTEN));
  }
  return shares;
}
