import {averagedScan} from "./averaged-scan.js";
import {scanOfMeans} from "./mean-scan.js";

/** One scan of the mean channel, whose output every channel takes times a factor of its own, fitted by least squares. */
export const vmeanbaScaled = averagedScan({
  id: "vmeanba-scaled",
  label: "VMeanba with a factor for each channel",
  source: "a variant of arXiv:2412.16602",
  family: "state-space",
  params: {},
  needs: ["calibration"],
  mean: scanOfMeans,
  scansOnce: true,
  isScaled: true,
});
