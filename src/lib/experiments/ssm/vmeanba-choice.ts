/** The choice of layers whose channels are averaged, on calibration pictures, and passes over test pictures with them. */
import type {VisionMamba} from "../../engine/vision/vision-mamba.js";
import {classify, wholeScan} from "../../engine/vision/vision-mamba.js";
import {averagedLayers, fitScanFactors, type ScanFactors} from "../../ssm/vmeanba/averaged-layers.js";
import type {AveragedScan} from "../../ssm/vmeanba/averaged-scan.js";
import {channelVariation, layersByImpact} from "../../ssm/vmeanba/layer-choice.js";
import {scanAlone} from "../../ssm/vmeanba/mean-scan.js";
import type {Picture} from "../../tasks/pictures/picture.js";
import {type KeptPicture, keptPicture, meanLoss, type Reading, readAgain} from "../shared/picture-model.js";

/** The choice that one seed of calibration pictures makes. */
export interface LayerChoice {
  /** Rise of the mean loss in nats with the average in that layer alone. */
  readonly impacts: readonly number[];
  /** Share of variance between the channels of the scans' outputs, mean over the pictures. */
  readonly variations: readonly number[];
  /** All layers, that of the smallest impact first. */
  readonly order: readonly number[];
  readonly factors: ScanFactors | null;
}

/** Measures every layer on calibration pictures. */
export function chooseLayers(
  model: VisionMamba,
  way: AveragedScan,
  calibration: readonly Picture[],
): LayerChoice {
  const pixels = calibration.map((each) => each.pixels);
  const factors = fitScanFactors(model, way, pixels);
  const kept = calibration.map((each) => keptPicture(model, each));
  const whole = meanLoss(kept.map((each) => each.whole));
  const impacts = Array.from({length: model.config.layers}, (_, layer) => {
    const run = averagedLayers(way, new Set([layer]), factors);
    return meanLoss(kept.map((each) => readAgain(model, each, layer, run))) - whole;
  });
  return {impacts, variations: layerVariations(model, calibration), order: layersByImpact(impacts), factors};
}

/** Mean over pictures and directions of the share of variance between channels, of a few pictures. */
function layerVariations(model: VisionMamba, calibration: readonly Picture[]): number[] {
  const sums = new Float64Array(model.config.layers);
  const counts = new Float64Array(model.config.layers);
  for (const {pixels} of calibration.slice(0, VARIATION_PICTURES)) {
    classify(model, pixels, (scan, scans) => {
      const {layer, input} = scan;
      sums[layer] = sums[layer] + channelVariation(scanAlone(input, scans), input.channels);
      counts[layer] = counts[layer] + 1;
      return wholeScan(scan, scans);
    });
  }
  return Array.from(sums, (sum, layer) => sum / counts[layer]);
}

/** Enough for a mean over their patches, channels and directions. */
const VARIATION_PICTURES = 8;

/** Readings of kept pictures with the first `count` layers of a choice averaged. */
export function readAveraged(
  model: VisionMamba,
  way: AveragedScan,
  {order, factors}: Pick<LayerChoice, "order" | "factors">,
  count: number,
  kept: readonly KeptPicture[],
): Reading[] {
  if (count === 0) return kept.map(({whole}) => whole);
  const layers = order.slice(0, count);
  const from = layers.reduce((least, layer) => Math.min(least, layer), Number.POSITIVE_INFINITY);
  const run = averagedLayers(way, new Set(layers), factors);
  return kept.map((each) => readAgain(model, each, from, run));
}
