import {describe, expect, test} from "vitest";
import {hardestFinding, kernelsFinding} from "../../../src/components/by-hand/accel/kernel-tables.js";
import {SURVEY_PARTS} from "../../../src/components/by-hand/accel/survey-map.js";
import {wrongKernelFinding, wrongKernelParams} from "../../../src/components/by-hand/accel/wrong-kernel.js";
import {pageAt} from "../../../src/components/frame/site-pages.js";
import {checkParams} from "../../../src/lib/technique/check-params.js";

const finding = (state: object) =>
  wrongKernelFinding(checkParams("state", wrongKernelParams, state as never));

describe("a wrong kernel by hand", () => {
  test("says which test finds it, and whether the kernel was stopped", () => {
    expect(finding({kernel: "scan", bugs: "wrong-operator", place: 1})).toBe(
      "Place 1 of 3: in test 1 the kernel gives other numbers.",
    );
    expect(finding({kernel: "scan", bugs: "off-by-one", place: 1})).toBe(
      "Place 1 of 3: in test 1 the kernel is stopped.",
    );
  });

  test("opens with a bug that passes all tests, which other inputs find", () => {
    expect(finding({})).toMatch(/^Place 2 of 3: all 256 tests pass, though the kernel is changed/);
    expect(finding({generator: "boundary"})).toMatch(/gives other numbers/);
  });

  test("takes the last place where a kernel has fewer, and says where it has none", () => {
    expect(finding({kernel: "scan", bugs: "off-by-one", place: 20})).toMatch(/^Place 3 of 3/);
    expect(finding({kernel: "scan", bugs: "missing-reset"})).toBe(
      "This kernel has no place for a bug of the class: missing reset.",
    );
  });
});

test("tables say how many changes are no mistakes, and what stays", () => {
  const row = {
    kernel: "a",
    name: "a",
    mutants: 8,
    same: 2,
    proved: 1,
    found: 1,
    provenance: "measured",
  } as const;
  expect(kernelsFinding([row as never])).toBe(
    "Of 10 kernels with one change, 2 do the same as before and are left out: for 1 of these every input was tried, for the others many random ones.",
  );
  const [never, some] = [0, 0.5].map((found) => ({found}) as never);
  expect(hardestFinding([never, some])).toBe("1 of these 2 wrong kernels pass every series of tests.");
  expect(hardestFinding([some])).toBe("Each of these 1 wrong kernels passes some series of tests.");
  expect(hardestFinding([])).toBe("Every series of tests finds every wrong kernel.");
});

test("the map of the survey leads to pages of the site", () => {
  for (const {paths} of SURVEY_PARTS) for (const path of paths) expect(pageAt(path), path).toBeDefined();
});
