import {describe, expect, test} from "vitest";
import {referenceScans} from "../../../src/lib/engine/mamba/scans.js";
import {channelFactors} from "../../../src/lib/ssm/vmeanba/channel-factors.js";
import {channelVariation} from "../../../src/lib/ssm/vmeanba/layer-choice.js";
import {
  meanOfScan,
  repeated,
  type ScanInput,
  scanAlone,
  scanOfMeans,
} from "../../../src/lib/ssm/vmeanba/mean-scan.js";
import {randomStream} from "../../../src/lib/tensor/random.js";
import {scanInput} from "../inputs.js";

const f32 = (values: ArrayLike<number>) => Float32Array.from(values);

/** A scan in float32 that begins with no state. */
function input(seed = 1): ScanInput {
  const {u, delta, A, B, C, D, z, deltaBias, channels, stateSize, groups} = scanInput(9, "mixed", seed);
  const arrays = {u, delta, A, B, C, D, z, deltaBias} as Readonly<Record<string, Float64Array>>;
  const narrow = Object.entries(arrays).map(([name, values]) => [name, f32(values)]);
  return {channels, stateSize, groups, ...Object.fromEntries(narrow)};
}

/** The same scan with the first channel of each group in all its channels. */
function withoutVariety(of: ScanInput): ScanInput {
  const {channels, groups = 1, stateSize, u, delta, A, D = f32([]), z = f32([]), deltaBias = f32([])} = of;
  const width = channels / groups;
  const first = (d: number) => Math.floor(d / width) * width;
  const rows = (x: Float32Array) =>
    x.map((_, i) => x[Math.floor(i / channels) * channels + first(i % channels)]);
  const rates = A.map((_, i) => A[first(Math.floor(i / stateSize)) * stateSize + (i % stateSize)]);
  return {
    ...of,
    u: rows(u),
    delta: rows(delta),
    A: rates,
    D: rows(D),
    z: rows(z),
    deltaBias: rows(deltaBias),
  };
}

const closeTo = (expected: Float32Array) =>
  Array.from(expected, (value) => expect.closeTo(value, 5) as number);

describe("the scan of means", () => {
  test("is the scan itself where all channels of a group are alike", () => {
    const alike = withoutVariety(input());
    const mean = scanOfMeans(alike, referenceScans);
    expect(Array.from(repeated(alike, mean))).toEqual(closeTo(referenceScans.selectiveScan(alike).y));
  });

  test("gives the mean of the outputs where channels differ in u alone, in which a scan is linear", () => {
    const varied = {...withoutVariety(input()), u: input().u};
    expect(Array.from(scanOfMeans(varied, referenceScans))).toEqual(
      closeTo(meanOfScan(varied, referenceScans)),
    );
  });

  test("differs from the mean of the outputs where time steps differ", () => {
    const mean = meanOfScan(input(), referenceScans);
    const before = scanOfMeans(input(), referenceScans);
    expect(before.some((value, i) => Math.abs(value - mean[i]) > 0.01)).toBe(true);
  });

  test("takes a mean for each group of channels that share B and C", () => {
    const both = input();
    const {groups = 1, channels, u} = both;
    const width = channels / groups;
    const changed = {...both, u: u.map((value, i) => (i % channels < width ? value + 1 : value))};
    const [one, other] = [scanOfMeans(both, referenceScans), scanOfMeans(changed, referenceScans)];
    const second = (y: Float32Array) => Array.from(y).filter((_, i) => i % groups > 0);
    expect(second(other)).toEqual(second(one));
    expect(other[0]).not.toBe(one[0]);
  });
});

describe("factors of channels", () => {
  test("are those that make the channels of one output", () => {
    const stream = randomStream(3, "channel factors");
    const factors = [0.5, -2, 1.25];
    const mean = f32(Array.from({length: 20}, () => stream.normal()));
    const y = f32(Array.from({length: 60}, (_, i) => factors[i % 3] * mean[Math.floor(i / 3)]));
    const fitted = channelFactors(3);
    fitted.add(y.subarray(0, 30), mean.subarray(0, 10));
    fitted.add(y.subarray(30), mean.subarray(10));
    expect(Array.from(fitted.values())).toEqual(factors.map((factor) => expect.closeTo(factor, 6)));
  });

  test("leave less of a scan behind than no factors do", () => {
    const one = {...input(5), groups: 1, B: input().B.subarray(0, 36), C: input().C.subarray(0, 36)};
    const [y, mean] = [scanAlone(one, referenceScans), scanOfMeans(one, referenceScans)];
    const fitted = channelFactors(one.channels);
    fitted.add(y, mean);
    const {D, z, ...bare} = one;
    const left = (got: Float32Array) => got.reduce((sum, value, i) => sum + (value - y[i]) ** 2, 0);
    expect(left(repeated(bare, mean, fitted.values()))).toBeLessThan(left(repeated(bare, mean)));
  });

  test("are 1 where nothing was seen, and refuse what does not fit", () => {
    expect(Array.from(channelFactors(2).values())).toEqual([1, 1]);
    expect(() => channelFactors(2).add(new Float32Array(3), new Float32Array(2))).toThrow(RangeError);
  });
});

describe("variation of channels", () => {
  test("is 0 for equal channels and 1 for channels that do not change in common", () => {
    expect(channelVariation(f32([1, 1, 2, 2, 3, 3]), 2)).toBeCloseTo(0, 12);
    expect(channelVariation(f32([1, -1, 2, -2, 3, -3]), 2)).toBeCloseTo(1, 12);
  });
});
