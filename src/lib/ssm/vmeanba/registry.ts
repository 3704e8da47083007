import {registry} from "../../technique/registry.js";
import {meanOutput} from "./mean-output.js";
import {vmeanba} from "./vmeanba.js";
import {vmeanbaScaled} from "./vmeanba-scaled.js";

/** Ways to give all channels of a scan one output. */
export const averagedScans = registry("averaged scans", [vmeanba, vmeanbaScaled, meanOutput]);

/** The id of a way to average. */
export type AveragedScanId = (typeof averagedScans.ids)[number];
