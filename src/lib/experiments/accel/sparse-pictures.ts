/** The picture model with a level N:M of its own for every linear of its layers. */
import type {Level} from "../../accel/sparse/elsa.js";
import type {LevelChoice, LevelSpace} from "../../accel/sparse/level-search.js";
import {DIRECTIONS} from "../../engine/vision/cross-scan.js";
import {type VisionLayer, type VisionMamba, visionLayer} from "../../engine/vision/vision-mamba.js";
import {type VisionConfig, visionTensor, visionWeights} from "../../engine/vision/vision-weights.js";
import type {TensorSet} from "../../experiment/experiment.js";
import {nOfM} from "../../sparse/pruning/pattern.js";
import {prunedTensors} from "../shared/pruned-pictures.js";

/** The linears of a layer that take a level; those of the time steps have as few inputs as a group. */
export const SPARSE_LINEARS = ["op.in_proj.weight", "op.x_proj_weight", "op.out_proj.weight"] as const;

/** Levels from the sparsest to dense. */
export const LEVELS: readonly Level[] = [
  [1, 4],
  [2, 4],
  [3, 4],
  [4, 4],
];

/** [out, in] of each linear, layer by layer; x_proj's four directions as one. */
export function linearShapes({
  hiddenSize: h,
  innerSize: d,
  timeStepRank: r,
  stateSize: n,
  layers,
}: VisionConfig) {
  const own: readonly (readonly [number, number])[] = [
    [2 * d, h],
    [DIRECTIONS * (r + 2 * n), d],
    [h, d],
  ];
  return Array.from({length: layers}, () => own).flat();
}

/** The linears as a space of levels, for a picture of `tokens` patches. */
export const pictureSpace = (config: VisionConfig, tokens: number): LevelSpace => ({
  macs: linearShapes(config).map(([out, inputs]) => tokens * out * inputs),
  fixedMacs: 0,
  levels: LEVELS,
});

/** Makes models with levels; the layers of equal levels are made once. */
export function sparseModels(model: VisionMamba, tensors: TensorSet): (choice: LevelChoice) => VisionMamba {
  const made = new Map<string, VisionLayer>();
  const perLayer = SPARSE_LINEARS.length;
  const layerOf = (layer: number, levels: readonly number[]) => {
    const key = [layer, ...levels].join();
    const known = made.get(key) ?? sparseLayer(model, tensors, layer, levels);
    made.set(key, known);
    return known;
  };
  return (choice) => ({
    ...model,
    layers: model.layers.map((_, layer) =>
      layerOf(layer, choice.slice(layer * perLayer, (layer + 1) * perLayer)),
    ),
  });
}

function sparseLayer(
  {backend}: VisionMamba,
  tensors: TensorSet,
  layer: number,
  levels: readonly number[],
): VisionLayer {
  const patterns = new Map(
    SPARSE_LINEARS.map((name, i) => [visionTensor(layer, name), nOfM(...LEVELS[levels[i]])] as const),
  );
  return visionLayer(
    visionWeights(prunedTensors(tensors, (name) => patterns.get(name) ?? null)),
    backend,
    layer,
  );
}
