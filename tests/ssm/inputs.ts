import {expect} from "vitest";
import type {ScanOutput, SelectiveScanInput} from "../../src/lib/engine/scan/scan-input.js";
import type {SsdInput} from "../../src/lib/engine/scan/ssd.js";
import type {GlaInput} from "../../src/lib/ssm/scan/gla.js";
import {randomStream} from "../../src/lib/tensor/random.js";

/** How much of the state a step keeps: nothing at all, hardly anything, some, and all of it to rounding. */
export const DECAYS = {none: -1e6, strong: -30, mixed: -1, weak: -1e-12} as const;
export type Decay = keyof typeof DECAYS;
export const DECAY_NAMES = Object.keys(DECAYS) as Decay[];

/** Lengths around the usual chunk of 64. */
export const LENGTHS = [1, 63, 64, 65] as const;

/** Chunk sizes from one token to more than the sequence. */
export function chunkSizes(tokens: number): number[] {
  return [1, 16, tokens, tokens + 7];
}

function gaussian(label: string, seed: number) {
  const stream = randomStream(seed, label);
  return {
    stream,
    normal: (count: number) => Float64Array.from({length: count}, () => stream.normal()),
    /** Uniform in (0.5, 1.5) times `scale`: spread, but all of one order. */
    around: (count: number, scale: number) =>
      Float64Array.from({length: count}, () => scale * (0.5 + stream.uniform())),
  };
}

/** A selective scan with every part there; all sizes differ. */
export function scanInput(tokens: number, decay: Decay, seed = 1): SelectiveScanInput {
  const [channels, stateSize, groups] = [6, 4, 2];
  const {normal, around} = gaussian("selective scan", seed);
  return {
    channels,
    stateSize,
    groups,
    u: normal(tokens * channels),
    delta: normal(tokens * channels),
    A: around(channels * stateSize, DECAYS[decay]),
    B: normal(tokens * groups * stateSize),
    C: normal(tokens * groups * stateSize),
    D: normal(channels),
    z: normal(tokens * channels),
    deltaBias: normal(channels),
    state: normal(channels * stateSize),
  };
}

/** A layer of Mamba2 with every part there; all sizes differ. */
export function ssdInput(tokens: number, decay: Decay, seed = 1): SsdInput {
  const [heads, headDim, stateSize, groups] = [4, 3, 5, 2];
  const {normal, around} = gaussian("ssd", seed);
  return {
    heads,
    headDim,
    stateSize,
    groups,
    x: normal(tokens * heads * headDim),
    dt: around(tokens * heads, 1),
    A: around(heads, DECAYS[decay]),
    B: normal(tokens * groups * stateSize),
    C: normal(tokens * groups * stateSize),
    D: normal(heads),
    state: normal(heads * headDim * stateSize),
  };
}

/** Gated linear attention with a state to begin with; all sizes differ. */
export function glaInput(tokens: number, decay: Decay, seed = 1): GlaInput {
  const [heads, keyDim, valueDim] = [2, 4, 3];
  const {normal, around} = gaussian("gla", seed);
  return {
    heads,
    keyDim,
    valueDim,
    q: normal(tokens * heads * keyDim),
    k: normal(tokens * heads * keyDim),
    v: normal(tokens * heads * valueDim),
    logDecay: around(tokens * heads * keyDim, DECAYS[decay]),
    state: normal(heads * keyDim * valueDim),
  };
}

/** The tokens from .. to of every array named in `rows`; all others stay. */
export function cut<T extends object>(
  input: T,
  tokens: number,
  from: number,
  to: number,
  rows: (keyof T)[],
): T {
  const parts = rows.map((name) => {
    const array = input[name] as Float64Array;
    const width = array.length / tokens;
    return [name, array.slice(from * width, to * width)];
  });
  return {...input, ...Object.fromEntries(parts)};
}

/**
 * Both outputs finite and within `relative` of the largest expected number. Float64 sums of up to 65 terms in another
 * order differ by about 65 · 2^-53 = 7e-15 of it, times the few factors of each term.
 */
export function expectSame(actual: ScanOutput, expected: ScanOutput, relative = 1e-12): void {
  for (const name of ["y", "state"] as const) {
    expect(actual[name].length).toBe(expected[name].length);
    const largest = expected[name].reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    expect(Number.isFinite(largest)).toBe(true);
    let worst = 0;
    actual[name].forEach((value, i) => {
      const difference = Math.abs(value - expected[name][i]);
      if (!(difference <= worst)) worst = difference;
    });
    expect(worst).toBeLessThanOrEqual(relative * largest);
  }
}
