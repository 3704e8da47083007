import {expect, test} from "vitest";
import {type GpuRun, gpuMachine} from "../../../src/components/by-hand/speed/gpu-table.js";
import {timedText} from "../../../src/components/by-hand/speed/live-product.js";

const run: GpuRun = {
  ...{adapter: "Some GPU", isSoftware: false, cpu: "Some CPU", cores: 2, date: "2026-01-02", load: 0.5},
  ...{copyGigabytesPerSecond: 100, records: []},
};

test("a run names its adapter, and one of a software adapter says that it tells nothing of hardware", () => {
  expect(gpuMachine(run)).toMatch(/^Measured on Some GPU, in Some CPU/);
  expect(gpuMachine({...run, isSoftware: true})).toMatch(
    /software adapter \(Some GPU\).*not how fast hardware is/,
  );
});

test("a timed product names what ran it, and why that is not what was asked for", () => {
  const timed = {
    on: "WebAssembly",
    ...{adapter: null, isSoftware: false, refusal: "this browser has no WebGPU"},
    ...{milliseconds: 2, bits: 4.25, difference: 1e-6},
  } as const;
  expect(timedText(timed, 1)).toMatch(/^No WebGPU, since this browser has no WebGPU: WebAssembly runs/);
  const own = {...timed, on: "WebGPU", adapter: "Some GPU", refusal: null} as const;
  expect(timedText(own, 32)).toMatch(/^Ran on WebGPU: Some GPU\. A product with 32 vectors took/);
});
