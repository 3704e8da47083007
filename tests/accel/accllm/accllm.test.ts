import {describe, expect, test} from "vitest";
import {
  ACCLLM_COMBINATIONS,
  ACCLLM_LLAMA,
  accLlmTokensPerSecond,
  bitsPerOriginalWeight,
  bytesPerToken,
} from "../../../src/lib/accel/accllm/cost.js";
import {twoBitKept, twoBitValues} from "../../../src/lib/accel/accllm/two-bit.js";
import {nmMask} from "../../../src/lib/tensor/nm-mask.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";

const values = Float32Array.from(draws(256, randomStream(1, "two bits").normal));

describe("two bits", () => {
  test("give at most four values a group, and lose no more than without clipping", () => {
    const found = twoBitValues(values, 32);
    for (let at = 0; at < values.length; at += 32) {
      expect(new Set(found.subarray(at, at + 32)).size).toBeLessThanOrEqual(4);
    }
    const error = values.reduce((sum, value, i) => sum + (value - found[i]) ** 2, 0) / values.length;
    expect(error).toBeLessThan(0.2);
    expect(error).toBeGreaterThan(0.05);
  });

  test("keep four levels as they are, and zeros where weights went", () => {
    expect([...twoBitValues(Float32Array.of(-1, 0, 1, 2), 4)]).toEqual([-1, 0, 1, 2]);
    const mask = nmMask(values, 16, 2, 4);
    const kept = twoBitKept(values, mask, 16);
    expect(kept.every((value, i) => mask[i] === 1 || value === 0)).toBe(true);
    expect(mask.reduce((sum, one) => sum + one, 0)).toBe(128);
  });

  test("refuse an empty group", () => {
    expect(() => twoBitValues(values, 0)).toThrow(
      "twoBitValues: groupSize must be an integer of at least 1, got 0",
    );
  });
});

describe("cost", () => {
  const workload = {...ACCLLM_LLAMA, context: 16_384, sinks: 4, window: 1024, groupSize: 64};

  test("of 2:4 in two bits without parameters of groups is that of two bits: positions take what values save", () => {
    const whole = 2 ** 40;
    expect(bitsPerOriginalWeight({sparse: true, twoBit: true}, whole)).toBeCloseTo(2, 9);
    expect(bitsPerOriginalWeight({sparse: false, twoBit: true}, whole)).toBeCloseTo(2, 9);
    expect(bitsPerOriginalWeight({sparse: true, twoBit: false}, 64)).toBe(9);
  });

  test("is never higher with one measure more, nor for a faster memory", () => {
    for (const one of ACCLLM_COMBINATIONS) {
      for (const name of ["sparse", "twoBit", "kv4", "lambda"] as const) {
        const more = accLlmTokensPerSecond({...one, [name]: true}, workload);
        expect(more).toBeGreaterThanOrEqual(accLlmTokensPerSecond(one, workload));
      }
      const machine = {bytesPerSecond: 1e12, operationsPerSecond: 1e13};
      expect(accLlmTokensPerSecond(one, workload, machine)).toBeGreaterThan(
        accLlmTokensPerSecond(one, workload, {...machine, bytesPerSecond: 1e11}),
      );
    }
  });

  test("of the cache does not grow with the text once a window is in view", () => {
    const all = ACCLLM_COMBINATIONS[15];
    const at = (context: number) => bytesPerToken(all, {...workload, context}).cache;
    expect(at(1028)).toBe(at(100_000));
    expect(at(500)).toBeLessThan(at(1028));
  });
});
