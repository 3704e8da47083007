import type {Deit, Level, Swin} from "../sparse/elsa.js";
import {sliceCycles} from "./slice.js";

/** A matrix product of a vision transformer; `count` equal ones. Products of activations cannot be pruned. */
export interface VisionLayer {
  readonly name: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly count: number;
  /** Its place in an ELSA configuration (proj, qkv, fc1, fc2 per block), or null where it stays dense. */
  readonly linear: number | null;
}

function block(name: string, first: number, tokens: number, d: number, mlpRatio: number): VisionLayer[] {
  const layer = (part: string, N: number, K: number, linear: number): VisionLayer => ({
    name: `${name}.${part}`,
    M: tokens,
    N,
    K,
    count: 1,
    linear,
  });
  return [
    layer("proj", d, d, first),
    layer("qkv", 3 * d, d, first + 1),
    layer("fc1", mlpRatio * d, d, first + 2),
    layer("fc2", d, mlpRatio * d, first + 3),
  ];
}

/** Scores and values of every head (and window): tokens x tokens x head size, twice. */
function attentionLayers(name: string, tokens: number, headDim: number, count: number): VisionLayer[] {
  return [
    {name: `${name}.qk`, M: tokens, N: tokens, K: headDim, count, linear: null},
    {name: `${name}.pv`, M: tokens, N: headDim, K: tokens, count, linear: null},
  ];
}

function deitLayers(
  {embedDim: d, depth, patch, mlpRatio = 4}: Deit,
  image: number,
  headDim: number,
): VisionLayer[] {
  const patches = Math.floor(image / patch) ** 2;
  const tokens = patches + 1;
  const blocks = Array.from({length: depth}, (_, i) => [
    ...block(`block${i}`, 4 * i, tokens, d, mlpRatio),
    ...attentionLayers(`block${i}`, tokens, headDim, d / headDim),
  ]);
  return [
    {name: "patch_embed", M: patches, N: d, K: 3 * patch * patch, count: 1, linear: null},
    ...blocks.flat(),
  ];
}

function swinLayers(model: Swin, image: number, headDim: number): VisionLayer[] {
  const {embedDim, depths, window, patch = 4, mlpRatio = 4, classes = 1000} = model;
  const side = Math.floor(image / patch);
  const layers: VisionLayer[] = [
    {name: "patch_embed", M: side * side, N: embedDim, K: 3 * patch * patch, count: 1, linear: null},
  ];
  let first = 0;
  depths.forEach((depth, stage) => {
    const d = embedDim * 2 ** stage;
    const resolution = side / 2 ** stage;
    const inWindow = Math.min(window, resolution) ** 2;
    const windows = resolution ** 2 / inWindow;
    for (let i = 0; i < depth; i++, first += 4) {
      const name = `stage${stage}.block${i}`;
      const linears = block(name, first, resolution ** 2, d, mlpRatio);
      const products = attentionLayers(name, inWindow, headDim, windows * (d / headDim));
      for (const layer of [...linears, ...products]) layers.push(layer);
    }
    if (stage < depths.length - 1) {
      layers.push({
        name: `stage${stage}.merge`,
        M: resolution ** 2 / 4,
        N: 2 * d,
        K: 4 * d,
        count: 1,
        linear: null,
      });
    }
  });
  const last = embedDim * 2 ** (depths.length - 1);
  return [...layers, {name: "head", M: 1, N: classes, K: last, count: 1, linear: null}];
}

/** All matrix products of one image; those of a configuration's linears carry their place in it. */
export function visionLayers(model: Deit | Swin, image = 224): VisionLayer[] {
  return model.kind === "deit" ? deitLayers(model, image, 64) : swinLayers(model, image, 32);
}

/** Slices of P x P elements whose rows get `feed` activations a cycle. */
export interface SliceArray {
  readonly P: number;
  readonly feed: number;
}

/** Cycles of one layer and the speed-up over dense. Modelled. */
export interface LayerSpeed {
  readonly layer: VisionLayer;
  readonly level: Level;
  readonly denseCycles: number;
  readonly cycles: number;
}

/**
 * A network on slices with each linear at its own N:M level: cycles by layer and the speed-up over dense slices of
 * the same size. What is not pruned stays as it is and bounds the whole (Amdahl).
 * @param levels as an ELSA configuration: proj, qkv, fc1, fc2 of every block.
 * @throws RangeError if the levels are fewer than the model's linears.
 */
export function networkSpeedup(
  model: Deit | Swin,
  levels: readonly Level[],
  {P, feed}: SliceArray,
  image = 224,
) {
  const layers = visionLayers(model, image).map((layer): LayerSpeed => {
    const level = layer.linear === null ? ([1, 1] as const) : levels[layer.linear];
    if (level === undefined) {
      throw new RangeError(
        `networkSpeedup: levels must name linear ${layer.linear} (${layer.name}), got ${levels.length}`,
      );
    }
    const [n, m] = level[0] === level[1] ? [1, 1] : level;
    const denseCycles = layer.count * sliceCycles(layer, {n: 1, m: 1}, P, feed);
    const sparse = layer.count * sliceCycles(layer, {n, m}, P, feed);
    return {layer, level, denseCycles, cycles: Math.min(sparse, denseCycles)};
  });
  const sum = (of: (l: LayerSpeed) => number) => layers.reduce((total, l) => total + of(l), 0);
  const denseCycles = sum((l) => l.denseCycles);
  const cycles = sum((l) => l.cycles);
  return {layers, denseCycles, cycles, speedup: denseCycles / cycles};
}

/** Numbers of the paper on its slices (abstract); reported. */
export const SST_REPORTED = {
  source: "arXiv 2502.03763, abstract",
  frequencyOverSoftLogic: 5,
  areaUnderSoftLogic: 10.9,
  speedupOverDenseSlices: 3.52,
  areaOverDenseSlices: 0.133,
} as const;
