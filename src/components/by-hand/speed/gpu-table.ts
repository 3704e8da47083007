import {html} from "htl";
import {numberText} from "../../kit/text/number-text.js";
import {provenanceMark} from "../../plots/chart/legend.js";

/** A kernel on the adapter of a run. */
interface GpuRecord {
  readonly title: string;
  readonly milliseconds: number;
  readonly gigabytesPerSecond: number;
  readonly shareOfCopy: number;
  readonly timesHalf: number | null;
}

/** The committed run of the kernels in WGSL. */
export interface GpuRun {
  readonly adapter: string;
  readonly isSoftware: boolean;
  readonly cpu: string;
  readonly cores: number;
  readonly date: string;
  readonly load: number;
  readonly copyGigabytesPerSecond: number;
  readonly records: readonly GpuRecord[];
}

/** Adapter, machine and day of a run; of a software adapter, that its times tell nothing of a graphics processor. */
export function gpuMachine({adapter, isSoftware, cpu, cores, date, load}: GpuRun): string {
  const machine = `${cpu}, ${cores} cores, on ${date}, at a load average of ${numberText(load, 2)}`;
  return isSoftware
    ? `No graphics processor could be had: this run is of a software adapter (${adapter}) on ${machine}. It shows that the kernels run and agree, not how fast hardware is.`
    : `Measured on ${adapter}, in ${machine}.`;
}

/** Each kernel: its time, the bytes it reads in a second, and how that compares with a copy and with 16-bit weights. */
export function gpuTable(run: GpuRun): HTMLElement {
  const rows = run.records.map(
    ({title, milliseconds, gigabytesPerSecond, shareOfCopy, timesHalf}) =>
      html`<tr><th scope="row" class="plain">${title}</th><td>${numberText(milliseconds, 3)}</td><td>${numberText(gigabytesPerSecond, 3)}</td><td>${numberText(100 * shareOfCopy, 3)} %</td><td>${timesHalf === null ? "–" : numberText(timesHalf, 3)}</td></tr>`,
  );
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label="Kernels on an adapter of WebGPU"><table class="narrow">
    <thead><tr><th scope="col">on ${run.adapter}${run.isSoftware ? ", software" : ""}</th><th scope="col">${provenanceMark("measured")} ms</th><th scope="col">GB/s read</th><th scope="col">of the copy's ${numberText(run.copyGigabytesPerSecond, 3)} GB/s</th><th scope="col">times as fast as f16 weights</th></tr></thead>
    <tbody>${rows}</tbody>
  </table></div>`;
}
