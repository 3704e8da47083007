import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {wasmHeap} from "../../src/lib/kernels/wasm-heap.js";
import {referenceScans} from "../../src/lib/models/scans.js";
import {wasmScans} from "../../src/lib/models/wasm-scans.js";
import type {ScanOutput, SelectiveScanInput} from "../../src/lib/ssm/scan-input.js";
import {selectiveScan} from "../../src/lib/ssm/selective-scan.js";
import {type SsdInput, ssd} from "../../src/lib/ssm/ssd.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";

const wasm = await wasmScans(wasmHeap());

function random(seed: number) {
  const stream = randomStream(seed, "wasm scans");
  const normal = (count: number) => draws(count, () => stream.normal());
  return {stream, normal, state: (count: number) => new Float64Array(normal(count))};
}

function scanInput(
  tokens: number,
  perGroup: number,
  N: number,
  groups: number,
  decay: number,
  seed: number,
): SelectiveScanInput<Float32Array> {
  const {normal, state, stream} = random(seed);
  const channels = perGroup * groups;
  return {
    channels,
    stateSize: N,
    groups,
    u: normal(tokens * channels),
    delta: normal(tokens * channels),
    A: draws(channels * N, () => -decay * stream.uniform()),
    B: normal(tokens * groups * N),
    C: normal(tokens * groups * N),
    D: normal(channels),
    z: normal(tokens * channels),
    deltaBias: normal(channels),
    state: state(channels * N),
  };
}

function ssdInput(
  tokens: number,
  perGroup: number,
  P: number,
  N: number,
  groups: number,
  decay: number,
  seed: number,
): SsdInput<Float32Array> {
  const {normal, state, stream} = random(seed);
  const heads = perGroup * groups;
  return {
    heads,
    headDim: P,
    stateSize: N,
    groups,
    x: normal(tokens * heads * P),
    dt: draws(tokens * heads, () => stream.uniform()),
    A: draws(heads, () => -decay * stream.uniform()),
    B: normal(tokens * groups * N),
    C: normal(tokens * groups * N),
    D: normal(heads),
    state: state(heads * P * N),
  };
}

/** The same input in float64 with every number but decays, gates and time steps by its magnitude. */
function magnitudes<T extends object>(input: T, kept: readonly string[]) {
  const entries = Object.entries(input).map(([name, value]) => {
    if (!(value instanceof Float32Array || value instanceof Float64Array)) return [name, value];
    const wide = new Float64Array(value);
    return [name, kept.includes(name) ? wide : wide.map(Math.abs)];
  });
  return Object.fromEntries(entries);
}

function expectWithin(
  actual: ScanOutput<Float32Array>,
  expected: ScanOutput<Float32Array>,
  scale: ScanOutput,
  share: number,
): void {
  for (const name of ["y", "state"] as const) {
    expect(actual[name].length).toBe(expected[name].length);
    const beyond = [...expected[name].keys()].filter((i) => {
      const bound = share * Math.abs(scale[name][i]!) + 1e-30;
      return !(Math.abs(actual[name][i]! - expected[name][i]!) <= bound);
    });
    expect(beyond, name).toEqual([]);
  }
}

const size = (max: number) => fc.integer({min: 1, max});
const fourths = (max: number) => fc.integer({min: 1, max}).map((n) => 4 * n);
const decays = fc.constantFrom(1e-9, 0.1, 3, 50, 1e5);

describe("the wasm scans against the reference", () => {
  test("the selective scan is within its bound for every shape and decay", () => {
    fc.assert(
      fc.property(
        size(70),
        size(19),
        fourths(5),
        size(3),
        decays,
        fc.nat(999),
        (L, perGroup, N, groups, decay, seed) => {
          const input = scanInput(L, perGroup, N, groups, decay, seed);
          const scale = selectiveScan(magnitudes(input, ["A", "delta", "deltaBias", "z"]));
          // 2 units in the last place of exp, an argument of up to 88 that is rounded three times, and the sums.
          const share = 2 ** -21 * (L * (2 + 88) + N);
          expectWithin(wasm.selectiveScan(input), referenceScans.selectiveScan(input), scale, share);
        },
      ),
      {seed: 1, numRuns: 60},
    );
  });

  test("at mild decays it is far nearer: 1e-5 of the magnitudes", () => {
    const input = scanInput(64, 24, 16, 1, 2, 5);
    const scale = selectiveScan(magnitudes(input, ["A", "delta", "deltaBias", "z"]));
    expectWithin(wasm.selectiveScan(input), referenceScans.selectiveScan(input), scale, 1e-5);
  });

  test("Mamba2's recurrence is within its bound for every shape and decay", () => {
    fc.assert(
      fc.property(
        size(40),
        size(3),
        size(9),
        fourths(5),
        size(3),
        decays,
        fc.nat(999),
        (L, perGroup, P, N, groups, decay, seed) => {
          const input = ssdInput(L, perGroup, P, N, groups, decay, seed);
          const scale = ssd(magnitudes(input, ["A", "dt"]));
          const share = 2 ** -21 * (L * (2 + 88) + N);
          expectWithin(wasm.ssd(input), referenceScans.ssd(input), scale, share);
        },
      ),
      {seed: 2, numRuns: 60},
    );
  });

  test("the convolution is within 2^-20 of the sum of magnitudes, and carries the same state", () => {
    fc.assert(
      fc.property(
        size(12),
        fourths(4),
        size(5),
        fc.boolean(),
        fc.nat(999),
        (tokens, channels, width, hasBias, seed) => {
          const {normal, state} = random(seed);
          const input = {
            channels,
            width,
            x: normal(tokens * channels),
            weight: normal(channels * width),
            ...(hasBias && {bias: normal(channels)}),
            state: state((width - 1) * channels),
          };
          const [actual, expected] = [wasm, referenceScans].map((scans) => scans.causalConv1dSilu(input)) as [
            ScanOutput<Float32Array>,
            ScanOutput<Float32Array>,
          ];
          expect(actual.state).toEqual(expected.state);
          const padded = Float64Array.of(...input.state, ...input.x);
          actual.y.forEach((value, i) => {
            const [t, d] = [Math.floor(i / channels), i % channels];
            let magnitude = Math.abs(input.bias?.[d] ?? 0);
            for (let k = 0; k < width; k++)
              magnitude += Math.abs(input.weight[d * width + k]! * padded[(t + k) * channels + d]!);
            expect(Math.abs(value - expected.y[i]!)).toBeLessThanOrEqual(2 ** -20 * magnitude);
          });
        },
      ),
      {seed: 3, numRuns: 100},
    );
  });

  test("a sequence cut anywhere and carried on is the whole one bit for bit", () => {
    const input = scanInput(9, 6, 8, 2, 3, 7);
    const whole = wasm.selectiveScan(input);
    const part = (from: number, to: number) => {
      const cut = (array: Float32Array) => array.slice((array.length / 9) * from, (array.length / 9) * to);
      return {
        ...input,
        u: cut(input.u),
        delta: cut(input.delta),
        B: cut(input.B),
        C: cut(input.C),
        z: cut(input.z!),
      };
    };
    for (let at = 0; at <= 9; at++) {
      const first = wasm.selectiveScan(part(0, at));
      const second = wasm.selectiveScan({...part(at, 9), state: first.state});
      expect([...first.y, ...second.y]).toEqual([...whole.y]);
      expect(second.state).toEqual(whole.state);
    }
  });

  test("a decay beyond the normal numbers is exactly nothing, and none at all keeps everything", () => {
    const input = scanInput(3, 4, 4, 1, 1, 9);
    const still = {...input, u: new Float32Array(12), delta: new Float32Array(12).fill(60)};
    const gone = wasm.selectiveScan({...still, A: new Float32Array(16).fill(-60)});
    expect(gone.state.every((value) => value === 0)).toBe(true);
    const kept = wasm.selectiveScan({...still, A: new Float32Array(16)});
    expect(kept.state).toEqual(input.state);
  });

  test("softplus keeps its relative precision far below zero", () => {
    const delta = Float32Array.from({length: 400}, (_, i) => -80 + 0.25 * i);
    const one = {
      channels: 400,
      stateSize: 4,
      u: new Float32Array(400).fill(1),
      delta,
      A: new Float32Array(1600),
      B: new Float32Array(4).fill(1),
      C: Float32Array.of(1, 0, 0, 0),
    };
    wasm.selectiveScan(one).y.forEach((step, i) => {
      const exact = delta[i]! > 20 ? delta[i]! : Math.log1p(Math.exp(delta[i]!));
      expect(Math.abs(step / exact - 1)).toBeLessThan(2 ** -20);
    });
  });

  test("what the kernels do not do is the reference's: odd sizes, growth, the exact rule", () => {
    const odd = [
      scanInput(5, 3, 3, 1, 1, 1),
      {...scanInput(5, 3, 4, 1, 1, 1), A: new Float32Array(12).fill(0.1)},
      {...scanInput(5, 3, 4, 1, 1, 1), discretization: "zoh" as const},
    ];
    for (const input of odd) expect(wasm.selectiveScan(input)).toEqual(referenceScans.selectiveScan(input));
    const ssdOdd = ssdInput(5, 2, 3, 3, 1, 1, 1);
    expect(wasm.ssd(ssdOdd)).toEqual(referenceScans.ssd(ssdOdd));
  });

  test("runs without bias, skip, gate and state", () => {
    const {channels, stateSize, groups, u, delta, A, B, C} = scanInput(6, 5, 8, 1, 2, 3);
    const bare = {channels, stateSize, groups: groups!, u, delta, A, B, C, deltaSoftplus: false};
    const positive = {...bare, delta: delta.map(Math.abs)};
    const scale = selectiveScan(magnitudes(positive, ["A"]));
    expectWithin(wasm.selectiveScan(positive), referenceScans.selectiveScan(positive), scale, 1e-5);
  });
});
