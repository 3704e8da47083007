import {expect, test} from "vitest";
import {differences, settingDistance} from "../../../src/components/kit/runs/nearest-setting.js";

const params = {
  method: {kind: "choice", label: "Method", options: ["rtn", "gptq"], default: "rtn"},
  batch: {kind: "integer", label: "Batch", min: 1, max: 256, log: true, default: 1},
  formats: {kind: "choices", label: "Formats", options: ["a", "b"], default: ["a"]},
} as const;
const setting = {method: "rtn", batch: 16, formats: ["a", "b"]} as const;

test("differences name what the rows on show have, and nothing where they have it all", () => {
  expect(differences(params, setting, setting)).toEqual([]);
  expect(differences(params, setting, {method: "gptq", batch: 8, formats: ["a"]})).toEqual([
    "Method rtn",
    "Batch 16",
    "Formats a, b",
  ]);
});

test("a choice is as far as a whole range, a number by its part of the slider", () => {
  expect(settingDistance(params, setting, setting)).toBe(0);
  expect(settingDistance(params, setting, {...setting, method: "gptq"})).toBe(1);
  expect(settingDistance(params, setting, {...setting, batch: 1})).toBeCloseTo(0.5, 12);
});
