import {describe, expect, test} from "vitest";
import {computeFormat} from "../../../src/lib/accel/machine.js";
import {machineById} from "../../../src/lib/accel/machines.js";
import {FORMAT_IDS, formatChoice, sparsityOf} from "../../../src/lib/experiments/accel/format-choice.js";
import {formats} from "../../../src/lib/formats/registry.js";

describe("a format as a cost model sees it", () => {
  test.each([
    ["fp32", 32],
    ["fp16", 16],
    ["int4", 4.125],
    ["int4_asym", 4.15625],
    ["mxfp4", 4.25],
    ["mxint8", 8.25],
    ["nvfp4", 4.5],
    ["razer", 4.5],
    ["fp8_e4m3_tensor", 8],
  ])("%s takes %d bits an element, counted from packed bytes", (id, bits) => {
    expect(formatChoice(id).bitsPerElement).toBe(bits);
  });

  test("every format costs at least what it multiplies in, a codebook, RaZeR's specials and coded exponents aside", () => {
    for (const id of FORMAT_IDS) {
      const {bitsPerElement, elementBits} = formatChoice(id);
      expect(bitsPerElement, id).toBeGreaterThan(0);
      if (!["codebook", "razer"].includes(formats[id].family) && formats[id].size === undefined)
        expect(bitsPerElement, id).toBeGreaterThanOrEqual(elementBits!);
    }
  });

  test("weights alone in four bits are multiplied as the activations are", () => {
    const machine = machineById("rtx-4090");
    const fp16 = formatChoice("fp16");
    for (const id of ["int4", "mxfp4", "nf4", "razer"]) {
      expect(computeFormat(machine, formatChoice(id), fp16), id).toBe("fp16");
    }
    expect(computeFormat(machine, formatChoice("int4"), formatChoice("int4"))).toBe("int4");
    expect(computeFormat(machine, formatChoice("mxint4"), formatChoice("int8"))).toBe("int8");
    expect(computeFormat(machine, formatChoice("nf4"), formatChoice("mxfp4"))).toBe("fp16");
    expect(computeFormat(machine, formatChoice("razer"), formatChoice("mxfp4"))).toBe("fp8");
  });

  test("an unknown id is refused with those there are", () => {
    expect(() => formatChoice("mxfp5")).toThrow("formats: id must be one of fp32");
  });

  test("a pattern is its two numbers, and dense none", () => {
    expect(sparsityOf("dense")).toBeNull();
    expect(sparsityOf("2:4")).toEqual({n: 2, m: 4});
  });
});
