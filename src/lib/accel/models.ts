import type {DenseFfn, Ffn, GroupedAttention, LayerGroup, Model} from "./model.js";

interface Llama {
  readonly id: string;
  readonly title: string;
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim?: number;
  readonly ffn: Ffn | number;
  readonly vocab: number;
  readonly tied?: boolean;
  readonly attention?: Partial<GroupedAttention>;
  readonly source?: string;
  readonly verified?: boolean;
}

const CONFIG = "public config.json of the model; parameter count checked";

/** A decoder in the manner of Llama: grouped attention, gated network, RMS norms. */
function llama(m: Llama): Model {
  const {heads, kvHeads, headDim = m.hidden / heads} = m;
  const ffn: Ffn = typeof m.ffn === "number" ? {kind: "dense", width: m.ffn, gated: true} : m.ffn;
  const mixer: GroupedAttention = {kind: "gqa", heads, kvHeads, headDim, ...m.attention};
  return {
    id: m.id,
    title: m.title,
    source: m.source ?? CONFIG,
    verified: m.verified ?? true,
    hidden: m.hidden,
    vocab: m.vocab,
    tied: m.tied ?? false,
    groups: [{count: m.layers, mixer, ffn}],
  };
}

/**
 * A decoder in the manner of Gemma 2 and 3: some layers see a window only. The groups say how many, not which; its two
 * additional norms a layer are left out of the parameters.
 */
function gemma({
  windowed,
  window,
  ...m
}: Llama & {readonly windowed: number; readonly window: number}): Model {
  const model = llama({
    ...m,
    tied: true,
    source: "public config.json of the model; two norms a layer not counted",
  });
  const [all] = model.groups as [LayerGroup & {readonly mixer: GroupedAttention}];
  return {
    ...model,
    groups: [
      {...all, count: windowed, mixer: {...all.mixer, window}},
      {...all, count: m.layers - windowed},
    ],
  };
}

function deit(id: string, title: string, hidden: number, heads: number): Model {
  const ffn: DenseFfn = {kind: "dense", width: 4 * hidden, gated: false, bias: true};
  const mixer: GroupedAttention = {
    kind: "gqa",
    heads,
    kvHeads: heads,
    headDim: 64,
    qkvBias: true,
    outBias: true,
  };
  return {
    id,
    title,
    source: "DeiT, arXiv:2012.12877; parameter count checked",
    verified: true,
    hidden,
    vocab: 1000,
    tied: false,
    layerNorm: true,
    input: {kind: "image", image: 224, patch: 16, extraTokens: 1},
    groups: [{count: 12, mixer, ffn}],
  };
}

function mamba2(
  id: string,
  title: string,
  sizes: {d: number; layers: number; groups: number; vocab: number; tied: boolean},
) {
  const {d, layers, groups, vocab, tied} = sizes;
  const inner = 2 * d;
  const group: LayerGroup = {
    count: layers,
    mixer: {kind: "mamba2", inner, heads: inner / 64, state: 128, groups, convWidth: 4, chunk: 256},
    ffn: null,
  };
  return {id, title, hidden: d, vocab, tied, groups: [group]};
}

const LATENT = {
  kind: "mla",
  heads: 16,
  qRank: null,
  kvRank: 512,
  ropeDim: 64,
  nopeDim: 128,
  valueDim: 128,
} as const;

const LATENT_V3 = {...LATENT, heads: 128, qRank: 1536} as const;

const TABLE: readonly Model[] = [
  llama({
    id: "llama-2-7b",
    title: "Llama 2 7B",
    layers: 32,
    hidden: 4096,
    heads: 32,
    kvHeads: 32,
    ffn: 11008,
    vocab: 32000,
  }),
  llama({
    id: "llama-2-13b",
    title: "Llama 2 13B",
    layers: 40,
    hidden: 5120,
    heads: 40,
    kvHeads: 40,
    ffn: 13824,
    vocab: 32000,
  }),
  llama({
    id: "llama-3.1-8b",
    title: "Llama 3.1 8B",
    layers: 32,
    hidden: 4096,
    heads: 32,
    kvHeads: 8,
    ffn: 14336,
    vocab: 128256,
  }),
  llama({
    id: "llama-3.1-70b",
    title: "Llama 3.1 70B",
    layers: 80,
    hidden: 8192,
    heads: 64,
    kvHeads: 8,
    ffn: 28672,
    vocab: 128256,
  }),
  llama({
    id: "llama-3.2-1b",
    title: "Llama 3.2 1B",
    layers: 16,
    hidden: 2048,
    heads: 32,
    kvHeads: 8,
    ffn: 8192,
    vocab: 128256,
    tied: true,
  }),
  llama({
    id: "qwen2.5-7b",
    title: "Qwen2.5 7B",
    layers: 28,
    hidden: 3584,
    heads: 28,
    kvHeads: 4,
    ffn: 18944,
    vocab: 152064,
    attention: {qkvBias: true},
  }),
  llama({
    id: "qwen2.5-14b",
    title: "Qwen2.5 14B",
    layers: 48,
    hidden: 5120,
    heads: 40,
    kvHeads: 8,
    ffn: 13824,
    vocab: 152064,
    attention: {qkvBias: true},
  }),
  llama({
    id: "qwen2.5-32b",
    title: "Qwen2.5 32B",
    layers: 64,
    hidden: 5120,
    heads: 40,
    kvHeads: 8,
    ffn: 27648,
    vocab: 152064,
    attention: {qkvBias: true},
  }),
  llama({
    id: "qwen3-8b",
    title: "Qwen3 8B",
    layers: 36,
    hidden: 4096,
    heads: 32,
    kvHeads: 8,
    headDim: 128,
    ffn: 12288,
    vocab: 151936,
    attention: {qkNorm: true},
  }),
  gemma({
    id: "gemma-2-9b",
    title: "Gemma 2 9B",
    layers: 42,
    windowed: 21,
    window: 4096,
    hidden: 3584,
    heads: 16,
    kvHeads: 8,
    headDim: 256,
    ffn: 14336,
    vocab: 256000,
  }),
  gemma({
    id: "gemma-3-4b",
    title: "Gemma 3 4B",
    layers: 34,
    windowed: 29,
    window: 1024,
    hidden: 2560,
    heads: 8,
    kvHeads: 4,
    headDim: 256,
    ffn: 10240,
    vocab: 262208,
    attention: {qkNorm: true},
  }),
  llama({
    id: "mistral-7b",
    title: "Mistral 7B v0.1",
    layers: 32,
    hidden: 4096,
    heads: 32,
    kvHeads: 8,
    ffn: 14336,
    vocab: 32000,
    attention: {window: 4096},
  }),
  llama({
    id: "tinyllama-1.1b",
    title: "TinyLlama 1.1B",
    layers: 22,
    hidden: 2048,
    heads: 32,
    kvHeads: 4,
    ffn: 5632,
    vocab: 32000,
  }),
  llama({
    id: "mixtral-8x7b",
    title: "Mixtral 8x7B",
    layers: 32,
    hidden: 4096,
    heads: 32,
    kvHeads: 8,
    ffn: {kind: "moe", experts: 8, active: 2, shared: 0, width: 14336},
    vocab: 32000,
    source: "Mixtral of Experts, arXiv:2401.04088, table 1",
    verified: false,
  }),
  {
    id: "opt-1.3b",
    title: "OPT 1.3B",
    source: CONFIG,
    verified: true,
    hidden: 2048,
    vocab: 50272,
    tied: true,
    positions: 2050,
    layerNorm: true,
    groups: [
      {
        count: 24,
        mixer: {kind: "gqa", heads: 32, kvHeads: 32, headDim: 64, qkvBias: true, outBias: true},
        ffn: {kind: "dense", width: 8192, gated: false, bias: true},
      },
    ],
  },
  {
    id: "deepseek-v2-lite",
    title: "DeepSeek-V2-Lite",
    source: CONFIG,
    verified: true,
    hidden: 2048,
    vocab: 102400,
    tied: false,
    groups: [
      {count: 1, mixer: LATENT, ffn: {kind: "dense", width: 10944, gated: true}},
      {count: 26, mixer: LATENT, ffn: {kind: "moe", experts: 64, active: 6, shared: 2, width: 1408}},
    ],
  },
  {
    id: "deepseek-v3",
    title: "DeepSeek-V3",
    source: "DeepSeek-V3, arXiv:2412.19437, section 4.2; without the layer that predicts a second token",
    verified: true,
    hidden: 7168,
    vocab: 129280,
    tied: false,
    groups: [
      {count: 3, mixer: LATENT_V3, ffn: {kind: "dense", width: 18432, gated: true}},
      {count: 58, mixer: LATENT_V3, ffn: {kind: "moe", experts: 256, active: 8, shared: 1, width: 2048}},
    ],
  },
  {
    id: "retnet-1.3b",
    title: "RetNet 1.3B",
    source: "RetNet, arXiv:2307.08621; vocabulary not verified and left out",
    verified: false,
    hidden: 2048,
    vocab: 0,
    tied: true,
    groups: [
      {
        count: 24,
        mixer: {kind: "retention", heads: 8, keyDim: 256, valueDim: 512, chunk: 512},
        ffn: {kind: "dense", width: 4096, gated: false},
      },
    ],
  },
  {
    id: "mamba-2.8b",
    title: "Mamba 2.8B",
    source: CONFIG,
    verified: true,
    hidden: 2560,
    vocab: 50280,
    tied: true,
    groups: [
      {count: 64, mixer: {kind: "mamba", inner: 5120, state: 16, convWidth: 4, dtRank: 160}, ffn: null},
    ],
  },
  {
    ...mamba2("mamba2-2.7b", "Mamba-2 2.7B", {d: 2560, layers: 64, groups: 1, vocab: 50288, tied: true}),
    source: CONFIG,
    verified: true,
  },
  {
    ...mamba2("mamba2-8b", "Mamba-2 8B (3t-4k)", {
      d: 4096,
      layers: 56,
      groups: 8,
      vocab: 256000,
      tied: false,
    }),
    source: "arXiv:2406.07887, sizes not checked against the configuration",
    verified: false,
  },
  deit("deit-s", "DeiT-S", 384, 6),
  deit("deit-b", "DeiT-B", 768, 12),
];

/** Published models by id. Extend it with `modelsFromJson`. */
export const MODELS: ReadonlyMap<string, Model> = new Map(TABLE.map((model) => [model.id, model]));

/** The model `id` of `models`. @throws RangeError listing the known ids. */
export function modelById(id: string, models: ReadonlyMap<string, Model> = MODELS): Model {
  const model = models.get(id);
  if (model) return model;
  throw new RangeError(`modelById: id must be one of ${[...models.keys()].join(", ")}, got ${id}`);
}
