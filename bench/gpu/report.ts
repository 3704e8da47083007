import {number} from "../harness/report.js";

/** A kernel on an adapter: the median time of one call, and the bytes of weights or cache that it has to read. */
export interface GpuRecord {
  readonly title: string;
  readonly milliseconds: number;
  readonly samples: number;
  readonly bytes: number;
  /** Bytes over time, in 1e9 bytes a second. */
  readonly gigabytesPerSecond: number;
  /** The same over that of the copy kernel, which reads and writes. */
  readonly shareOfCopy: number;
  /** Times as fast as the product with 16-bit weights of the same size; null for what is no such product. */
  readonly timesHalf: number | null;
}

/** One run of the twins in WGSL. */
export interface GpuRun {
  readonly adapter: string;
  /** True where a processor's cores stood in for a graphics processor: such times tell nothing of one. */
  readonly isSoftware: boolean;
  readonly extensions: readonly string[];
  readonly cpu: string;
  readonly cores: number;
  readonly system: string;
  readonly node: string;
  readonly date: string;
  readonly load: number;
  readonly copyGigabytesPerSecond: number;
  readonly records: readonly GpuRecord[];
}

/** A run as lines for a terminal. */
export function gpuLines({adapter, isSoftware, copyGigabytesPerSecond, records}: GpuRun): string {
  const head = `${adapter}${isSoftware ? " (software: no graphics processor)" : ""}, copy ${number(copyGigabytesPerSecond)} GB/s`;
  const lines = records.map(
    ({title, milliseconds, gigabytesPerSecond, shareOfCopy, timesHalf}) =>
      `${title}: ${number(milliseconds)} ms, ${number(gigabytesPerSecond)} GB/s, ${number(100 * shareOfCopy)} % of the copy` +
      (timesHalf === null ? "" : `, ${number(timesHalf)} times as fast as 16-bit weights`),
  );
  return [head, ...lines].join("\n");
}
