import {averagedScan} from "./averaged-scan.js";
import {scanOfMeans} from "./mean-scan.js";

/**
 * One scan of the mean channel, whose output every channel takes. The paper's abstract names the mean over the channels and
 * leaves its place open; here it stands before the scan, on u, the time steps behind their softplus, and A.
 */
export const vmeanba = averagedScan({
  id: "vmeanba",
  label: "VMeanba",
  source: "arXiv:2412.16602",
  family: "state-space",
  params: {},
  needs: ["calibration"],
  mean: scanOfMeans,
  scansOnce: true,
  isScaled: false,
});
