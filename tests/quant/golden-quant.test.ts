import {readFileSync} from "node:fs";
import {expect, test} from "vitest";
import {checkGolden} from "../../src/cli/conformance/check-file.js";
import {mergeOps} from "../../src/cli/conformance/load-ops.js";
import {ops as intOps} from "../../src/cli/conformance/ops/formats-int.js";
import {ops} from "../../src/cli/conformance/ops/quant.js";

const golden = (name: string) =>
  readFileSync(new URL(`../golden/number-formats/${name}.json`, import.meta.url), "utf8");

test.each([
  "quamba_gptq_small",
  "quamba_observers",
  "smoothquant_fake_quant",
  "quamba_per_tensor_absmax",
  "awq_int_asym",
])("%s agrees with the reference", (name) => {
  const {verdict, comparisons} = checkGolden(golden(name), mergeOps([ops, intOps]));
  expect(comparisons.filter(({agrees}) => !agrees)).toEqual([]);
  expect(verdict).toBe("agrees");
});

test("an observer that the library does not have is an error, not another observer", () => {
  const args = {observer: "entropy", symmetric: true, n_bits: 8, clip_ratio: 1};
  const batches = [{dtype: "f32", shape: [1], data: Float32Array.of(1)}];
  expect(() => ops.cases!.calibration_observers(args, {batches})).toThrow(
    "observer must be minmax, percentile or ssd_group_minmax, got entropy",
  );
});

test("GPTQ counts the samples that the file names, however the axes of x are laid out", () => {
  const file = JSON.parse(golden("quamba_gptq_small"));
  const bytes = Buffer.from(file.inputs.x.b64, "base64");
  const data = new Float32Array(new Uint8Array(bytes).buffer);
  const w = new Float32Array(new Uint8Array(Buffer.from(file.inputs.w.b64, "base64")).buffer);
  const run = (shape: number[], args: object) =>
    ops.cases!.gptq_w4(
      {...file.params, ...args},
      {
        w: {dtype: "f32", shape: [6, 32], data: w},
        x: {dtype: "f32", shape, data},
      },
    );
  const plain = run([3, 40, 32], {});
  expect(run([120, 32], {})).toEqual(plain);
  expect(run([1, 3, 40, 32], {batches: 1, samples_per_batch: 3})).toEqual(plain);
  const halved = run([3, 40, 32], {samples_per_batch: 2}).hessian as Float64Array;
  expect(halved[0]).toBeCloseTo((plain.hessian as Float64Array)[0] / 2, 9);
});
