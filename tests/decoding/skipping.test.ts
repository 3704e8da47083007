import {describe, expect, test} from "vitest";
import {layerSchedules} from "../../src/lib/decoding/skipping/registry.js";
import {skipDecodeDepth} from "../../src/lib/decoding/skipping/skip-decode.js";
import {layersOfTokens, readSkipping} from "../../src/lib/decoding/skipping/skipped-reading.js";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {maxDifference} from "../engine/golden.js";
import {TINY_CONFIG, tinyDecoder} from "../engine/tiny.js";

describe.each(layerSchedules.all.map((schedule) => ({id: schedule.id, schedule})))("$id", ({schedule}) => {
  test("passes layers that there are, in order, and as many as the speed leaves on average", () => {
    for (const layers of [2, 5, 8, 31]) {
      for (const speedup of [1, 1.3, 2]) {
        const kept = layersOfTokens(layers, 40, {schedule, speedup, prompt: 8});
        for (const passed of kept) {
          expect(passed).toEqual([...new Set(passed)].toSorted((a, b) => a - b));
          expect(passed[0]).toBe(0);
          expect(passed.at(-1)!).toBeLessThan(layers);
        }
        const mean = kept.slice(8).reduce((sum, passed) => sum + passed.length, 0) / 32;
        expect(Math.abs(mean - layers / speedup)).toBeLessThanOrEqual(1.1);
      }
    }
  });

  test("never needs keys that were not computed: a layer that a token passes was passed by all before it", () => {
    const kept = layersOfTokens(12, 60, {schedule, speedup: 1.7, prompt: 20});
    kept.slice(1).forEach((passed, i) => {
      for (const layer of passed) expect(kept[i]).toContain(layer);
    });
  });

  test("at speed 1 the model is itself", async () => {
    const model = await tinyDecoder({...TINY_CONFIG, num_hidden_layers: 4});
    const ids = [3, 1, 4, 1, 5, 9, 2, 6];
    const read = readSkipping(model, ids, {schedule, speedup: 1, prompt: 3});
    expect(maxDifference(read.data, forward(model, ids).data)).toBe(0);
  });
});

test("SkipDecode goes from all layers to none but the warm-up in a line: twice as fast on average", () => {
  const depths = Array.from({length: 101}, (_, step) =>
    skipDecodeDepth({layers: 32, speedup: 2, step, steps: 101}),
  );
  expect([depths[0], depths[100]]).toEqual([32, 1]);
  expect(depths).toEqual(depths.toSorted((a, b) => b - a));
  expect(depths.reduce((a, b) => a + b) / 101).toBeCloseTo(16.5, 0);
});
