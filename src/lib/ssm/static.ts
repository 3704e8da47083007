/** Static int8: every tensor with the scale of the largest magnitude in calibration. All repairs begin with it. */

import {minmaxObserver} from "../formats/observers.js";
import {staticQuantizer} from "./quantize/int8-quantizers.js";
import {staticMemoryBytes} from "./quantize/memory-bytes.js";
import {scanQuantizer} from "./scan-quantizer.js";

/** A static quantizer with the largest magnitude of all calibration texts. */
export const plainStatic = (observer = minmaxObserver()) => staticQuantizer(observer);

/** One static int8 scale for every tensor between kernels, for the state and for the convolution window. */
export const staticInt8 = scanQuantizer({
  id: "static",
  label: "Static int8",
  source: "arXiv:2410.13229, its static baseline",
  family: "int",
  kind: "baseline",
  params: {},
  needs: ["calibration"],
  roundsEnds: false,
  movesWeights: false,
  ownStateScales: true,
  plainQuantizer: plainStatic,
  steps: () => ({}),
  memoryBytes: (config, _, roundsEnds) => staticMemoryBytes(config, roundsEnds),
});
