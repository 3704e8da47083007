import {describe, expect, test} from "vitest";
import {passSeconds, passSpans, residentLayers} from "../../src/lib/decoding/subspec/offload.js";
import {randomStream} from "../../src/lib/tensor/random.js";

const cases = Array.from({length: 60}, (_, seed) => {
  const stream = randomStream(seed, "pass");
  return {
    copied: stream.integer(12),
    resident: stream.integer(5),
    copySeconds: stream.uniform(),
    computeSeconds: stream.uniform(),
    buffers: 1 + stream.integer(3),
  };
});

describe("a pass over layers that are copied", () => {
  test("computes every layer after its copy and after the layer before; the link has one copy at a time", () => {
    for (const {buffers, ...times} of cases) {
      for (const overlaps of [true, false]) {
        const spans = passSpans(times, {overlaps, buffers});
        expect(spans).toHaveLength(times.copied + times.resident);
        spans.forEach(({copy, compute}, i) => {
          if (copy) expect(compute[0]).toBeGreaterThanOrEqual(copy[1]);
          if (i === 0) return;
          expect(compute[0]).toBeGreaterThanOrEqual(spans[i - 1].compute[1]);
          const before = spans[i - 1].copy;
          if (copy && before) expect(copy[0]).toBeGreaterThanOrEqual(before[1]);
        });
      }
    }
  });

  test("is never slower with overlap, with more buffers or with a faster link, and never below its longer part", () => {
    for (const {buffers, ...times} of cases) {
      const seconds = passSeconds(times, {overlaps: true, buffers});
      expect(seconds).toBeLessThanOrEqual(passSeconds(times, {overlaps: false}) + 1e-12);
      expect(passSeconds(times, {overlaps: true, buffers: buffers + 1})).toBeLessThanOrEqual(seconds + 1e-12);
      const faster = {...times, copySeconds: times.copySeconds / 2};
      expect(passSeconds(faster, {overlaps: true, buffers})).toBeLessThanOrEqual(seconds + 1e-12);
      const parts = [
        times.copied * times.copySeconds,
        (times.copied + times.resident) * times.computeSeconds,
      ];
      expect(seconds).toBeGreaterThanOrEqual(Math.max(...parts) - 1e-12);
    }
  });

  test("without overlap is the sum of all copies and computations", () => {
    const times = {copied: 7, resident: 2, copySeconds: 0.3, computeSeconds: 0.1};
    expect(passSeconds(times, {overlaps: false})).toBeCloseTo(7 * 0.3 + 9 * 0.1, 12);
    expect(passSeconds({...times, copied: 0, resident: 0}, {overlaps: true})).toBe(0);
    expect(() => passSpans({...times, copySeconds: Number.NaN}, {overlaps: true})).toThrow(
      "copySeconds must be",
    );
  });
});

test("resident layers are as many as fit, never negative and never more than there are", () => {
  const sizes = {layers: 4, hiddenSize: 10, kvWidth: 10, intermediateSize: 20};
  const layer = 2 * (2 * 100 + 2 * 100 + 3 * 200);
  expect(residentLayers(sizes, 2.5 * layer, 0)).toBe(2);
  expect(residentLayers(sizes, 2.5 * layer, layer)).toBe(1);
  expect(residentLayers(sizes, layer, 2 * layer)).toBe(0);
  expect(residentLayers(sizes, 1e9, 0)).toBe(4);
});
