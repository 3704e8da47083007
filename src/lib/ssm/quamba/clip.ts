import {percentileObserver} from "../../formats/observers.js";
import {staticQuantizer} from "../quantize/int8-quantizers.js";
import {staticMemoryBytes} from "../quantize/memory-bytes.js";
import {replacing, type Step, scanQuantizer} from "../scan-quantizer.js";
import {plainStatic} from "../static.js";

/** The knob of Quamba's clipping. */
export const CLIP_PARAMS = {
  alpha: {
    kind: "number",
    label: "Percentile of clipping",
    help: "Share of magnitudes below the clip. The paper has 0.9995, and 0.99999 for its smallest models.",
    min: 0.9,
    max: 1,
    step: 0.0005,
    default: 0.9995,
    advanced: true,
  },
} as const;

/** Takes the scales of the scan's input and state from a percentile instead of the maximum. (arXiv 2410.13229, section 4) */
export const clipped =
  (alpha: number): Step =>
  (draft) => {
    const own = () => staticQuantizer(percentileObserver({alpha}));
    return replacing(draft, () => ({x: own(), state: own()}));
  };

/** Quamba's clipping alone. */
export const clip = scanQuantizer({
  id: "clip",
  label: "Clipped scan input and state",
  source: "Quamba, arXiv:2410.13229, section 4",
  family: "state-space",
  kind: "repair",
  params: CLIP_PARAMS,
  needs: ["calibration"],
  roundsEnds: false,
  movesWeights: false,
  ownStateScales: true,
  plainQuantizer: plainStatic,
  steps: (_, {alpha}) => ({scales: [clipped(alpha)]}),
  memoryBytes: (config, _, roundsEnds) => staticMemoryBytes(config, roundsEnds),
});
