import type {ConfigReader, Key} from "../config-reader.js";
import type {Family} from "../family.js";
import {layerPlan, type RecordParts, rms} from "../parts.js";
import type {Mamba2Mixer, MambaMixer, Mixer} from "../record/mixer.js";
import type {Norm} from "../record/norm.js";
import {hiddenOf, layersOf} from "../shape.js";
import {timeStepLimit} from "../time-step-limit.js";

/** Mamba (arXiv:2312.00752), under the keys of the ported files and, beside them, of the authors' (`d_model`, `ssm_cfg`). */
export const mamba: Family = {
  types: ["mamba"],
  architectures: ["MambaForCausalLM"],
  read(c) {
    const hidden = hiddenOf(c);
    const own = c.inner("ssm_cfg");
    const inner = c.count(["intermediate_size", "d_inner"], innerOf(c, hidden));
    const mixer: MambaMixer = {
      kind: "mamba",
      inner,
      state: own?.has("d_state") ? own.count("d_state") : c.count(["state_size", "d_state"], 16),
      convWidth: own?.has("d_conv") ? own.count("d_conv") : c.count(["conv_kernel", "d_conv"], 4),
      dtRank: rankOf(c, hidden),
      biases: biasesOf(c),
      innerNorm: null,
    };
    return record(c, mixer, true);
  },
};

/**
 * Mamba-2 (arXiv:2405.21060). One key is our own: `norm_groups`, the runs of channels that the gated norm takes one by one.
 * By default they are `n_groups`, as in the authors' module; 1 means weights trained with one norm over all channels.
 */
export const mamba2: Family = {
  types: ["mamba2"],
  architectures: ["Mamba2ForCausalLM"],
  read(c) {
    return record(c, mamba2Of(c), false);
  },
};

/** Keys of the authors' own files, which name no type: Mamba-2 if `ssm_cfg` says so. */
export const mambaLm: Family = {
  types: ["mamba_ssm"],
  architectures: ["MambaLMHeadModel"],
  read(c, type) {
    c.require("d_intermediate", 0);
    const layers = c.indices("attn_layer_idx");
    if (layers.length > 0)
      throw c.problem("unsupported", "attn_layer_idx", layers, "empty: Mamba in every layer");
    const byType = type === "mamba2" ? "Mamba2" : "Mamba1";
    const kind = c.inner("ssm_cfg")?.choice("layer", ["Mamba1", "Mamba2"], byType) ?? byType;
    const tokens = c.count("vocab_size");
    const multiple = c.count("pad_vocab_size_multiple", 8);
    return {
      ...record(c, kind === "Mamba2" ? authorsMamba2(c) : authorsMamba(c), c.flag("tie_embeddings", true)),
      family: kind.toLowerCase().replace("mamba1", "mamba"),
      vocabulary: {tokens, rows: multiple * Math.ceil(tokens / multiple)},
    };
  },
};

const EPS = ["layer_norm_epsilon", "rms_norm_eps"] as const;

function record(c: ConfigReader, mixer: Mixer, tied: boolean): RecordParts {
  const norm: Norm = rms(c, 1e-5, EPS);
  c.require("rms_norm", true);
  c.require("hidden_act", "silu");
  return {
    hidden: hiddenOf(c),
    finalNorm: norm,
    tied,
    layers: Array.from({length: layersOf(c)}, () => layerPlan(mixer, null, norm)),
  };
}

const innerOf = (c: ConfigReader, hidden: number) => Math.floor(c.positive("expand", 2) * hidden);

const biasesOf = (c: ConfigReader) => ({
  projections: c.flag("use_bias"),
  conv: c.flag("use_conv_bias", true),
});

function rankOf(c: ConfigReader, hidden: number, key: Key = "time_step_rank"): number {
  return (c.raw(key) ?? "auto") === "auto" ? Math.ceil(hidden / 16) : c.count(key);
}

function mamba2Of(c: ConfigReader): Mamba2Mixer {
  const inner = innerOf(c, hiddenOf(c));
  const [heads, headDim] = [c.count("num_heads", 128), c.count("head_dim", 64)];
  const groups = c.count("n_groups", 8);
  if (heads * headDim !== inner) {
    throw c.problem("bad-value", "num_heads", heads, `${inner} inner channels / head_dim ${headDim}`);
  }
  if (heads % groups !== 0)
    throw c.problem("bad-value", "n_groups", groups, `a divisor of the ${heads} heads`);
  const normGroups = c.count("norm_groups", groups);
  if (normGroups !== 1 && normGroups !== groups) {
    throw c.problem("bad-value", "norm_groups", normGroups, `1 or n_groups ${groups}`);
  }
  return {
    kind: "mamba2",
    inner,
    heads,
    headDim,
    state: c.count("state_size", 128),
    groups,
    normGroups,
    convWidth: c.count("conv_kernel", 4),
    chunk: c.count("chunk_size", 256),
    timeStepLimit: timeStepLimit(c),
    biases: biasesOf(c),
  };
}

/** The part of a file that has a size of the mixer: `ssm_cfg`, or the top of it. */
function holderOf(c: ConfigReader): (key: Key) => ConfigReader {
  const inner = c.inner("ssm_cfg");
  return (key) => (inner?.has(key) ? inner : c);
}

const STATE = ["d_state", "state_size"] as const;
const CONV = ["d_conv", "conv_kernel"] as const;
const RANK = ["dt_rank", "time_step_rank"] as const;

/** Sizes that stand in `ssm_cfg`, or the defaults of the authors' module. */
function authorsMamba(c: ConfigReader): MambaMixer {
  const hidden = hiddenOf(c);
  const holds = holderOf(c);
  return {
    kind: "mamba",
    inner: holds("d_inner").count("d_inner", innerOf(holds("expand"), hidden)),
    state: holds(STATE).count(STATE, 16),
    convWidth: holds(CONV).count(CONV, 4),
    dtRank: rankOf(holds(RANK), hidden, RANK),
    biases: {projections: holds("bias").flag("bias"), conv: holds("conv_bias").flag("conv_bias", true)},
    innerNorm: null,
  };
}

function authorsMamba2(c: ConfigReader): Mamba2Mixer {
  const holds = holderOf(c);
  const inner = innerOf(holds("expand"), hiddenOf(c));
  const headDim = holds("headdim").count("headdim", 64);
  if (inner % headDim !== 0)
    throw c.problem("bad-value", "headdim", headDim, `a divisor of the ${inner} inner channels`);
  const groups = holds("ngroups").count("ngroups", 1);
  const heads = inner / headDim;
  if (heads % groups !== 0)
    throw c.problem("bad-value", "ngroups", groups, `a divisor of the ${heads} heads`);
  return {
    kind: "mamba2",
    inner,
    heads,
    headDim,
    state: holds(STATE).count(STATE, 128),
    groups,
    normGroups: groups,
    convWidth: holds(CONV).count(CONV, 4),
    chunk: holds("chunk_size").count("chunk_size", 256),
    timeStepLimit: [0, Number.POSITIVE_INFINITY],
    biases: {projections: holds("bias").flag("bias"), conv: holds("conv_bias").flag("conv_bias", true)},
  };
}
