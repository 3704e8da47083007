import {attendAll, attendSelected, type DecodeStep} from "../../../src/lib/attention/attend-selected.js";
import {gpuDecodeAttention} from "../../../src/lib/attention/gpu-decode-attention.js";
import {type GpuHost, runOnGpu} from "../../../src/lib/kernels/gpu-host.js";
import {draws, randomStream} from "../../../src/lib/tensor/random.js";

/** The stated bound, as a share of the largest output. */
const TOLERANCE = 1e-5;

function randomStep(heads: number, kvHeads: number, headDim: number, tokens: number): DecodeStep {
  const stream = randomStream(tokens, "webgpu attention");
  const normal = (count: number) => draws(count, () => stream.normal());
  const width = kvHeads * headDim;
  return {
    ...{heads, kvHeads, headDim, q: normal(heads * headDim)},
    ...{keys: normal(tokens * width), values: normal(tokens * width)},
  };
}

async function shareOfBound(
  host: GpuHost,
  step: DecodeStep,
  selected?: readonly ArrayLike<number>[],
): Promise<number> {
  const {heads, kvHeads} = step;
  const attention = gpuDecodeAttention(host, step);
  const actual = await runOnGpu(host, attention.prepare(step.q, selected));
  attention.free();
  const ofHead = (h: number) => selected![Math.floor((h * selected!.length) / heads)];
  const each = selected && Array.from({length: heads}, (_, h) => ofHead(h));
  const expected = each === undefined ? attendAll(step) : attendSelected(step, each);
  if (actual.length !== expected.length || heads % kvHeads !== 0) return Number.NaN;
  const largest = expected.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  return actual.reduce(
    (worst, value, i) => Math.max(worst, Math.abs(value - expected[i]) / (TOLERANCE * largest)),
    0,
  );
}

/** Heads, heads of keys, width of a head, tokens: groups of one to nine heads, blocks that are full and not. */
const SHAPES = [
  [1, 1, 1, 1],
  [4, 4, 8, 64],
  [8, 2, 64, 65],
  [9, 1, 70, 130],
  [6, 3, 33, 200],
] as const;

/** Every `step`th token from `first` on. */
const some = (tokens: number, first: number, step: number) =>
  Array.from({length: tokens}, (_, token) => token).filter((token) => token % step === first % step);

/** Cases of decode attention, as {@link packedCases}. */
export const attentionCases: Readonly<Record<string, (host: GpuHost) => Promise<number>>> = {
  "decode attention over all tokens is the plain form for any heads, widths and lengths": async (host) => {
    let worst = 0;
    for (const [heads, kvHeads, headDim, tokens] of SHAPES) {
      worst = Math.max(worst, await shareOfBound(host, randomStep(heads, kvHeads, headDim, tokens)));
    }
    return worst;
  },
  "decode attention reads the tokens that each head selects": (host) =>
    shareOfBound(
      host,
      randomStep(6, 3, 20, 150),
      Array.from({length: 6}, (_, h) => some(150, h, h + 2)),
    ),
  "decode attention reads the tokens that the heads of a group share, in lists of any length": (host) =>
    shareOfBound(host, randomStep(8, 2, 16, 300), [[299], some(300, 1, 2)]),
  "one large score takes all the weight": (host) => {
    const step = randomStep(2, 1, 16, 90);
    step.keys.fill(0);
    step.keys.set(
      step.q.subarray(0, 16).map((value) => 100 * value),
      70 * 16,
    );
    return shareOfBound(host, step);
  },
};
