import {DIRECTIONS} from "../../engine/vision/cross-scan.js";
import type {RunScan} from "../../engine/vision/cross-scan-mixer.js";
import {classify, type GreyPixels, type VisionMamba, wholeScan} from "../../engine/vision/vision-mamba.js";
import type {AveragedScan} from "./averaged-scan.js";
import {type ChannelFactors, channelFactors} from "./channel-factors.js";
import {repeated, scanAlone} from "./mean-scan.js";

/** Factors [inner] of the channels of each scan, by layer and direction. */
export type ScanFactors = readonly (readonly Float32Array[])[];

/** Runs the scans of some layers in an averaged way and all others as they are. */
export function averagedLayers(
  way: AveragedScan,
  layers: ReadonlySet<number>,
  factors: ScanFactors | null = null,
): RunScan {
  return (scan, scans) => {
    const {layer, direction, input} = scan;
    if (!layers.has(layer)) return wholeScan(scan, scans);
    return repeated(input, way.mean(input, scans), factors?.[layer][direction]);
  };
}

/** Fits the factors of every scan on some pictures that pass the model as it is; null for a way without factors. */
export function fitScanFactors(
  model: VisionMamba,
  way: AveragedScan,
  pictures: readonly GreyPixels[],
): ScanFactors | null {
  if (!way.isScaled) return null;
  const {layers, innerSize} = model.config;
  const own: ChannelFactors[][] = Array.from({length: layers}, () =>
    Array.from({length: DIRECTIONS}, () => channelFactors(innerSize)),
  );
  const gather: RunScan = (scan, scans) => {
    const {layer, direction, input} = scan;
    own[layer][direction].add(scanAlone(input, scans), way.mean(input, scans));
    return wholeScan(scan, scans);
  };
  for (const pixels of pictures) classify(model, pixels, gather);
  return own.map((directions) => directions.map((each) => each.values()));
}
