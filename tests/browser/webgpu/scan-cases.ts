import {type SsdInput, ssd} from "../../../src/lib/engine/scan/ssd.js";
import {gpuSsd} from "../../../src/lib/engine/webgpu/gpu-ssd.js";
import type {GpuHost} from "../../../src/lib/kernels/gpu-host.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {worstShare} from "./worst-share.js";

interface Shape {
  readonly tokens: number;
  readonly heads: number;
  readonly headDim: number;
  readonly stateSize: number;
  readonly groups: number;
  /** Largest decay rate. */
  readonly decay: number;
}

function inputOf({tokens, heads, headDim, stateSize, groups, decay}: Shape): SsdInput<Float32Array> {
  const stream = randomStream(tokens, "webgpu scan");
  const normal = (count: number) => draws(count, () => stream.normal());
  return {
    ...{heads, headDim, stateSize, groups, x: normal(tokens * heads * headDim)},
    dt: draws(tokens * heads, () => stream.uniform()),
    A: draws(heads, () => -decay * stream.uniform()),
    ...{B: normal(tokens * groups * stateSize), C: normal(tokens * groups * stateSize), D: normal(heads)},
    state: new Float64Array(normal(heads * headDim * stateSize)),
  };
}

/** The input in float64, by magnitudes where `isMagnitude`: time steps and decays stay. */
function widened(input: SsdInput<Float32Array>, isMagnitude: boolean): SsdInput {
  const wide = (values: ArrayLike<number>) =>
    Float64Array.from(values, (value) => (isMagnitude ? Math.abs(value) : value));
  const {x, dt, A, B, C, D = [], state = []} = input;
  return {
    ...input,
    ...{x: wide(x), dt: new Float64Array(dt), A: new Float64Array(A)},
    ...{B: wide(B), C: wide(C), D: wide(D), state: wide(state)},
  };
}

async function shareOfBound(host: GpuHost, shape: Shape): Promise<number> {
  const input = inputOf(shape);
  const [actual, expected] = [await gpuSsd(host, input), ssd(widened(input, false))];
  const scale = ssd(widened(input, true));
  const share = 2 ** -21 * (shape.tokens * (2 + Math.min(shape.decay, 88)) + shape.stateSize);
  return worstShare({actual, expected, scale}, share);
}

const PLAIN = {tokens: 65, heads: 4, headDim: 8, stateSize: 16, groups: 2, decay: 3};
const SHAPES: readonly Shape[] = [
  PLAIN,
  {...PLAIN, tokens: 1, heads: 1, headDim: 1, stateSize: 1, groups: 1},
  {...PLAIN, tokens: 31, headDim: 5, stateSize: 3, groups: 1},
  {...PLAIN, tokens: 32, heads: 3, groups: 3},
  {...PLAIN, tokens: 100, headDim: 33},
];

/** Cases of the chunked scan, as {@link packedCases}. */
export const scanCases: Readonly<Record<string, (host: GpuHost) => Promise<number>>> = {
  "the scan in chunks is the recurrence for any sizes": async (host) => {
    let worst = 0;
    for (const shape of SHAPES) worst = Math.max(worst, await shareOfBound(host, shape));
    return worst;
  },
  "decays from none to all of the state stay within the bound": async (host) => {
    let worst = 0;
    for (const decay of [0, 1e-9, 50, 1e5]) {
      worst = Math.max(worst, await shareOfBound(host, {...PLAIN, decay}));
    }
    return worst;
  },
  "a scan of no token keeps the state": async (host) => {
    const input = inputOf({...PLAIN, tokens: 0});
    const {y, state} = await gpuSsd(host, input);
    return y.length + state.filter((value, i) => value !== input.state?.[i]).length;
  },
};
