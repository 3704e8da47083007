import type {SelectiveScanInput} from "../../../src/lib/engine/scan/scan-input.js";
import {selectiveScan} from "../../../src/lib/engine/scan/selective-scan.js";
import {gpuSelectiveScan} from "../../../src/lib/engine/webgpu/gpu-selective-scan.js";
import type {GpuHost} from "../../../src/lib/kernels/gpu-host.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";
import {worstShare} from "./worst-share.js";

interface Shape {
  readonly tokens: number;
  readonly channels: number;
  readonly stateSize: number;
  readonly groups: number;
  /** Largest decay rate. */
  readonly decay: number;
  /** Mean of the time steps before softplus; null: they are taken as they are, from 0 to 1. */
  readonly delta: number | null;
}

type Input = SelectiveScanInput<Float32Array>;

function inputOf({tokens, channels, stateSize, groups, decay, delta}: Shape) {
  const stream = randomStream(tokens, "webgpu selective scan");
  const normal = (count: number, mean = 0) => draws(count, () => mean + stream.normal());
  const uniform = (count: number) => draws(count, () => stream.uniform());
  const numbers = tokens * channels;
  return {
    ...{channels, stateSize, groups, u: normal(numbers), deltaSoftplus: delta !== null},
    delta: delta === null ? uniform(numbers) : normal(numbers, delta),
    A: draws(channels * stateSize, () => -decay * stream.uniform()),
    ...{B: normal(tokens * groups * stateSize), C: normal(tokens * groups * stateSize)},
    ...{D: normal(channels), z: normal(numbers), deltaBias: uniform(channels)},
    state: new Float64Array(normal(channels * stateSize)),
  } satisfies Input;
}

/** The input in float64, by magnitudes where `isMagnitude`: time steps and decays stay. */
function widened(input: Input, isMagnitude: boolean): SelectiveScanInput {
  const exact = (values: ArrayLike<number>) => Float64Array.from(values);
  const wide = (values: ArrayLike<number>) => (isMagnitude ? exact(values).map(Math.abs) : exact(values));
  const {u, delta, A, B, C, D, z, deltaBias, state} = input;
  const {channels, stateSize, groups = 1, deltaSoftplus = true} = input;
  return {
    ...{channels, stateSize, groups, deltaSoftplus, u: wide(u), delta: exact(delta), A: exact(A)},
    ...{B: wide(B), C: wide(C), ...(D && {D: wide(D)}), ...(z && {z: wide(z)})},
    ...(deltaBias && {deltaBias: exact(deltaBias)}),
    ...(state && {state: wide(state)}),
  };
}

const largest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((top, value) => Math.max(top, Math.abs(value)), 0);

/** The stated bound, as a share of the scan of magnitudes. */
function shareOf({u, channels, stateSize, delta, A, deltaBias}: Input): number {
  const time = Math.min(88, largest(delta) + largest(deltaBias ?? []));
  const rate = Math.min(88, time * largest(A));
  const tokens = u.length / channels;
  return 2 ** -21 * ((1 + tokens * rate) * (4 + time) + 2 * tokens + stateSize);
}

async function shareOfBound(host: GpuHost, input: Input): Promise<number> {
  const [actual, expected] = [await gpuSelectiveScan(host, input), selectiveScan(widened(input, false))];
  return worstShare({actual, expected, scale: selectiveScan(widened(input, true))}, shareOf(input));
}

async function worstOf(host: GpuHost, inputs: readonly Input[]): Promise<number> {
  let worst = 0;
  for (const input of inputs) worst = Math.max(worst, await shareOfBound(host, input));
  return worst;
}

const PLAIN: Shape = {tokens: 65, channels: 8, stateSize: 16, groups: 2, decay: 3, delta: -1};
const SHAPES: readonly Shape[] = [
  PLAIN,
  {...PLAIN, tokens: 1, channels: 1, stateSize: 1, groups: 1},
  {...PLAIN, tokens: 31, channels: 5, stateSize: 3, groups: 1, delta: null},
  {...PLAIN, tokens: 32, channels: 66, groups: 3},
  {...PLAIN, tokens: 100, channels: 129, stateSize: 5, groups: 3},
];

/** Cases of the selective scan, as {@link packedCases}. */
export const selectiveCases: Readonly<Record<string, (host: GpuHost) => Promise<number>>> = {
  "the selective scan in chunks is the recurrence for any sizes, from any state": (host) =>
    worstOf(host, SHAPES.map(inputOf)),
  "the selective scan from no state, without skip, gate or bias": (host) => {
    const {state, D, z, deltaBias, ...plain} = inputOf({...PLAIN, tokens: 40});
    return shareOfBound(host, plain);
  },
  "decays and time steps from none to all of the state stay within the bound": (host) =>
    worstOf(host, [
      ...[0, 1e-9, 50, 1e5].map((decay) => inputOf({...PLAIN, decay})),
      ...[-80, -10, 19.5, 60].map((delta) => inputOf({...PLAIN, delta})),
    ]),
  "a selective scan in two parts is the whole to 1e-5 of the largest output": async (host) => {
    const {u, delta, z, B, C, ...same} = inputOf({...PLAIN, tokens: 75});
    const {channels, stateSize, groups} = same;
    const part = (from: number, to: number, state: Float64Array): Input => {
      const of = (values: Float32Array, width: number) => values.subarray(from * width, to * width);
      const wide = groups * stateSize;
      return {
        ...{...same, state, u: of(u, channels), delta: of(delta, channels), z: of(z, channels)},
        ...{B: of(B, wide), C: of(C, wide)},
      };
    };
    const whole = part(0, 75, same.state);
    const first = await gpuSelectiveScan(host, part(0, 43, same.state));
    const second = await gpuSelectiveScan(host, part(43, 75, first.state));
    const actual = {y: Float32Array.of(...first.y, ...second.y), state: second.state};
    const expected = selectiveScan(widened(whole, false));
    const top = (values: Float64Array) => values.map(() => largest(values));
    return worstShare({actual, expected, scale: {y: top(expected.y), state: top(expected.state)}}, 1e-5);
  },
  "a selective scan of no token keeps the state": async (host) => {
    const input = inputOf({...PLAIN, tokens: 0});
    const {y, state} = await gpuSelectiveScan(host, input);
    return y.length + state.filter((value, i) => value !== input.state[i]).length;
  },
  "another rule of B than Euler's is refused": (host) =>
    gpuSelectiveScan(host, {...inputOf(PLAIN), discretization: "zoh"}).then(
      () => Number.NaN,
      (error: Error) => (/discretization must be euler, got zoh/.test(error.message) ? 0 : Number.NaN),
    ),
};
