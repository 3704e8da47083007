/** Quamba: the scan's input and state clipped, its output rounded in Hadamard space, the residual stream rotated. */

import {staticMemoryBytes} from "../quantize/memory-bytes.js";
import {type ScanSteps, scanQuantizer} from "../scan-quantizer.js";
import {plainStatic} from "../static.js";
import {CLIP_PARAMS, clipped} from "./clip.js";
import {rotatedOutput, rotatedStream} from "./hadamard.js";

/** Steps of Quamba with this percentile of clipping. (arXiv 2410.13229, section 4) */
export const quambaSteps = (alpha: number): ScanSteps => ({
  scales: [clipped(alpha)],
  weights: [rotatedStream, rotatedOutput],
});

/** Quamba: static int8 with a clipped scan input, a rotated gated output and a rotated residual stream. */
export const quamba = scanQuantizer({
  id: "quamba",
  label: "Quamba",
  source: "arXiv:2410.13229, section 4",
  family: "state-space",
  kind: "method",
  params: CLIP_PARAMS,
  needs: ["calibration"],
  roundsEnds: false,
  movesWeights: true,
  ownStateScales: true,
  plainQuantizer: plainStatic,
  steps: (_, {alpha}) => quambaSteps(alpha),
  memoryBytes: (config, _, roundsEnds) => staticMemoryBytes(config, roundsEnds),
});
