import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {type CausalConvInput, causalConv1dSilu} from "../../../src/lib/engine/scan/causal-conv1d.js";
import {silu} from "../../../src/lib/tensor/activation.js";

const inputs = fc
  .record({
    channels: fc.integer({min: 1, max: 4}),
    width: fc.integer({min: 1, max: 5}),
    tokens: fc.nat({max: 9}),
  })
  .chain(({channels, width, tokens}) => {
    const numbers = (count: number) =>
      fc
        .array(fc.double({min: -4, max: 4, noNaN: true}), {minLength: count, maxLength: count})
        .map((values) => Float64Array.from(values));
    return fc.record({
      channels: fc.constant(channels),
      width: fc.constant(width),
      x: numbers(tokens * channels),
      weight: numbers(channels * width),
      bias: numbers(channels),
      state: numbers((width - 1) * channels),
    });
  });

describe("causal convolution", () => {
  test("its last weight multiplies the newest token, and before the text are zeros", () => {
    const input: CausalConvInput = {
      channels: 2,
      width: 3,
      x: Float64Array.of(1, 10, 2, 20, 3, 30),
      weight: Float64Array.of(0.1, 0.2, 0.3, 1, 0, 0),
      bias: Float64Array.of(0.5, 0),
    };
    const {y, state} = causalConv1dSilu(input);
    const sums = [0.5 + 0.3, 0, 0.5 + 0.2 + 0.6, 0, 0.5 + 0.1 + 0.4 + 0.9, 10];
    sums.forEach((sum, i) => {
      expect(y[i]).toBeCloseTo(silu(sum), 13);
    });
    expect([...state]).toEqual([2, 20, 3, 30]);
  });

  test("a sequence cut anywhere and carried on is the whole one bit for bit", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const {channels, x} = input;
        const whole = causalConv1dSilu(input);
        for (let at = 0; at <= x.length; at += channels) {
          const first = causalConv1dSilu({...input, x: x.slice(0, at)});
          const second = causalConv1dSilu({...input, x: x.slice(at), state: first.state});
          expect([...first.y, ...second.y]).toEqual([...whole.y]);
          expect(second.state).toEqual(whole.state);
        }
      }),
      {seed: 5, numRuns: 100},
    );
  });

  test("no output depends on a later token", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const {channels, x} = input;
        const {y} = causalConv1dSilu(input);
        for (let t = channels; t < x.length; t += channels) {
          const changed = x.map((value, i) => (i < t ? value : value + 1));
          expect(causalConv1dSilu({...input, x: changed}).y.slice(0, t)).toEqual(y.slice(0, t));
        }
      }),
      {seed: 6, numRuns: 50},
    );
  });

  test("the gate has its known values", () => {
    expect(silu(0)).toBe(0);
    expect(silu(1)).toBeCloseTo(0.7310585786300049, 15);
    expect(silu(-1000)).toBeCloseTo(0, 300);
    expect(silu(1000)).toBe(1000);
  });

  test.each([
    [{weight: new Float64Array(5)}, "weight must hold [2, 3] = 6 numbers, got 5"],
    [{state: new Float64Array(6)}, "state must hold [2, 2] = 4 numbers, got 6"],
    [{x: new Float64Array(3)}, "x must hold [1, 2] = 2 numbers, got 3"],
    [{width: 0}, "width must be an integer of at least 1, got 0"],
  ])("refuses %j", (wrong, message) => {
    const input = {channels: 2, width: 3, x: new Float64Array(4), weight: new Float64Array(6), ...wrong};
    expect(() => causalConv1dSilu(input)).toThrow(new RangeError(`causalConv1dSilu: ${message}`));
  });
});
