/** The trained picture classifiers as their file holds them, by the runs that made them. */
import type {FixedNet} from "../../arithmetic/picture-net/fixed-net.js";
import {type LevelNet, levelNet} from "../../arithmetic/picture-net/level-net.js";
import {byLayer, NET_LAYERS} from "../../arithmetic/picture-net/net-shape.js";
import type {TensorSet} from "../../experiment/experiment.js";
import type {Split} from "../../tasks/corpus.js";
import {halved} from "../../tasks/pictures/halved.js";
import {picture} from "../../tasks/pictures/picture.js";
import type {Family} from "../../technique/families.js";

/** The data set of all networks. */
export const PICTURE_NETS = "classifier/picture-nets";

/** Seeds of each run. */
export const TRAINED_SEEDS = [1, 2, 3] as const;

/** Steps of training with weights of few bits, and between two looks at what has changed. */
export const LEVEL_TRAINING = {steps: 4000, period: 100} as const;

/** Ways to hold weights in few bits while they are trained. */
export const LEVEL_WAYS = [
  {id: "dense-shift", name: "DenseShift", family: "codebook"},
  {id: "shift-rounded", name: "powers of two, rounded", family: "codebook"},
  {id: "shift-zero", name: "powers of two and zero, rounded", family: "codebook"},
  {id: "int", name: "integers", family: "int"},
  {id: "float", name: "float32", family: "baseline"},
] as const satisfies readonly {id: string; name: string; family: Family}[];

/** The id of such a way. */
export type LevelWay = (typeof LEVEL_WAYS)[number]["id"];

/** A training with weights of few bits; `sigma` is the deviation of DenseShift's latents at its start. */
export interface LevelRun {
  readonly way: LevelWay;
  readonly bits: number;
  readonly sigma: number;
}

const SIGMA = 0.001;
const BITS = [2, 3, 4] as const;

/** All trainings with weights of few bits. */
export const LEVEL_RUNS: readonly LevelRun[] = [
  {way: "float", bits: 0, sigma: SIGMA},
  ...BITS.flatMap((bits) =>
    (["dense-shift", "shift-rounded", "shift-zero", "int"] as const).map((way) => ({
      way,
      bits,
      sigma: SIGMA,
    })),
  ),
  ...[0.03, 1].map((sigma) => ({way: "dense-shift", bits: 3, sigma}) as const),
];

/** A run's name in words. */
export function levelRunName({way, sigma}: LevelRun): string {
  const name = LEVEL_WAYS.find(({id}) => id === way)?.name ?? way;
  return sigma === SIGMA ? name : `${name}, latents begun ${sigma} wide`;
}

/** A training in fixed point: weights alone, or points too; `terms` above 0 limits a weight's powers of two. */
export interface FixedRun {
  readonly way: "chosen" | "trained";
  readonly word: number;
  readonly terms: number;
}

/** Bits of a word. */
export const WORDS = [3, 4, 5, 6, 8] as const;

/** All trainings in fixed point. */
export const FIXED_RUNS: readonly FixedRun[] = [
  ...WORDS.flatMap((word) => (["chosen", "trained"] as const).map((way) => ({way, word, terms: 0}))),
  ...[1, 2, 3].map((terms) => ({way: "trained", word: 8, terms}) as const),
];

function tensorAt(tensors: TensorSet, name: string): Float32Array {
  const found = tensors.get(name);
  if (found === undefined) throw new RangeError(`pictureNet: data must hold ${name}, got none of this name`);
  return found.data;
}

/** The place of a run in the file, sigma as Python writes it: 1.0. */
export const levelPath = ({way, bits, sigma}: LevelRun, seed: number) =>
  `${way}/${bits}/${Number.isInteger(sigma) ? `${sigma}.0` : sigma}/${seed}`;

/** The network of a training with weights of few bits. @throws RangeError if the file does not hold it. */
export function levelNetOf(tensors: TensorSet, run: LevelRun, seed: number): LevelNet {
  const path = levelPath(run, seed);
  return levelNet(tensorAt(tensors, `${path}/levels`), tensorAt(tensors, `${path}/affine`));
}

/** Shares of signs and of weights that stayed the same, in turn, for each period of the training. */
export const frozenShares = (tensors: TensorSet, run: LevelRun, seed: number): Float32Array =>
  tensorAt(tensors, `${levelPath(run, seed)}/frozen`);

/** A cast of training: to the nearest, ties up, what does not fit at the end of the word. */
const TRAINED_CAST = {rounding: "nearest", overflow: "saturate"} as const;

/** The network of a training in fixed point. @throws RangeError if the file does not hold it. */
export function fixedNetOf(tensors: TensorSet, {way, word, terms}: FixedRun, seed: number): FixedNet {
  const path = `fixed/${way}/${word}/${terms}/${seed}`;
  const points = [...tensorAt(tensors, `${path}/points`)];
  const scaled = (name: string, sizeOf: Parameters<typeof byLayer>[1], site: number) =>
    byLayer(Float64Array.from(tensorAt(tensors, `${path}/${name}`)), sizeOf).map((integers, n) =>
      integers.map((integer) => integer / 2 ** points[site + 4 * n]),
    );
  const weights = scaled("levels", ({outputs, width}) => outputs * width, 1);
  const biases = scaled("biases", ({outputs}) => outputs, 3);
  return {...TRAINED_CAST, word, weights, biases, points, terms};
}

/** The network in float32 with its factors inside the weights, to be put into words. */
export function unroundedNet(tensors: TensorSet, word: number, seed: number): Omit<FixedNet, "points"> {
  const {levels, factors, addends} = levelNetOf(tensors, {way: "float", bits: 0, sigma: SIGMA}, seed);
  const weights = levels.map((layer, n) =>
    Float64Array.from(layer, (w, i) => w * factors[n][Math.floor(i / NET_LAYERS[n].width)]),
  );
  return {...TRAINED_CAST, word, weights, biases: addends.map((each) => Float64Array.from(each)), terms: 0};
}

/** A picture of half the size and its class. */
export interface SmallPicture {
  readonly label: number;
  readonly pixels: Float32Array;
}

/** The first pictures of a split, of half the size. */
export const smallPictures = (split: Split, count: number): SmallPicture[] =>
  Array.from({length: count}, (_, i) => {
    const {label, pixels} = picture(split, i);
    return {label, pixels: halved(pixels)};
  });
