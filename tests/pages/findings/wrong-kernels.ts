import {expect} from "vitest";
import type {wrongKernels} from "../../../src/lib/experiments/accel/wrong-kernels.js";
import {keptRows} from "../kept.js";
import {type Finding, findingsOf, rowWith} from "./finding.js";

const rows = keptRows<typeof wrongKernels>("accel/wrong-kernels");
const USUAL = {
  generator: "uniform",
  memory: "left by the test before",
  outside: "stops the kernel",
  tests: 256,
};

/** The share found of a class, in a setting that differs from the usual one. */
const found = (bugs: string, other: Partial<typeof USUAL> = {}) =>
  rowWith(rows, {...USUAL, ...other, bugs}).found;

/** Findings of the page on wrong kernels. */
export const wrongKernelFindings: readonly Finding[] = findingsOf("src/accelerators/wrong-kernels.md", {
  "Most mistakes show at once, and some do not show": () => {
    for (const bugs of ["off-by-one", "wrong-operator", "wrong-unroll", "missing-reset"]) {
      expect(found(bugs, {tests: 1})).toBeGreaterThan(0.5);
    }
    expect(found("narrow")).toBeLessThan(1);
  },
  "so that a missing bit does not show. Boundary values find more of these bugs": () => {
    expect(found("narrow", {generator: "boundary"})).toBeGreaterThan(found("narrow"));
  },
  "with a single test fewer of the wrong indices": () => {
    expect(found("wrong-unroll", {generator: "boundary", tests: 1})).toBeLessThan(
      found("wrong-unroll", {tests: 1}),
    );
  },
  "hides variables without a first value. A test that finds everything else can be blind to them": () => {
    expect(found("uninitialized", {memory: "zeros"})).toBeLessThan(found("uninitialized"));
    expect(found("missing-reset", {memory: "zeros"})).toBe(1);
  },
  "More bounds that are off by one then stay": () => {
    const outside = "reaches what lies beside";
    expect(found("off-by-one", {outside})).toBeLessThan(found("off-by-one"));
  },
});
