import {readFileSync} from "node:fs";
import {expect, test} from "vitest";
import {checkGolden} from "../../src/cli/conformance/check-file.js";
import {mergeOps} from "../../src/cli/conformance/load-ops.js";
import {ops} from "../../src/cli/conformance/ops/quant.js";

const golden = (name: string) =>
  readFileSync(new URL(`../golden/number-formats/${name}.json`, import.meta.url), "utf8");

test.each(["quamba_gptq_small", "quamba_observers"])("%s agrees with the reference", (name) => {
  const {verdict, comparisons} = checkGolden(golden(name), mergeOps([ops]));
  expect(comparisons.filter(({agrees}) => !agrees)).toEqual([]);
  expect(verdict).toBe("agrees");
});
