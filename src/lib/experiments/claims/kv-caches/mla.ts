/** A claim of multi-head latent attention, judged by our sizes. */

import {bitsSize, wholeTokenBytes} from "../../../engine/cache/packed-size.js";
import type {CacheSizes} from "../../../engine/cache/sizes.js";
import {type MlaWeights, mlaAttention, mlaAttentionAbsorbed} from "../../../kv/mla/mla.js";
import {randomStream} from "../../../tensor/random.js";
import {measured, modelled, reported, valuesOf} from "../evidence.js";
import {type CacheClaim, LONG, layersOf, plainBytes} from "./evidence.js";

/** Id of the paper. */
export const MLA = "arXiv:2405.04434";

const DEEPSEEK_67B = layersOf(95, 1024);
const DEEPSEEK_V2: CacheSizes = {...layersOf(60, 0), latent: {latentDim: 512, ropeDim: 64}};

const latentSaving = (bits: number): number =>
  100 * (1 - wholeTokenBytes(DEEPSEEK_V2, LONG, bitsSize(bits)) / plainBytes(DEEPSEEK_67B));

const OWN_BITS = "smaller, its own in 6 bits";

/** Claims of MLA. */
export const mlaClaims: readonly CacheClaim[] = [
  {
    id: "mla-size",
    paper: MLA,
    place: "abstract; section 3.2.3 for the bits",
    statement: "DeepSeek-V2's cache is 93.3 % smaller than DeepSeek 67B's.",
    kind: "modelled",
    reads: [],
    reported: [reported("DeepSeek-V2", "smaller cache than DeepSeek 67B's", 93.3, "%")],
    ours: () => [
      modelled("DeepSeek-V2", "smaller, both in 16 bits", latentSaving(16), "%"),
      modelled("DeepSeek-V2", OWN_BITS, latentSaving(6), "%"),
      measured(
        "random weights",
        "largest difference of absorbed and explicit attention, relative",
        absorbedError(),
        "",
      ),
    ],
    judge: (printed, ours) => {
      const [[theirs], [saved]] = [valuesOf(printed), valuesOf(ours, OWN_BITS)];
      return Math.abs(saved - theirs) < 0.05 ? "agrees" : "differs";
    },
    why: "It is if the six bits are counted in which DeepSeek-V2 is served; latents alone save less. That attention can be computed from latents without multiplying them out holds to rounding.",
  },
];

/** The largest difference of the two forms of latent attention over the largest value, on random weights. */
function absorbedError(): number {
  const [heads, width, latentDim, ropeDim, nopeDim, valueDim, tokens] = [4, 32, 16, 8, 12, 12, 24] as const;
  const stream = randomStream(1, "latent attention");
  const normals = (count: number) =>
    Float64Array.from({length: count}, () => stream.normal() / Math.sqrt(width));
  const weights: MlaWeights = {
    heads,
    width,
    latentDim,
    ropeDim,
    nopeDim,
    valueDim,
    down: normals(width * latentDim),
    ropeKey: normals(width * ropeDim),
    upKey: normals(heads * latentDim * nopeDim),
    upValue: normals(heads * latentDim * valueDim),
    query: normals(heads * width * (nopeDim + ropeDim)),
    frequencies: Float64Array.from({length: ropeDim / 2}, (_, m) => 10_000 ** ((-2 * m) / ropeDim)),
  };
  const h = Float64Array.from({length: tokens * width}, () => stream.normal());
  const explicit = mlaAttention(h, weights);
  const absorbed = mlaAttentionAbsorbed(h, weights);
  const most = explicit.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return absorbed.reduce((worst, value, i) => Math.max(worst, Math.abs(value - explicit[i])), 0) / most;
}
