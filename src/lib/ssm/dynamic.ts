import {minmaxObserver} from "../formats/observers.js";
import {dynamicQuantizer} from "./quantize/int8-quantizers.js";
import {dynamicMemoryBytes} from "./quantize/memory-bytes.js";
import {scanQuantizer} from "./scan-quantizer.js";

/** Dynamic int8: every row of every tensor has its own scale, computed while the model runs. */
export const dynamicInt8 = scanQuantizer({
  id: "dynamic",
  label: "Dynamic int8",
  source: "arXiv:2410.13229, its dynamic baseline",
  family: "int",
  kind: "baseline",
  params: {},
  needs: [],
  roundsEnds: false,
  movesWeights: false,
  ownStateScales: true,
  plainQuantizer: (observer = minmaxObserver()) => dynamicQuantizer(observer),
  steps: () => ({}),
  memoryBytes: (config) => dynamicMemoryBytes(config),
});
