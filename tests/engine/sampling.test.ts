import {readFileSync} from "node:fs";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {checkGolden} from "../../src/cli/conformance/check-file.js";
import {mergeOps} from "../../src/cli/conformance/load-ops.js";
import {decodingOps} from "../../src/cli/conformance/ops/decoding.js";
import {drawToken, warpLogits} from "../../src/lib/engine/sampling.js";
import {randomStream} from "../../src/lib/tensor/random.js";

const all = {temperature: 1, topK: 0, topP: 1};

describe("warpLogits", () => {
  test("keeps the likeliest, the lower id of equals", () => {
    const logits = [1, 3, 3, 2, Number.NEGATIVE_INFINITY];
    const kept = (warp: object) => Array.from(warpLogits(logits, {...all, ...warp}), (p) => Number(p > 0));
    expect(kept({})).toEqual([1, 1, 1, 1, 0]);
    expect(kept({topK: 1})).toEqual([0, 1, 0, 0, 0]);
    expect(kept({topK: 3})).toEqual([0, 1, 1, 1, 0]);
    expect(kept({topK: 9})).toEqual([1, 1, 1, 1, 0]);
    expect(kept({temperature: 0})).toEqual([0, 1, 0, 0, 0]);
    // 0.38 of all each, so that the second of them reaches a half.
    expect(kept({topP: 0.3})).toEqual([0, 1, 0, 0, 0]);
    expect(kept({topP: 0.5})).toEqual([0, 1, 1, 0, 0]);
    // Of the two that top k leaves each is a half.
    expect(kept({topK: 2, topP: 0.5})).toEqual([0, 1, 0, 0, 0]);
  });

  test("gives probabilities that sum to 1, and a token that has one", () => {
    const number = fc.float({min: -50, max: 50, noNaN: true});
    fc.assert(
      fc.property(
        fc.array(number, {minLength: 1, maxLength: 30}),
        fc.double({min: 0, max: 5, noNaN: true}),
        fc.nat(40),
        fc.double({min: 1e-6, max: 1, noNaN: true}),
        fc.nat(1000),
        (logits, temperature, topK, topP, seed) => {
          const probabilities = warpLogits(logits, {temperature, topK, topP});
          expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
          expect(probabilities[drawToken(probabilities, randomStream(seed))]).toBeGreaterThan(0);
        },
      ),
      {seed: 4, numRuns: 300},
    );
  });

  test("draws as often as the probabilities say", () => {
    const random = randomStream(1);
    const probabilities = warpLogits([Math.log(0.7), Math.log(0.2), Math.log(0.1)], all);
    const counts = [0, 0, 0];
    for (let i = 0; i < 10_000; i++) counts[drawToken(probabilities, random)]++;
    for (const [id, share] of [0.7, 0.2, 0.1].entries()) expect(counts[id] / 10_000).toBeCloseTo(share, 1);
  });

  test.each([
    [{temperature: -1}, "temperature must be a number of at least 0, got -1"],
    [{temperature: Number.NaN}, "temperature must be a number of at least 0, got NaN"],
    [{topK: 0.5}, "topK must be an integer of at least 0, got 0.5"],
    [{topP: 0}, "topP must be above 0 and up to 1, got 0"],
  ])("refuses %j", (warp, message) => {
    expect(() => warpLogits([1], {...all, ...warp})).toThrow(`warpLogits: ${message}`);
  });

  test.each([[[]], [[Number.NaN]], [[Number.NEGATIVE_INFINITY]]])("refuses the logits %j", (logits) => {
    expect(() => warpLogits(logits, all)).toThrow("warpLogits: logits must have a finite largest number");
  });
});

test("the golden rows", () => {
  const text = readFileSync("tests/golden/decoding/warp_temperature_topk_topp.json", "utf8");
  expect(checkGolden(text, mergeOps([decodingOps])).verdict).toBe("agrees");
});
