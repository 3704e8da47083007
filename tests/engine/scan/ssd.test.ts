import {describe, expect, test} from "vitest";
import {selectiveScan} from "../../../src/lib/engine/scan/selective-scan.js";
import {type SsdInput, ssd} from "../../../src/lib/engine/scan/ssd.js";
import {segsum} from "../../../src/lib/ssm/scan/segsum.js";
import {ssdChunked} from "../../../src/lib/ssm/scan/ssd-chunked.js";
import {chunkSizes, cut, DECAY_NAMES, expectSame, LENGTHS, ssdInput} from "../../ssm/inputs.js";

const PER_TOKEN = ["x", "dt", "B", "C"] as (keyof SsdInput)[];
const CASES = DECAY_NAMES.flatMap((decay) => LENGTHS.map((tokens) => [decay, tokens] as const));

describe("state-space dual layer", () => {
  test.each(CASES)("with %s decay and %i tokens chunks of any size equal the recurrence", (decay, tokens) => {
    const input = ssdInput(tokens, decay);
    const expected = ssd(input);
    for (const chunkSize of chunkSizes(tokens)) expectSame(ssdChunked(input, {chunkSize}), expected);
  });

  test.each(DECAY_NAMES)("with %s decay a sequence cut anywhere and carried on is the whole one", (decay) => {
    const tokens = 9;
    const input = ssdInput(tokens, decay);
    const whole = ssd(input);
    for (const form of [ssd, (part: SsdInput) => ssdChunked(part, {chunkSize: 4})]) {
      for (let at = 0; at <= tokens; at++) {
        const first = form(cut(input, tokens, 0, at, PER_TOKEN));
        const second = form({...cut(input, tokens, at, tokens, PER_TOKEN), state: first.state});
        expectSame({y: Float64Array.of(...first.y, ...second.y), state: second.state}, whole);
      }
    }
  });

  test("is a selective scan whose channels of a head share one decay and one time step", () => {
    const tokens = 12;
    const input = ssdInput(tokens, "mixed");
    const {heads, headDim, stateSize} = input;
    const channels = heads * headDim;
    const scan = selectiveScan({
      channels,
      stateSize,
      groups: 2,
      u: input.x,
      delta: Float64Array.from({length: tokens * channels}, (_, i) => input.dt[Math.floor(i / headDim)]),
      A: Float64Array.from(
        {length: channels * stateSize},
        (_, i) => input.A[Math.floor(i / (headDim * stateSize))],
      ),
      B: input.B,
      C: input.C,
      D: Float64Array.from({length: channels}, (_, i) => input.D![Math.floor(i / headDim)]),
      deltaSoftplus: false,
      state: input.state!,
    });
    expectSame(ssd(input), scan);
  });

  test("an infinite decay rate forgets everything and makes no NaN", () => {
    const input = {...ssdInput(20, "mixed"), A: new Float64Array(4).fill(Number.NEGATIVE_INFINITY)};
    expectSame(ssdChunked(input, {chunkSize: 8}), ssd(input));
  });

  test("tokens with dt = 0 change nothing: the padding of the published kernels", () => {
    const input = ssdInput(6, "mixed");
    const padded = {
      ...input,
      x: Float64Array.of(...input.x, ...new Float64Array(24)),
      dt: Float64Array.of(...input.dt, ...new Float64Array(8)),
      B: Float64Array.of(...input.B, ...new Float64Array(20)),
      C: Float64Array.of(...input.C, ...new Float64Array(20)),
    };
    const {y, state} = ssdChunked(padded, {chunkSize: 4});
    expectSame({y: y.slice(0, input.x.length), state}, ssd(input));
  });

  test("changes neither its input nor its state", () => {
    const input = ssdInput(5, "mixed");
    const before = structuredClone(input);
    ssd(input);
    ssdChunked(input);
    expect(input).toEqual(before);
  });

  test.each([
    [{x: new Float64Array(7)}, "x must hold [0, 4, 3] = 0 numbers, got 7"],
    [{dt: new Float64Array(1)}, "dt must hold [2, 4] = 8 numbers, got 1"],
    [{A: new Float64Array(12)}, "A must hold [4] = 4 numbers, got 12"],
    [{groups: 3}, "groups must divide 4, got 3"],
    [{headDim: 0}, "headDim must be an integer of at least 1, got 0"],
  ])("refuses %j", (wrong, message) => {
    const input = {...ssdInput(2, "mixed"), ...wrong};
    expect(() => ssd(input)).toThrow(new RangeError(`ssd: ${message}`));
    expect(() => ssdChunked(input)).toThrow(new RangeError(`ssdChunked: ${message}`));
  });

  test("refuses a chunk that is no number of tokens", () => {
    expect(() => ssdChunked(ssdInput(2, "mixed"), {chunkSize: 2.5})).toThrow(
      "ssdChunked: chunkSize must be an integer of at least 1, got 2.5",
    );
  });
});

describe("segment sums", () => {
  test("are 0 on the diagonal, -Infinity above it and sums below", () => {
    const low = Number.NEGATIVE_INFINITY;
    expect([...segsum(Float64Array.of(1, 2, 4))]).toEqual([0, low, low, 2, 0, low, 6, 4, 0]);
    expect(segsum(new Float64Array(0)).length).toBe(0);
  });

  test("keep small segments after huge ones, which differences of cumulative sums would lose", () => {
    const sums = segsum(Float64Array.of(-1e20, -1, -2));
    expect(sums[2 * 3 + 0]).toBe(-3);
    expect(-1e20 - 1 - 2 - -1e20).toBe(0);
  });

  test("stay free of NaN where a token cuts the sequence", () => {
    const sums = segsum(Float64Array.of(-1, Number.NEGATIVE_INFINITY, -1));
    expect([...sums].some(Number.isNaN)).toBe(false);
    expect(sums[2 * 3 + 1]).toBe(-1);
    expect(sums[2 * 3 + 0]).toBe(Number.NEGATIVE_INFINITY);
  });
});
