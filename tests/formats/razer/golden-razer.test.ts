import {readFileSync} from "node:fs";
import {expect, test} from "vitest";
import {checkGolden} from "../../../src/cli/conformance/check-file.js";
import {mergeOps} from "../../../src/cli/conformance/load-ops.js";
import {ops} from "../../../src/cli/conformance/ops/formats-razer.js";

test.each([
  "razer_e3m3_w_o7",
  "razer_e3m3_w_o8",
  "razer_e4m3_act",
  "razer_e4m3_w",
  "razer_blog_weight_formats",
  "razer_v1_symmetric_search",
  "razer_v1_omniquant_exhaustive",
  "razer_kernel_pack_g128",
  "razer_kernel_pack_g16",
  "razer_kernel_unpack_g128",
  "razer_kernel_unpack_g16",
])("%s agrees with the golden vectors", (name) => {
  const text = readFileSync(new URL(`../../golden/number-formats/${name}.json`, import.meta.url), "utf8");
  const {verdict, comparisons, reason} = checkGolden(text, mergeOps([ops]));
  expect(comparisons.filter(({agrees}) => !agrees)).toEqual([]);
  expect(verdict, reason).toBe("agrees");
});
