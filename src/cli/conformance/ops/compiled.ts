import {emptyKv, staticAttention} from "../../../lib/compiled/nitro/static-attention.js";
import {staticMask} from "../../../lib/compiled/nitro/static-inputs.js";
import {referenceBackend} from "../../../lib/engine/backend.js";
import {inverseFrequencies, rotaryTable} from "../../../lib/engine/rope.js";
import type {CaseOp, GoldenTensor, Ops} from "../op.js";

const LAYOUTS = {interleaved: "interleaved", half_split: "half-split", "half-split": "half-split"} as const;

const nitroStaticAttention: CaseOp = (args, inputs) => {
  const {
    steps,
    max_seq_len: compiledLength,
    hidden,
    heads,
    kv_heads: kvHeads,
  } = args as Record<string, number>;
  const matrix = (name: string) => {
    const {shape, data} = inputs[name] as GoldenTensor;
    return referenceBackend.linear({shape, data: Float32Array.from(data)}, null);
  };
  const layer = {
    q: matrix("Wq"),
    k: matrix("Wk"),
    v: matrix("Wv"),
    o: matrix("Wo"),
    qNorm: null,
    kNorm: null,
  };
  const headDim = (inputs.Wq as GoldenTensor).shape[0] / heads;
  const layout = LAYOUTS[args.rope as keyof typeof LAYOUTS];
  const sizes = {heads, kvHeads, headDim, scale: 1 / Math.sqrt(headDim), softcap: null, layout};
  const frequencies = inverseFrequencies(headDim, args.rope_base as number);
  const x = Float32Array.from((inputs.x as GoldenTensor).data);
  const y = new Float32Array(steps * hidden);
  let kv = emptyKv(compiledLength, sizes);
  for (let t = 0; t < steps; t++) {
    const given = {
      mask: staticMask({compiledLength, tokens: 1}, t),
      rotary: rotaryTable(frequencies, [t]),
    };
    const step = staticAttention(layer, sizes, given, kv, x.slice(t * hidden, (t + 1) * hidden));
    y.set(step.y, t * hidden);
    kv = step.kv;
  }
  return {y, cache_k: kv.keys, cache_v: kv.values};
};

/** Ops of golden files about decoding with fixed shapes. */
export const compiledOps: Ops = {cases: {nitro_static_attention: nitroStaticAttention}};
