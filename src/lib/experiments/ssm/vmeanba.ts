import type {VisionMamba} from "../../engine/vision/vision-mamba.js";
import {experiment} from "../../experiment/experiment.js";
import {unstructured} from "../../sparse/pruning/pattern.js";
import {type LayerCost, layerCost} from "../../ssm/vmeanba/averaged-cost.js";
import type {AveragedScan} from "../../ssm/vmeanba/averaged-scan.js";
import {averagedScans} from "../../ssm/vmeanba/registry.js";
import {pairedShare, wilson} from "../../stats/shares.js";
import {PICTURE_SIZE, type Picture} from "../../tasks/pictures/picture.js";
import {optionNames} from "../../technique/option-names.js";
import {pictureColumns} from "../shared/picture-columns.js";
import {
  countRight,
  keptPicture,
  meanLoss,
  PICTURE_MODEL,
  pictureModel,
  pictures,
  type Reading,
} from "../shared/picture-model.js";
import {prunedTensors} from "../shared/pruned-pictures.js";
import {chooseLayers, type LayerChoice, readAveraged} from "./vmeanba-choice.js";

const SEEDS = [1, 2, 3];

/** Accuracy of the picture model with the channels of more and more layers averaged, layers chosen by their impact. */
export const vmeanbaExperiment = experiment({
  id: "ssm/vmeanba",
  title: "One channel in place of all",
  question: "In how many layers can one mean channel be scanned in place of all channels?",
  source: "arXiv:2412.16602",
  params: {
    way: {
      kind: "choice",
      label: "Way to average",
      help: "One scan of the mean channel, the same with a fitted factor for each channel, or all scans and then their mean.",
      options: averagedScans.ids,
      names: optionNames(averagedScans.all),
      default: "vmeanba",
    },
    pruned: {
      kind: "number",
      label: "Share of weights pruned",
      help: "Weights of smallest magnitude in each matrix of the layers. The paper combines with 0.4.",
      min: 0,
      max: 0.9,
      step: 0.1,
      default: 0,
    },
    calibration: {
      kind: "integer",
      label: "Calibration pictures for each of three seeds",
      help: "Layers are chosen on them.",
      min: 2,
      max: 64,
      default: 24,
      advanced: true,
    },
    pictures: {
      kind: "integer",
      label: "Test pictures for each of three seeds",
      help: "More pictures give narrower intervals.",
      min: 4,
      max: 128,
      default: 64,
      advanced: true,
    },
  },
  columns: {
    way: {type: "string", label: "Way to average"},
    label: {type: "string", label: "Way, in words"},
    pruned: {type: "number", label: "Share of weights pruned"},
    seed: {type: "string", label: "Seed of calibration and test pictures"},
    averaged: {type: "integer", label: "Layers averaged"},
    layers: {type: "string", label: "Which layers"},
    ...pictureColumns("no averages"),
    scanOperations: {type: "integer", label: "Operations of the scans of a picture", provenance: "modelled"},
    scanExponentials: {
      type: "integer",
      label: "Exponentials of the scans of a picture",
      provenance: "modelled",
    },
    operations: {type: "integer", label: "Operations of the layers of a picture", provenance: "modelled"},
    stateNumbers: {type: "integer", label: "Numbers of state of all layers", provenance: "modelled"},
    pictures: {type: "integer", label: "Pictures"},
  },
  tables: {
    layers: {
      way: {type: "string", label: "Way to average"},
      pruned: {type: "number", label: "Share of weights pruned"},
      seed: {type: "string", label: "Seed of calibration pictures"},
      layer: {type: "integer", label: "Layer, from 1"},
      impact: {type: "number", label: "Rise of the loss with this layer averaged", unit: "nats"},
      place: {type: "integer", label: "Place in the order of averaging"},
      variation: {
        type: "number",
        label: "Share of the variance of the scans' outputs that lies between channels",
      },
    },
  },
  needs: [PICTURE_MODEL],
  sweep: [{way: "vmeanba"}, {way: "vmeanba-scaled"}, {way: "vmeanba", pruned: 0.4}],
  async run({way: id, pruned, calibration, pictures: count}, {data, progress}) {
    const way = averagedScans.byId(id);
    const pattern = pruned === 0 ? null : unstructured(1 - pruned);
    const model = await pictureModel(prunedTensors(data.get(PICTURE_MODEL), () => pattern));
    const seeds: {readonly seed: string; readonly choice: LayerChoice; readonly readings: Reading[][]}[] = [];
    for (const [at, seed] of SEEDS.entries()) {
      const choice = chooseLayers(model, way, pictures("validation", at * calibration, calibration));
      const readings = readSeed(model, way, choice, pictures("test", at * count, count));
      seeds.push({seed: String(seed), choice, readings});
      await progress((at + 1) / SEEDS.length, `seed ${seed}`);
    }
    const cells = {way: id, label: way.label, pruned};
    const together = seeds[0].readings.map((_, k) => seeds.flatMap(({readings}) => readings[k]));
    return {
      rows: [
        ...seeds.flatMap(({seed, choice, readings}) =>
          accuracyRows(model, readings, choice.order).map((row) => ({...cells, seed, ...row})),
        ),
        ...accuracyRows(model, together, null).map((row) => ({...cells, seed: "all", ...row})),
      ],
      layers: seeds.flatMap(({seed, choice}) =>
        layerRows(choice).map((row) => ({way: id, pruned, seed, ...row})),
      ),
    };
  },
});

/** Readings of a seed's test pictures by the number of layers averaged, from none to all. */
function readSeed(
  model: VisionMamba,
  way: AveragedScan,
  choice: LayerChoice,
  own: readonly Picture[],
): Reading[][] {
  const kept = own.map((each) => keptPicture(model, each));
  const counts = Array.from({length: model.config.layers + 1}, (_, k) => k);
  return counts.map((k) => readAveraged(model, way, choice, k, kept));
}

/** A row for each number of layers averaged; without an order the layers differ from seed to seed. */
function accuracyRows(
  model: VisionMamba,
  readings: readonly (readonly Reading[])[],
  order: readonly number[] | null,
) {
  return readings.map((own, averaged) => {
    const {share, low, high} = wilson(countRight(own), own.length);
    const change = pairedShare(own.map(({isRight}, i) => [isRight, readings[0][i].isRight]));
    return {
      averaged,
      layers: order === null ? "by seed" : namesOf(order.slice(0, averaged)),
      accuracy: share,
      accuracyLow: low,
      accuracyHigh: high,
      change: change.value,
      changeLow: change.low,
      changeHigh: change.high,
      loss: meanLoss(own),
      ...modelCost(model, averaged),
      pictures: own.length,
      provenance: "measured" as const,
    };
  });
}

const namesOf = (layers: readonly number[]): string =>
  layers.length === 0 ? "none" : layers.map((layer) => layer + 1).join(", ");

/** Work and state of all layers for one picture, as many of them averaged: the layers are alike. */
function modelCost({config}: VisionMamba, averaged: number) {
  const tokens = (PICTURE_SIZE / config.patch) ** 2;
  const costs = Array.from({length: config.layers}, (_, i) => layerCost(config, tokens, i < averaged));
  const sum = (of: (cost: LayerCost) => number) => costs.reduce((total, cost) => total + of(cost), 0);
  return {
    scanOperations: sum((cost) => cost.scanOperations),
    scanExponentials: sum((cost) => cost.scanExponentials),
    operations: sum((cost) => cost.scanOperations + cost.otherOperations),
    stateNumbers: sum((cost) => cost.stateNumbers),
  };
}

const layerRows = ({impacts, variations, order}: LayerChoice) =>
  impacts.map((impact, layer) => ({
    layer: layer + 1,
    impact,
    place: order.indexOf(layer) + 1,
    variation: variations[layer],
    provenance: "measured" as const,
  }));
