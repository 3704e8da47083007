import {FIXED_ROUNDINGS} from "../../arithmetic/fixed-point/fixed-point.js";
import {
  additionsPerWeight,
  type FixedNet,
  fixedLogits,
  placed,
} from "../../arithmetic/picture-net/fixed-net.js";
import {namedClass} from "../../arithmetic/picture-net/net-shape.js";
import {experiment, type TensorSet} from "../../experiment/experiment.js";
import {mean} from "../../stats/moments.js";
import type {Family} from "../../technique/families.js";
import {
  fixedNetOf,
  PICTURE_NETS,
  type SmallPicture,
  smallPictures,
  TRAINED_SEEDS,
  unroundedNet,
  WORDS,
} from "./picture-nets.js";
import {rightCells, rightColumns} from "./seed-shares.js";

/** Training pictures by which points are chosen after training, as many as the trainings began with. */
const CALIBRATION = 512;
const OVERFLOWS = ["saturate", "wrap"] as const;

/** Ways to come to weights and points. */
export const FIXED_WAYS = {
  after: {name: "points chosen after training", family: "baseline"},
  chosen: {name: "weights trained, points chosen", family: "int"},
  trained: {name: "QFX: weights and points trained", family: "rounding"},
  "hot-after": {name: "QFX, few powers of two after training", family: "codebook"},
  "hot-trained": {name: "QFX, trained with few powers of two", family: "rounding"},
} as const satisfies Record<string, {name: string; family: Family}>;

interface Setting {
  readonly way: keyof typeof FIXED_WAYS;
  readonly word: number;
  /** Powers of two of a weight at most; 0 for any number. */
  readonly terms: number;
}

const SETTINGS: readonly Setting[] = [
  ...WORDS.flatMap((word) => (["after", "chosen", "trained"] as const).map((way) => ({way, word, terms: 0}))),
  ...[1, 2, 3].flatMap((terms) =>
    (["hot-after", "hot-trained"] as const).map((way) => ({way, word: 8, terms})),
  ),
];

/** The network of a setting and a seed; `calibration` gives the pictures that place points after training. */
function netOf(
  tensors: TensorSet,
  {way, word, terms}: Setting,
  seed: number,
  calibration: readonly Float32Array[],
): FixedNet {
  if (way === "after") return placed(unroundedNet(tensors, word, seed), calibration);
  if (way === "hot-after") return {...fixedNetOf(tensors, {way: "trained", word, terms: 0}, seed), terms};
  return fixedNetOf(tensors, {way: way === "chosen" ? "chosen" : "trained", word, terms}, seed);
}

const shareRight = (net: FixedNet, pictures: readonly SmallPicture[]): number =>
  mean(pictures.map(({pixels, label}) => (namedClass(fixedLogits(net, pixels)) === label ? 1 : 0)));

/** A small classifier of pictures in fixed point, its binary points chosen or trained. */
export const trainedFixedPoint = experiment({
  id: "arithmetic/trained-fixed-point",
  title: "Trained binary points",
  question: "What does a network gain when the places of its binary points are trained?",
  source: "QFX, arXiv:2401.17544; trained by training/train_fixed.py",
  params: {
    rounding: {
      kind: "choice",
      label: "Rounding of casts",
      help: "The trainings round to the nearest, ties up; convergent takes ties to even numbers, truncate rounds down.",
      options: FIXED_ROUNDINGS,
      default: "nearest",
    },
    overflow: {
      kind: "choice",
      label: "Beyond the word",
      help: "The trainings saturate; a word that wraps loses its upper bits.",
      options: OVERFLOWS,
      default: "saturate",
    },
    pictures: {
      kind: "integer",
      label: "Test pictures",
      min: 8,
      max: 4096,
      default: 256,
      log: true,
      advanced: true,
    },
  },
  columns: {
    rounding: {type: "string", label: "Rounding of casts"},
    overflow: {type: "string", label: "Beyond the word"},
    way: {type: "string", label: "Id"},
    name: {type: "string", label: "Weights and points"},
    family: {type: "string", label: "Family"},
    word: {type: "integer", label: "Bits of a word"},
    terms: {type: "integer", label: "Powers of two of a weight, at most; 0 for any number"},
    additions: {type: "number", label: "Shifts and additions for a weight", provenance: "measured"},
    ...rightColumns,
  },
  needs: [PICTURE_NETS],
  sweep: [{}, {rounding: "truncate"}, {rounding: "convergent"}, {overflow: "wrap"}],
  async run({rounding, overflow, pictures: count}, {data, progress}) {
    const tensors = data.get(PICTURE_NETS);
    const pictures = smallPictures("test", count);
    const calibration = smallPictures("train", CALIBRATION).map(({pixels}) => pixels);
    const rows = [];
    for (const [n, setting] of SETTINGS.entries()) {
      const {name, family} = FIXED_WAYS[setting.way];
      await progress(n / SETTINGS.length, name);
      const nets = TRAINED_SEEDS.map((seed) => ({
        ...netOf(tensors, setting, seed, calibration),
        rounding,
        overflow,
      }));
      const shares = nets.map((net) => shareRight(net, pictures));
      rows.push({
        rounding,
        overflow,
        ...setting,
        name,
        family,
        additions: mean(nets.map(additionsPerWeight)),
        ...rightCells(shares, count),
        provenance: "measured" as const,
      });
    }
    return rows;
  },
});
