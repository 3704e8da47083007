/** EcoFormer's claims: energy by its own count, codes that learn, accuracy. */

import {OPERATION_ENERGY} from "../../../accel/energy.js";
import type {Interval} from "../../../stats/interval.js";
import type {Claim, Evidence} from "../claim.js";
import {intervalsOf, modelled, reported, spread} from "../evidence.js";
import {copies, notTried, orderVerdict} from "../rules.js";

/** Id of the paper. */
const ECOFORMER = "arXiv:2209.09004";

/** Stages of PVTv2-B0 on pictures of 224 x 224: side of the map, channels, heads; each stands twice. */
const STAGES = [
  {side: 56, channels: 32, heads: 1},
  {side: 28, channels: 64, heads: 2},
  {side: 14, channels: 160, heads: 5},
  {side: 7, channels: 256, heads: 8},
] as const;
const LAYERS_A_STAGE = 2;
const BITS = 16;
const ANCHORS = 25;
/** Multiplications of the model with codes. (ziplab/EcoFormer, README) */
const PRINTED_MULTIPLICATIONS = 0.54e9;

/** Multiplications and additions. */
interface Arithmetic {
  readonly multiplications: number;
  readonly additions: number;
}

type Stage = (typeof STAGES)[number];

/** Attention by products: scores, mixes and the scale. (ziplab/EcoFormer, pvt/get_energy.py) */
function softmaxCount({side, channels, heads}: Stage): Arithmetic {
  const pairs = side ** 4;
  return {multiplications: pairs * (2 * channels + heads), additions: 2 * pairs * channels};
}

/** Attention by codes as the released code counts it: squares of distances are additions there. */
function codedCount({side, channels, heads}: Stage): Arithmetic {
  const [tokens, width] = [heads * side ** 2, channels / heads];
  return {
    multiplications: tokens * (2 * ANCHORS + ANCHORS * BITS + BITS + 1 + width),
    additions: tokens * (2 * ANCHORS * width + ANCHORS * BITS + 2 * BITS + 2 * BITS * width + width),
  };
}

const total = (counts: readonly Arithmetic[]): Arithmetic => ({
  multiplications: LAYERS_A_STAGE * counts.reduce((sum, {multiplications}) => sum + multiplications, 0),
  additions: LAYERS_A_STAGE * counts.reduce((sum, {additions}) => sum + additions, 0),
});

/** Energy saved in the whole model, per cent: all but attention multiplies and adds equally often. The last stage keeps softmax. */
function energySaved(): Evidence {
  const coded = total(STAGES.map((stage, at) => (at === 3 ? softmaxCount(stage) : codedCount(stage))));
  const softmax = total(STAGES.map(softmaxCount));
  const rest = PRINTED_MULTIPLICATIONS - coded.multiplications;
  const energy = ({multiplications, additions}: Arithmetic) =>
    (rest + multiplications) * OPERATION_ENERGY.fp32Multiply.value +
    (rest + additions) * OPERATION_ENERGY.fp32Add.value;
  return modelled(
    "PVTv2-B0 by the released count, its printed multiplications outside attention",
    "energy saved",
    100 * (1 - energy(coded) / energy(softmax)),
    "%",
  );
}

/** Gain of agreement by learning. */
export interface LearnedCodes {
  readonly agreement: Interval & {readonly heads: number};
}

/** Claims of EcoFormer. */
export const ecoformerClaims: readonly Claim<LearnedCodes>[] = [
  {
    id: "ecoformer-energy",
    paper: ECOFORMER,
    place: "abstract",
    statement: "PVTv2-B0 on ImageNet takes 73 % less energy on the chip.",
    kind: "modelled",
    reported: [reported("PVTv2-B0, ImageNet", "energy saved", 73, "%")],
    ours: () => [energySaved()],
    judge: copies(1),
    why: "A count of multiplications and additions at 45 nm, done again from the shapes. It is against attention over all pairs in every stage, which PVTv2 itself avoids by reading fewer keys, and it takes squares of distances for additions.",
  },
  {
    id: "ecoformer-learned-codes",
    paper: ECOFORMER,
    place: "abstract",
    statement: "Hash functions learn to match the likeness of tokens that attention has.",
    kind: "measured",
    reported: [reported("PVTv2-B0, ImageNet", "agreement with attention", null, "")],
    ours: ({agreement: {value, low, high, heads}}) => [
      spread(
        "queries and keys of a decoder of 4 layers, 16 bits",
        "agreement with labels of other texts, learned less random",
        {value, low, high, documents: heads, method: "95 %, Student's t over heads, three seeds each"},
        "",
      ),
    ],
    judge: (_, ours) => orderVerdict(intervalsOf(ours)),
    why: "Ours are queries and keys of a model trained with softmax, which come from two projections; the paper's come from one, and its model goes on training with codes. With the released steps, which are small, the directions hardly move from where they began.",
  },
  {
    id: "ecoformer-accuracy",
    paper: ECOFORMER,
    place: "abstract",
    statement: "The accuracy of PVTv2-B0 on ImageNet falls by 0.33 points.",
    kind: "open",
    reported: [reported("PVTv2-B0, ImageNet", "accuracy lost", 0.33, "points")],
    ours: () => [],
    judge: notTried,
    why: "The paper trains the model on with codes for 30 epochs, which was not done here. What codes do to a decoder that is not trained on is on the page.",
  },
];
