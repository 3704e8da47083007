import {keptLayers} from "./even-layers.js";
import {layerSchedule} from "./layer-schedule.js";

/** Early exit at a fixed depth: every token passes the first layers, and the head reads what they give. */
export const firstLayers = layerSchedule({
  id: "early-exit",
  label: "First layers alone",
  source: "early exit at a fixed layer, as in arXiv:2207.07061, section 3",
  readsPromptWhole: false,
  keeps: ({layers, speedup}) =>
    Array.from({length: keptLayers("firstLayers", layers, speedup)}, (_, layer) => layer),
});
