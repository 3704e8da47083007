import {averagedScan} from "./averaged-scan.js";
import {meanOfScan} from "./mean-scan.js";

/** Scans every channel and then takes the mean of their outputs: it saves nothing, and shows what a mean costs at best. */
export const meanOutput = averagedScan({
  id: "mean-output",
  label: "Mean of the scans' outputs",
  source: "a bound for arXiv:2412.16602",
  family: "state-space",
  params: {},
  needs: [],
  mean: meanOfScan,
  scansOnce: false,
  isScaled: false,
});
