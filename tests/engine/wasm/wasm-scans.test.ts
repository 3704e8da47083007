import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {referenceScans} from "../../../src/lib/engine/mamba/scans.js";
import type {ScanOutput, SelectiveScanInput} from "../../../src/lib/engine/scan/scan-input.js";
import {selectiveScan} from "../../../src/lib/engine/scan/selective-scan.js";
import {type SsdInput, ssd} from "../../../src/lib/engine/scan/ssd.js";
import {wasmScans} from "../../../src/lib/engine/wasm/wasm-scans.js";
import {wasmHeap} from "../../../src/lib/kernels/wasm-heap.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";

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
      const bound = share * Math.abs(scale[name][i]) + 1e-30;
      return !(Math.abs(actual[name][i] - expected[name][i]) <= bound);
    });
    expect(beyond, name).toEqual([]);
  }
}

/** The tokens from … to of the arrays that have one row a token. */
function cut<T extends object>(
  input: T,
  names: readonly (keyof T)[],
  tokens: number,
  from: number,
  to: number,
): T {
  const rows = names.map((name) => {
    const array = input[name] as Float32Array;
    const width = array.length / tokens;
    return [name, array.slice(from * width, to * width)];
  });
  return {...input, ...Object.fromEntries(rows)};
}

/** 2 units in the last place of exp, an argument of up to 88 that is rounded three times, and the sums. */
const share = (L: number, N: number) => 2 ** -21 * (L * (2 + 88) + N);
const scanKept = ["A", "delta", "deltaBias", "z"];
const ssdKept = ["A", "dt"];

const size = (max: number) => fc.integer({min: 1, max});
const fourths = (max: number) => fc.integer({min: 1, max}).map((n) => 4 * n);
const decays = fc.constantFrom(1e-9, 0.1, 3, 50, 1e5);

describe("the wasm scans against the reference", () => {
  test("the selective scan is within its bound for every shape and decay", () => {
    fc.assert(
      fc.property(
        size(140),
        size(11),
        size(18),
        size(3),
        decays,
        fc.nat(999),
        (L, perGroup, N, groups, decay, seed) => {
          const input = scanInput(L, perGroup, N, groups, decay, seed);
          const scale = selectiveScan(magnitudes(input, scanKept));
          expectWithin(wasm.selectiveScan(input), referenceScans.selectiveScan(input), scale, share(L, N));
        },
      ),
      {seed: 1, numRuns: 60},
    );
  });

  test("at mild decays it is far nearer: 1e-5 of the magnitudes", () => {
    const input = scanInput(64, 24, 16, 1, 2, 5);
    const scale = selectiveScan(magnitudes(input, scanKept));
    expectWithin(wasm.selectiveScan(input), referenceScans.selectiveScan(input), scale, 1e-5);
  });

  test("Mamba2's layer is within its bound for every shape and decay, token by token and in chunks", () => {
    fc.assert(
      fc.property(
        size(140),
        size(3),
        size(19),
        size(18),
        size(3),
        decays,
        fc.nat(999),
        (L, perGroup, P, N, groups, decay, seed) => {
          const input = ssdInput(L, perGroup, P, N, groups, decay, seed);
          const scale = ssd(magnitudes(input, ssdKept));
          expectWithin(wasm.ssd(input), referenceScans.ssd(input), scale, share(L, N));
        },
      ),
      {seed: 2, numRuns: 60},
    );
  });

  test("in chunks Mamba2's layer is within 1e-5 of the magnitudes at a model's decays", () => {
    const input = ssdInput(300, 4, 16, 32, 2, 2, 5);
    expectWithin(wasm.ssd(input), referenceScans.ssd(input), ssd(magnitudes(input, ssdKept)), 1e-5);
  });

  test.each([1, 16, 64, 1000])("chunks of %i give the same, at both extremes of decay", async (chunkSize) => {
    const chunked = await wasmScans(wasmHeap(), {chunkSize});
    for (const L of [1, 7, 8, 63, 64, 65, 128]) {
      for (const decay of [0, 1e-9, 1, 1e5]) {
        const scan = scanInput(L, 5, 6, 2, decay, L);
        const scanScale = selectiveScan(magnitudes(scan, scanKept));
        const scanned = chunked.selectiveScan(scan);
        expectWithin(scanned, referenceScans.selectiveScan(scan), scanScale, share(L, 6));
        // The order of its sums does not depend on the chunk.
        expect(scanned).toEqual(wasm.selectiveScan(scan));
        const dual = ssdInput(L, 2, 9, 6, 2, decay, L);
        const dualScale = ssd(magnitudes(dual, ssdKept));
        expectWithin(chunked.ssd(dual), referenceScans.ssd(dual), dualScale, share(L, 6));
      }
    }
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
          const [actual, expected] = [wasm, referenceScans].map((scans) => scans.causalConv1dSilu(input));
          expect(actual.state).toEqual(expected.state);
          const padded = Float64Array.of(...input.state, ...input.x);
          actual.y.forEach((value, i) => {
            const [t, d] = [Math.floor(i / channels), i % channels];
            let magnitude = Math.abs(input.bias?.[d] ?? 0);
            for (let k = 0; k < width; k++)
              magnitude += Math.abs(input.weight[d * width + k] * padded[(t + k) * channels + d]);
            expect(Math.abs(value - expected.y[i])).toBeLessThanOrEqual(2 ** -20 * magnitude);
          });
        },
      ),
      {seed: 3, numRuns: 100},
    );
  });

  test("a selective scan cut anywhere and carried on is the whole one bit for bit", () => {
    const input = scanInput(9, 6, 8, 2, 3, 7);
    const whole = wasm.selectiveScan(input);
    for (let at = 0; at <= 9; at++) {
      const first = wasm.selectiveScan(cut(input, ["u", "delta", "B", "C", "z"], 9, 0, at));
      const rest = cut(input, ["u", "delta", "B", "C", "z"], 9, at, 9);
      const second = wasm.selectiveScan({...rest, state: first.state});
      expect([...first.y, ...second.y]).toEqual([...whole.y]);
      expect(second.state).toEqual(whole.state);
    }
  });

  test("Mamba2's layer cut anywhere and carried on is the whole one within its bound", () => {
    const [L, N] = [21, 6];
    const input = ssdInput(L, 2, 5, N, 2, 3, 7);
    const whole = referenceScans.ssd(input);
    const scale = ssd(magnitudes(input, ssdKept));
    for (let at = 0; at <= L; at++) {
      const first = wasm.ssd(cut(input, ["x", "dt", "B", "C"], L, 0, at));
      const second = wasm.ssd({...cut(input, ["x", "dt", "B", "C"], L, at, L), state: first.state});
      const joined = {y: Float32Array.of(...first.y, ...second.y), state: second.state};
      expectWithin(joined, whole, scale, share(L, N));
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
      const exact = delta[i] > 20 ? delta[i] : Math.log1p(Math.exp(delta[i]));
      expect(Math.abs(step / exact - 1)).toBeLessThan(2 ** -21);
    });
  });

  test("what the kernels do not do is the reference's: growth, steps back in time, the exact rule", () => {
    const {z: _, ...plain} = scanInput(5, 4, 4, 1, 1, 1);
    const others = [
      {...plain, A: new Float32Array(16).fill(0.1)},
      {...plain, discretization: "zoh" as const},
      {...plain, deltaSoftplus: false},
    ];
    for (const input of others)
      expect(wasm.selectiveScan(input)).toEqual(referenceScans.selectiveScan(input));
  });

  test("refuses a chunk of no tokens", async () => {
    await expect(wasmScans(wasmHeap(), {chunkSize: 0})).rejects.toThrow(
      new RangeError("wasmScans: chunkSize must be an integer of at least 1, got 0"),
    );
  });

  test("takes no tokens at all", () => {
    const input = scanInput(0, 4, 4, 1, 1, 1);
    expect(wasm.selectiveScan(input)).toEqual({y: new Float32Array(0), state: input.state});
    const dual = ssdInput(0, 2, 4, 4, 1, 1, 1);
    expect(wasm.ssd(dual)).toEqual({y: new Float32Array(0), state: dual.state});
  });

  test("a chunk that holds a NaN says so, and the one before it does not", () => {
    const input = ssdInput(128, 1, 8, 4, 1, 1, 3);
    const dt = input.dt.slice();
    dt[100] = Number.NaN;
    const {y} = wasm.ssd({...input, dt});
    expect(y.subarray(0, 64 * 8).every(Number.isFinite)).toBe(true);
    expect(y.subarray(100 * 8).every(Number.isNaN)).toBe(true);
  });

  test("runs without bias, skip, gate and state", () => {
    const {channels, stateSize, groups, u, delta, A, B, C} = scanInput(6, 5, 8, 1, 2, 3);
    const bare = {channels, stateSize, groups: groups!, u, delta, A, B, C, deltaSoftplus: false};
    const positive = {...bare, delta: delta.map(Math.abs)};
    const scale = selectiveScan(magnitudes(positive, ["A"]));
    expectWithin(wasm.selectiveScan(positive), referenceScans.selectiveScan(positive), scale, 1e-5);
  });
});

test("means over channels are within rounding of the reference, for widths that fit and for others", () => {
  for (const [perGroup, groups, soft] of [
    [8, 1, true],
    [12, 3, false],
    [5, 2, true],
  ] as const) {
    const input = {...scanInput(7, perGroup, 4, groups, 1, perGroup), deltaSoftplus: soft};
    const [own, reference] = [wasm.channelMeans(input), referenceScans.channelMeans(input)];
    for (const name of ["u", "steps"] as const) {
      expect(own[name]).toHaveLength(7 * groups);
      own[name].forEach((value, i) => {
        expect(Math.abs(value - reference[name][i])).toBeLessThan(2e-6);
      });
    }
  }
});
