import type {Scans} from "../../engine/mamba/scans.js";
import type {Technique} from "../../technique/technique.js";
import type {ScanInput} from "./mean-scan.js";

/** A way to give all channels of a scan one output. */
export interface AveragedScan<Id extends string = string> extends Technique {
  readonly id: Id;
  /** The output [L, G] that all channels of a group have; without skip and gate. */
  mean(input: ScanInput, scans: Scans): Float32Array;
  /** One scan of a channel a group is all that runs; false where every channel is scanned before the mean. */
  readonly scansOnce: boolean;
  /** Multiplies the output of each channel by a factor that is fitted on calibration data. */
  readonly isScaled: boolean;
}

/** The record of a way, its id kept as a literal. */
export const averagedScan = <const Id extends string>(record: AveragedScan<Id>): AveragedScan<Id> =>
  Object.freeze(record);
