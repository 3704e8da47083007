import {expect, test} from "vitest";
import {readState} from "../../../src/components/kit/address/url-state.js";
import {settingSearch} from "../../../src/components/kit/text/setting-search.js";
import {sweepSettings} from "../../../src/lib/experiment/sweep.js";
import {attentionHeads} from "../../../src/lib/experiments/attention/heads.js";
import {policies} from "../../../src/lib/experiments/attention/policies.js";

test("every setting of a sweep is what its address opens", () => {
  policies.sweep.forEach((setting, i) => {
    const search = settingSearch([{experiment: policies, prefix: "cost.", setting}]);
    expect(readState(policies.params, search, "cost.")).toEqual({
      values: sweepSettings(policies)[i],
      problems: [],
    });
  });
});

test("several workbenches are opened at once, and defaults are left out", () => {
  const search = settingSearch([
    {experiment: policies, prefix: "cost.", setting: {frame: "eviction"}},
    {experiment: attentionHeads, prefix: "heads.", setting: {keep: 0.25, documents: 1}},
  ]);
  expect(search).toBe("?cost.frame=eviction&heads.documents=1");
});

test("refuses a setting that is not allowed", () => {
  const setting = {model: "decoder-huge"};
  expect(() => settingSearch([{experiment: policies, prefix: "", setting}])).toThrow(
    /open attention\/policies: model must be one of decoder-small, decoder-large, got "?decoder-huge/,
  );
});
