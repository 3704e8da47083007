import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {confidences, largest} from "../../src/lib/diffusion/confidence.js";
import {drawByGumbel, guidedLogits} from "../../src/lib/diffusion/gumbel.js";
import {reuses} from "../../src/lib/diffusion/reuse.js";
import {evenShares, schedules} from "../../src/lib/diffusion/schedule.js";
import {finished, unmask} from "../../src/lib/diffusion/unmask.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import {softmax} from "../../src/lib/tensor/softmax.js";
import {hashModel} from "./tiny.js";

const model = hashModel(9);
const prompt = [1, 2, 3];

describe("a run of unmasking", () => {
  const runs = fc.record({
    blocks: fc.integer({min: 1, max: 4}),
    blockLength: fc.integer({min: 1, max: 6}),
    blockSteps: fc.integer({min: 1, max: 6}),
    confidence: fc.constantFrom(...confidences.all),
    schedule: fc.constantFrom(...schedules.all),
    temperature: fc.constantFrom(0, 0.7),
    guidance: fc.constantFrom(0, 1),
  });

  test("writes every mask once, blocks from left to right, and nothing else", () => {
    fc.assert(
      fc.property(runs, ({blocks, blockLength, blockSteps, ...rules}) => {
        const tokens = blocks * blockLength;
        const run = unmask(model, prompt, {...rules, tokens, blockLength, steps: blocks * blockSteps});
        const {steps, result} = finished(run);
        expect(steps).toHaveLength(blocks * blockSteps);
        const written = steps.flatMap((step) => step.written);
        expect([...written].sort((a, b) => a - b)).toEqual(Array.from({length: tokens}, (_, i) => 3 + i));
        expect(result.slice(0, 3)).toEqual(prompt);
        expect(result).not.toContain(model.maskToken);
        for (const {before, after, written, block} of steps) {
          expect(written.every((at) => Math.floor((at - 3) / blockLength) === block)).toBe(true);
          const changed = after.flatMap((token, at) => (token === before[at] ? [] : [at]));
          expect(changed).toEqual(written);
        }
      }),
      {numRuns: 25},
    );
  });

  test("leaves what stands in a template", () => {
    const template = [4, 8, 8, 5, 8, 6];
    const {steps, result} = finished(unmask(model, prompt, {tokens: 6, steps: 3, template}));
    expect(steps.map(({written}) => written.length)).toEqual([1, 1, 1]);
    expect([3, 6, 8].map((at) => result[at])).toEqual([4, 5, 6]);
    expect(result).not.toContain(8);
  });

  test("writes what is most confident", () => {
    const {steps} = finished(unmask(model, prompt, {tokens: 8, steps: 4}));
    for (const {open, confidence, written} of steps) {
      const least = Math.min(...written.map((at) => confidence[open.indexOf(at)]));
      const left = open.filter((at) => !written.includes(at)).map((at) => confidence[open.indexOf(at)]);
      expect(written).toHaveLength(2);
      expect(left.every((value) => value <= least)).toBe(true);
    }
  });

  test("with guidance feeds the text twice, the prompt masked in the second", () => {
    const {steps} = finished(unmask(model, prompt, {tokens: 2, guidance: 1}));
    expect(steps[0].work).toEqual(Array(2).fill({passes: 1, queries: 5, pairs: 25, keys: 5}));
  });

  test.each([
    ["tokens", {tokens: 0}],
    ["blockLength", {tokens: 6, blockLength: 4}],
    ["steps", {tokens: 6, blockLength: 3, steps: 3}],
    ["temperature", {tokens: 6, temperature: -1}],
    ["reuse", {tokens: 6, guidance: 1, reuse: reuses.byId("freecache")}],
    ["steps", {tokens: 6, blockLength: 3, steps: 2, reuse: reuses.byId("freecache-released")}],
  ])("refuses a bad %s", (name, options) => {
    expect(() => finished(unmask(model, prompt, options))).toThrow(new RegExp(`unmask: ${name} must`));
  });
});

describe("schedules", () => {
  test("equal shares differ by one at most and sum to the masks", () => {
    fc.assert(
      fc.property(fc.nat(100), fc.integer({min: 1, max: 20}), (masks, steps) => {
        const shares = evenShares(masks, steps);
        expect(shares.reduce((sum, k) => sum + k, 0)).toBe(masks);
        expect(shares).toEqual([...shares].sort((a, b) => b - a));
        expect(shares[0] - shares[steps - 1]).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("of linear time, one block of ten steps writes about a tenth of what was there at the beginning", () => {
    const schedule = schedules.byId("linear-time");
    const {steps} = finished(unmask(model, prompt, {tokens: 40, steps: 10, schedule}));
    const counts = steps.map(({written}) => written.length);
    expect(counts.slice(0, 3)).toEqual([3, 4, 4]);
    expect(counts.reduce((sum, k) => sum + k, 0)).toBe(40);
  });
});

describe("rules of confidence", () => {
  const p = Float64Array.of(0.5, 0.3, 0.2);
  const stream = randomStream(1);

  test.each([
    ["low_confidence", 0.3],
    ["topk_margin", 0.2],
    ["entropy", 0.5 * Math.log(0.5) + 0.3 * Math.log(0.3) + 0.2 * Math.log(0.2)],
  ])("%s of a token that is second", (id, value) => {
    expect(confidences.byId(id).of(p, 1, stream)).toBeCloseTo(value, 12);
  });

  test("of equal places the earlier are taken, infinities in order", () => {
    expect(largest([1, 3, 3, 2, 3], 2)).toEqual([1, 2]);
    expect(largest([Number.NEGATIVE_INFINITY, Number.NaN, 1, Number.POSITIVE_INFINITY], 2)).toEqual([2, 3]);
  });
});

describe("drawing by Gumbel noise", () => {
  test.each([0.5, 1, 2])("has the law of softmax(z / %d)", (temperature) => {
    const z = Float64Array.of(1, 0, -1, Number.NEGATIVE_INFINITY);
    const random = randomStream(5, `gumbel ${temperature}`);
    const counts = new Float64Array(4);
    const draws = 20_000;
    for (let i = 0; i < draws; i++) counts[drawByGumbel(z, temperature, random)]++;
    const wanted = softmax(z.map((value) => value / temperature));
    wanted.forEach((p, id) => {
      // Five standard deviations of a share.
      const room = 5 * Math.sqrt((p * (1 - p)) / draws);
      expect(Math.abs(counts[id] / draws - p)).toBeLessThanOrEqual(room);
    });
  });

  test("holds for logits whose exponentials overflow", () => {
    const z = Float64Array.of(2000, 1999, 0);
    const drawn = Array.from({length: 200}, (_, i) => drawByGumbel(z, 1, randomStream(i)));
    expect(new Set(drawn)).toEqual(new Set([0, 1]));
  });
});

test("guidance of 0 leaves the logits, more leads away from those without the prompt", () => {
  const [z, without] = [Float64Array.of(1, 2), Float64Array.of(0, 3)];
  expect([...guidedLogits(z, without, 0)]).toEqual([1, 2]);
  expect([...guidedLogits(z, without, 1)]).toEqual([2, 1]);
  const never = Float64Array.of(Number.NEGATIVE_INFINITY, 2);
  expect(guidedLogits(never, Float64Array.of(Number.NEGATIVE_INFINITY, 0), 1)[0]).toBe(
    Number.NEGATIVE_INFINITY,
  );
});
