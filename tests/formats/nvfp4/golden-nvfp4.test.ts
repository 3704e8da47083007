import {readFileSync} from "node:fs";
import {expect, test} from "vitest";
import {checkGolden} from "../../../src/cli/conformance/check-file.js";
import {mergeOps} from "../../../src/cli/conformance/load-ops.js";
import {ops as nvfp4} from "../../../src/cli/conformance/ops/formats-nvfp4.js";
import {ops as hadamard} from "../../../src/cli/conformance/ops/hadamard.js";

const ops = mergeOps([nvfp4, hadamard]);

test.each([
  "hadamard_matrices",
  "hadamard_pow2",
  "hadamard_kronecker",
  "hadamard_quant_invariance",
  "nvfp4_w",
  "nvfp4_act",
  "nvfp4_modelopt",
  "nvfp4_4over6_w",
  "nvfp4_4over6_act",
])("%s agrees with the golden vectors", (name) => {
  const text = readFileSync(new URL(`../../golden/number-formats/${name}.json`, import.meta.url), "utf8");
  const {verdict, comparisons, reason} = checkGolden(text, ops);
  expect(comparisons.filter(({agrees}) => !agrees)).toEqual([]);
  expect(verdict, reason).toBe("agrees");
});
