import {addBack, crossOrders, DIRECTIONS} from "../../engine/vision/cross-scan.js";
import {classify, type VisionMamba, wholeScan} from "../../engine/vision/vision-mamba.js";
import {experiment} from "../../experiment/experiment.js";
import {averagedLayers} from "../../ssm/vmeanba/averaged-layers.js";
import {channelVariation} from "../../ssm/vmeanba/layer-choice.js";
import {scanAlone} from "../../ssm/vmeanba/mean-scan.js";
import {averagedScans} from "../../ssm/vmeanba/registry.js";
import {PICTURE_SIZE, type Picture} from "../../tasks/pictures/picture.js";
import {PICTURE_CLASSES} from "../../tasks/pictures/picture-classes.js";
import {optionNames} from "../../technique/option-names.js";
import {softmax} from "../../tensor/softmax.js";
import {PICTURE_MODEL, pictureModel, pictures} from "../shared/picture-model.js";
import {chooseLayers} from "./vmeanba-choice.js";

const LAYERS = 6;
/** Pictures of the choice of layers: few, so that a page waits for about a second. */
const CALIBRATION = 12;

/** Test pictures with their classes before and after layers are averaged, and one picture's channels in every layer. */
export const onePicture = experiment({
  id: "ssm/one-picture",
  title: "Pictures with averaged channels",
  question: "Which pictures are named otherwise when channels are averaged, and how do the channels differ?",
  source: "arXiv:2412.16602",
  params: {
    averaged: {
      kind: "integer",
      label: "Layers averaged",
      help: "Those first that raise the loss on a few calibration pictures least.",
      min: 0,
      max: LAYERS,
      default: 5,
    },
    way: {
      kind: "choice",
      label: "Way to average",
      options: averagedScans.ids,
      names: optionNames(averagedScans.all),
      default: "vmeanba",
      advanced: true,
    },
    first: {
      kind: "integer",
      label: "First picture",
      help: "Of the test split; its channels are shown.",
      min: 0,
      max: 1000,
      default: 0,
    },
    count: {kind: "integer", label: "Pictures", min: 1, max: 24, default: 12, advanced: true},
  },
  columns: {
    index: {type: "integer", label: "Picture of the test split"},
    pixels: {type: "integers", label: "Grey values, row after row"},
    shows: {type: "string", label: "Shows"},
    before: {type: "string", label: "Named before"},
    after: {type: "string", label: "Named after"},
    chanceBefore: {type: "number", label: "Probability of the right class before"},
    chanceAfter: {type: "number", label: "Probability of the right class after"},
  },
  tables: {
    channels: {
      layer: {type: "integer", label: "Layer, from 1"},
      isAveraged: {type: "boolean", label: "Averaged"},
      width: {type: "integer", label: "Channels"},
      values: {
        type: "numbers",
        precision: "float32",
        label: "Sum of the four scans' outputs before any average: channels of a patch, patch after patch",
      },
      variation: {type: "number", label: "Share of the variance that lies between channels"},
    },
  },
  needs: [PICTURE_MODEL],
  sweep: [{}],
  async run({averaged, way: id, first, count}, {data, progress}) {
    const way = averagedScans.byId(id);
    const model = await pictureModel(data.get(PICTURE_MODEL));
    const {order, factors} = chooseLayers(model, way, pictures("validation", 0, CALIBRATION));
    await progress(0.7, "layers chosen");
    const layers = new Set(order.slice(0, averaged));
    const run = averagedLayers(way, layers, factors);
    const own = pictures("test", first, count);
    return {
      rows: own.map((each, i) => ({
        index: first + i,
        ...namesOf(each, classify(model, each.pixels), classify(model, each.pixels, run)),
        provenance: "measured" as const,
      })),
      channels: channelRows(model, own[0]).map((row, layer) => ({
        layer: layer + 1,
        isAveraged: layers.has(layer),
        ...row,
        provenance: "measured" as const,
      })),
    };
  },
});

const nameOf = (logits: Float32Array): string =>
  PICTURE_CLASSES[logits.reduce((best, logit, i) => (logit > logits[best] ? i : best), 0)].id;

const namesOf = ({pixels, label}: Picture, before: Float32Array, after: Float32Array) => ({
  pixels: Array.from(pixels),
  shows: PICTURE_CLASSES[label].id,
  before: nameOf(before),
  after: nameOf(after),
  chanceBefore: softmax(before)[label],
  chanceAfter: softmax(after)[label],
});

/** The scans' outputs of every layer for a picture, the four orders added up, and the mean of their variations. */
function channelRows(model: VisionMamba, {pixels}: Picture) {
  const {layers, innerSize, patch} = model.config;
  const orders = crossOrders(PICTURE_SIZE / patch);
  const sums = Array.from({length: layers}, () => new Float32Array(orders[0].length * innerSize));
  const variations = new Float64Array(layers);
  classify(model, pixels, (scan, scans) => {
    const {layer, direction, input} = scan;
    const y = scanAlone(input, scans);
    addBack(sums[layer], y, innerSize, orders[direction]);
    variations[layer] = variations[layer] + channelVariation(y, innerSize) / DIRECTIONS;
    return wholeScan(scan, scans);
  });
  return sums.map((sum, layer) => ({
    width: innerSize,
    values: Array.from(sum),
    variation: variations[layer],
  }));
}
