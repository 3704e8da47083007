import {layerCost} from "../../../ssm/vmeanba/averaged-cost.js";
import {largest, smallest} from "../../../stats/extent.js";
import {pairedShare} from "../../../stats/shares.js";
import type {Reading} from "../../shared/picture-model.js";
import type {Claim, Rule} from "../claim.js";
import {
  intervalsOf,
  measured,
  modelled,
  reported,
  type Spread,
  scaled,
  spread,
  valuesOf,
} from "../evidence.js";
import {atMostVerdict, notTried, within} from "../rules.js";
import {type AveragedPictures, PRUNED} from "./averaged-pictures.js";

/** Id of the paper. */
export const VMEANBA = "arXiv:2412.16602";

/** Per cent of the variance up to which channels count as alike. */
const HALF = 50;
/** Percentage points that the paper's models lose at most. */
const LOST = 3;
const SUBJECT = "a vision Mamba of 254 thousand parameters on drawn pictures";

/** Pictures named rightly by the second readings and not by the first, less the reverse, in percentage points. */
function lost(own: readonly Reading[], whole: readonly Reading[]): Spread {
  const change = pairedShare(own.map(({isRight}, i) => [whole[i].isRight, isRight]));
  return scaled({...change, documents: own.length, method: "95 %, paired shares of pictures"}, 100);
}

const right = (readings: readonly Reading[]): number =>
  (100 * readings.filter(({isRight}) => isRight).length) / readings.length;

const atMostLost: Rule = (_, ours) => atMostVerdict(intervalsOf(ours, "points lost"), LOST);

/** The base size of VMamba's first version at 224 pixels. (arXiv:2401.10166, table of sizes: 96 channels, state of 16) */
const VMAMBA_TINY = {
  hiddenSize: 96,
  innerSize: 192,
  layers: 1,
  stateSize: 16,
  timeStepRank: 6,
  convWidth: 3,
  patch: 4,
  classes: 1000,
};

/** Times fewer operations of a layer of VMamba's first stage where its scans are averaged. */
function boundBySizes(): number {
  const tokens = (224 / 4) ** 2;
  const [whole, averaged] = [false, true].map((isAveraged) => {
    const {scanOperations, otherOperations} = layerCost(VMAMBA_TINY, tokens, isAveraged);
    return scanOperations + otherOperations;
  });
  return whole / averaged;
}

/** Claims of VMeanba, beside our small vision Mamba. */
export const vmeanbaClaims: readonly Claim<AveragedPictures>[] = [
  {
    id: "vmeanba-alike",
    paper: VMEANBA,
    place: "abstract",
    statement: "The outputs of a scan vary little from channel to channel.",
    kind: "measured",
    reported: [reported("VMamba", "no number is in the abstract", null, "")],
    ours: ({variations}) => {
      const shares = variations.flat().map((share) => 100 * share);
      return [
        measured(
          SUBJECT,
          "variance of the outputs between channels, least of any layer",
          smallest(shares),
          "%",
        ),
        measured(
          SUBJECT,
          "variance of the outputs between channels, most of any layer",
          largest(shares),
          "%",
        ),
      ];
    },
    judge: (_, ours) => {
      const shares = valuesOf(ours, "variance");
      if (shares.length === 0) return "open";
      return smallest(shares) > HALF ? "differs" : largest(shares) < HALF ? "agrees" : "open";
    },
    why: "The paper says it of a larger model on photographs; the line at half of the variance is ours.",
  },
  {
    id: "vmeanba-accuracy",
    paper: VMEANBA,
    place: "abstract",
    statement: "Averaging the channels of some layers costs less than 3 % of accuracy.",
    kind: "measured",
    reported: [reported("VMamba on ImageNet-1k", "accuracy lost, less than", LOST, "percentage points")],
    ours: ({layers, averaged, whole, ofAveraged}) => [
      measured(SUBJECT, "pictures named rightly", right(whole), "%"),
      spread(
        SUBJECT,
        `points lost with ${averaged} of ${layers} layers averaged`,
        lost(ofAveraged, whole),
        "percentage points",
      ),
    ],
    judge: atMostLost,
    why: "Half of the layers are averaged, chosen on calibration pictures; the paper's choice and its numbers of layers are not in the abstract. Our place of the mean is our own.",
  },
  {
    id: "vmeanba-pruned",
    paper: VMEANBA,
    place: "abstract",
    statement: "Together with 40 % of the weights pruned the loss stays below 3 %.",
    kind: "measured",
    reported: [reported("VMamba on ImageNet-1k", "accuracy lost, less than", LOST, "percentage points")],
    ours: ({layers, averaged, whole, ofPruned, ofBoth}) => {
      const pruning = `${100 * PRUNED} % of the weights pruned by magnitude`;
      return [
        spread(
          SUBJECT,
          `pruning alone: points lost with ${pruning}`,
          lost(ofPruned, whole),
          "percentage points",
        ),
        spread(
          SUBJECT,
          `points lost with ${pruning} and ${averaged} of ${layers} layers averaged`,
          lost(ofBoth, whole),
          "percentage points",
        ),
      ];
    },
    judge: atMostLost,
    why: "Weights of smallest magnitude of each matrix go, and nothing is trained again. The matrices of a small model have fewer weights to spare.",
  },
  {
    id: "vmeanba-speed",
    paper: VMEANBA,
    place: "abstract",
    statement: "The whole model becomes up to 1.12 times faster.",
    kind: "modelled",
    reported: [reported("VMamba on a GPU", "times faster", 1.12, "×")],
    ours: () => [
      modelled("a layer of VMamba's first stage at 224 pixels", "bound by operations", boundBySizes(), "×"),
    ],
    judge: within("times faster", "bound"),
    why: "Operations bound what all averaged layers could gain if a GPU did them at one speed; it runs scans slower than products. The GPU of the paper is not here. On a CPU the bench times one scan.",
  },
  {
    id: "vmeanba-kernel",
    paper: VMEANBA,
    place: "a public summary of the paper",
    statement: "The scan alone becomes up to about 293 times faster.",
    kind: "open",
    reported: [reported("the scan kernel on a GPU", "times faster, about", 293, "×")],
    ours: () => [],
    judge: notTried,
    why: "The number comes from a summary; its sizes and its GPU are not known to us. A factor above the number of channels would need more than fewer operations.",
  },
];
