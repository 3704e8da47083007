import {describe, expect, test} from "vitest";
import {bugClasses} from "../../src/lib/verification/bugs/registry.js";
import {compileKernel} from "../../src/lib/verification/compile.js";
import {differenceOf, firstFailure, kernelTests} from "../../src/lib/verification/differential.js";
import {boundaryInputs, mixedInputs, uniformInputs} from "../../src/lib/verification/generators.js";
import {testedKernels} from "../../src/lib/verification/kernels/registry.js";
import {changedLines, judgedMutants} from "../../src/lib/verification/mutants.js";
import {kernelText} from "../../src/lib/verification/print.js";
import {readKernel} from "../../src/lib/verification/read.js";
import {unrolled} from "../../src/lib/verification/unroll.js";

const kernelOf = (id: string) => unrolled(readKernel(testedKernels.byId(id).text));

/** Changed lines of all mutants of a kernel in a class, without indents. */
function changes(id: string, bugs: string): string[] {
  const clean = kernelText(kernelOf(id));
  return bugClasses
    .byId(bugs)
    .mutants(kernelOf(id))
    .map((mutant) => {
      const text = kernelText(mutant);
      const lines = text.split("\n");
      return changedLines(clean, text)
        .map((i) => lines[i].trim())
        .join(" ");
    });
}

describe("a class of bugs", () => {
  test("moves an end of a loop", () => {
    expect(changes("scan", "off-by-one")).toEqual([
      "for (t = 0; t < 13; t += 1) {",
      "for (t = 0; t < 11; t += 1) {",
      "for (t = 1; t < 12; t += 1) {",
    ]);
  });

  test("takes another operator", () => {
    expect(changes("scan", "wrong-operator")).toEqual([
      "h = (decay[t] * h >> 8) - x[t];",
      "h = (decay[t] * h << 8) + x[t];",
      "h = (decay[t] + h >> 8) + x[t];",
    ]);
  });

  test("takes the index of the copy before", () => {
    expect(changes("gemv", "wrong-unroll")).toEqual([
      "sum += w[o * 8 + k] * x[k + 1];",
      "sum += w[o * 8 + (k + 1)] * x[k];",
    ]);
  });

  test("resets once in place of in each round", () => {
    expect(changes("gemv", "missing-reset")).toEqual(["i15 sum = 0;"]);
    expect(changes("planes", "missing-reset")).toEqual(["u4 differ = 0;"]);
    expect(changes("scan", "missing-reset")).toEqual([]);
  });

  test("forgets a first value", () => {
    expect(changes("softmax", "uninitialized")).toEqual(["i8 m;", "u12 sum;"]);
  });

  test("takes bits from a variable", () => {
    expect(changes("gemv", "narrow")).toEqual(["i14 sum = 0;", "i13 sum = 0;", "i11 sum = 0;"]);
  });

  test("changes a kernel in each of its mutants, and can still be printed and run", () => {
    for (const {id} of testedKernels.all) {
      const clean = kernelText(kernelOf(id));
      for (const {mutants} of bugClasses.all) {
        for (const mutant of mutants(kernelOf(id))) {
          const text = kernelText(mutant);
          expect(text).not.toBe(clean);
          expect(kernelText(readKernel(text))).toBe(text);
          compileKernel(mutant);
        }
      }
    }
  });
});

describe("a kernel that is only written in another way", () => {
  test("is found among the mutants", () => {
    const same = judgedMutants(kernelOf("requantize"), bugClasses.byId("wrong-operator"))
      .filter(({differs}) => !differs)
      .map(({kernel, isExhaustive, tried}) => ({
        line: kernelText(kernel)
          .match(/.*[<>]=.*/)?.[0]
          .trim(),
        isExhaustive,
        tried,
      }));
    expect(same).toEqual([
      {line: "if (v >= 127) {", isExhaustive: false, tried: 4096},
      {line: "if (v <= -128) {", isExhaustive: false, tried: 4096},
    ]);
  });

  test("is proved to be the same where all inputs can be tried", () => {
    const small = readKernel("kernel k(in u4 x, out u4 y) { y = x + 8; }");
    const other = readKernel("kernel k(in u4 x, out u4 y) { y = x - 8; }");
    expect(differenceOf(small, other)).toEqual({differs: false, isExhaustive: true, tried: 16});
  });

  test("is none where memory makes the difference", () => {
    const small = readKernel("kernel k(in u1 x, out u4 y) { u4 sum = 0; y = sum; }");
    const other = readKernel("kernel k(in u1 x, out u4 y) { u4 sum; y = sum; }");
    expect(differenceOf(small, other).differs).toBe(true);
  });
});

describe("differential tests", () => {
  test("never fail the kernel that they come from", () => {
    for (const {id} of testedKernels.all) {
      const tests = kernelTests(kernelOf(id), mixedInputs, 60, 3);
      for (const memory of ["zeros", "left by the test before"] as const) {
        expect(firstFailure(compileKernel(kernelOf(id)), tests, memory)).toBeNull();
      }
    }
  });

  test("name the first test that fails and why", () => {
    const [later] = bugClasses.byId("off-by-one").mutants(kernelOf("scan"));
    const tests = kernelTests(kernelOf("scan"), uniformInputs, 5, 1);
    expect(firstFailure(compileKernel(later), tests, "zeros")).toEqual({
      test: 1,
      reason: "scan: decay[12] lies outside of decay[12], in h = (decay[t] * h >> 8) + x[t];",
    });
  });

  test("in a memory of zeros never find a sum that begins with what is there", () => {
    const [forgetful] = bugClasses.byId("uninitialized").mutants(kernelOf("dot"));
    const tests = kernelTests(kernelOf("dot"), uniformInputs, 50, 1);
    expect(firstFailure(compileKernel(forgetful), tests, "zeros")).toBeNull();
    expect(firstFailure(compileKernel(forgetful), tests, "left by the test before")?.test).toBe(2);
  });

  test("are the same for the same seed, and others for another one", () => {
    const of = (seed: number) => kernelTests(kernelOf("scan"), boundaryInputs, 3, seed);
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });
});
