/** Softmax attention with `kvHeads` shared by `heads`: multi-head where they are equal, multi-query where it is 1. */
export interface GroupedAttention {
  readonly kind: "gqa";
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly qkvBias?: boolean;
  readonly outBias?: boolean;
  /** RMS norm of every query and key head (Qwen3). */
  readonly qkNorm?: boolean;
  /** Twice as wide a query projection, whose second half gates what attention gives (Qwen3-Next). */
  readonly gated?: boolean;
  /** Only this many newest keys are seen; absent: all. */
  readonly window?: number;
}

/** Multi-head latent attention: one latent of `kvRank` and one key of `ropeDim` cached per token (DeepSeek-V2). */
export interface LatentAttention {
  readonly kind: "mla";
  readonly heads: number;
  /** Rank of the query's down-projection; null where queries are projected at once. */
  readonly qRank: number | null;
  readonly kvRank: number;
  readonly ropeDim: number;
  readonly nopeDim: number;
  readonly valueDim: number;
}

/** Selective scan with a state of `inner` x `state`. (Mamba) */
export interface MambaMixer {
  readonly kind: "mamba";
  readonly inner: number;
  readonly state: number;
  readonly convWidth: number;
  readonly dtRank: number;
}

/** State-space duality: `heads` of `inner / heads`, B and C shared by `groups`, computed in chunks. (Mamba-2) */
export interface Mamba2Mixer {
  readonly kind: "mamba2";
  readonly inner: number;
  readonly heads: number;
  readonly state: number;
  readonly groups: number;
  readonly convWidth: number;
  readonly chunk: number;
}

/** Retention: a state of keyDim x valueDim a head that decays, with a gate of the value width. (RetNet) */
export interface RetentionMixer {
  readonly kind: "retention";
  readonly heads: number;
  /** Per head. */
  readonly keyDim: number;
  /** Per head. */
  readonly valueDim: number;
  readonly chunk: number;
}

/**
 * Any other recurrence or short convolution, by its sizes: matrices around a state that every token rewrites once.
 * (Gated delta rule, lightning attention, RG-LRU, gated convolution, RWKV)
 */
export interface RecurrentMixer {
  readonly kind: "recurrent";
  /** Name of the recurrence. */
  readonly name: string;
  /** Parameters of its matrices, and of all else. */
  readonly matrices: number;
  readonly others: number;
  /** Numbers of the state; 0 for a convolution alone. */
  readonly state: number;
  /** Operations of one token for each number of the state. */
  readonly work: number;
  /** Channels of the convolution and the tokens it sees; 0 without. */
  readonly convChannels: number;
  readonly convWidth: number;
}

/** The part of a layer that mixes tokens. */
export type Mixer =
  | GroupedAttention
  | LatentAttention
  | MambaMixer
  | Mamba2Mixer
  | RetentionMixer
  | RecurrentMixer;

/** One network for every token: three matrices when gated (SwiGLU), else two. */
export interface DenseFfn {
  readonly kind: "dense";
  readonly width: number;
  readonly gated: boolean;
  readonly bias?: boolean;
}

/** `active` of `experts` gated networks of `width` a token, and `shared` ones that every token passes. */
export interface ExpertFfn {
  readonly kind: "moe";
  readonly experts: number;
  readonly active: number;
  readonly shared: number;
  readonly width: number;
  /** Width of the shared networks together; absent: `shared` times `width`. */
  readonly sharedWidth?: number;
}

/** The part of a layer that mixes channels. */
export type Ffn = DenseFfn | ExpertFfn;

/** `count` equal layers: a mixer over the sequence, then a network over the channels (absent in Mamba). */
export interface LayerGroup {
  readonly count: number;
  readonly mixer: Mixer;
  readonly ffn: Ffn | null;
}

/** Input of a model: tokens of a vocabulary, or patches of an image (with `extraTokens` such as the class token). */
export type ModelInput =
  | {readonly kind: "tokens"}
  | {readonly kind: "image"; readonly image: number; readonly patch: number; readonly extraTokens: number};

/**
 * A model as its cost sees it: sizes only. `source` says where they come from and `verified` whether they were
 * checked against a published parameter count or configuration.
 */
export interface Model {
  /** Lower case with hyphens: `llama-3.1-8b`. */
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly verified: boolean;
  readonly hidden: number;
  /** Tokens, or classes of a vision model; 0 where the head is not known. */
  readonly vocab: number;
  /** The head uses the embedding's matrix. */
  readonly tied: boolean;
  readonly groups: readonly LayerGroup[];
  readonly input?: ModelInput;
  /** Rows of a learned position table. */
  readonly positions?: number;
  /** LayerNorm with bias instead of RMS norm. */
  readonly layerNorm?: boolean;
  /** Parameters counted one by one from a file, with every norm and bias, where the sizes above leave some out. */
  readonly counted?: ParameterCount;
}

/** Tokens that one image makes, or null for a model of text. */
export function imageTokens({input}: Model): number | null {
  if (input?.kind !== "image") return null;
  return Math.floor(input.image / input.patch) ** 2 + input.extraTokens;
}

/** Does every position see only itself and earlier ones? Vision encoders see all. */
export const isCausal = ({input}: Model): boolean => input?.kind !== "image";

/** Layers of all groups. */
export const layerCount = ({groups}: Model): number => groups.reduce((sum, {count}) => sum + count, 0);

function mixerParameters(d: number, mixer: Mixer): number {
  switch (mixer.kind) {
    case "gqa": {
      const {heads: h, kvHeads: g, headDim: e, qkvBias, outBias, qkNorm, gated} = mixer;
      return (
        (gated ? 3 : 2) * d * h * e +
        2 * d * g * e +
        (qkvBias ? (h + 2 * g) * e : 0) +
        (outBias ? d : 0) +
        (qkNorm ? 2 * e : 0)
      );
    }
    case "mla": {
      const {heads: h, qRank, kvRank: r, ropeDim: t, nopeDim, valueDim: v} = mixer;
      const queries = h * (nopeDim + t);
      const q = qRank === null ? d * queries : d * qRank + qRank + qRank * queries;
      return q + d * (r + t) + r + r * h * (nopeDim + v) + h * v * d;
    }
    case "mamba": {
      const {inner: di, state: N, convWidth, dtRank: R} = mixer;
      return d * 2 * di + (convWidth + 1) * di + di * (R + 2 * N) + (R + 1) * di + di * N + di + di * d;
    }
    case "mamba2": {
      const {inner: di, heads: H, state: N, groups: G, convWidth} = mixer;
      const conv = di + 2 * G * N;
      return d * (2 * di + 2 * G * N + H) + (convWidth + 1) * conv + 3 * H + di + di * d;
    }
    case "retention": {
      const {heads: H, keyDim, valueDim} = mixer;
      return 2 * d * H * keyDim + 3 * d * H * valueDim;
    }
    case "recurrent":
      return mixer.matrices + mixer.others;
  }
}

/** Parameters of a layer's channel network: [all of them, those that one token passes]. */
function ffnParameters(d: number, ffn: Ffn | null): [number, number] {
  if (ffn === null) return [0, 0];
  if (ffn.kind === "dense") {
    const count = (ffn.gated ? 3 : 2) * d * ffn.width + (ffn.bias ? (ffn.gated ? 2 : 1) * ffn.width + d : 0);
    return [count, count];
  }
  const shared = 3 * d * (ffn.sharedWidth ?? ffn.shared * ffn.width);
  const expert = 3 * d * ffn.width;
  const router = d * ffn.experts;
  return [router + shared + ffn.experts * expert, router + shared + ffn.active * expert];
}

/** Parameters of a model: all of them, those active for one token, and the embedding tables among all. */
export interface ParameterCount {
  readonly total: number;
  /** Without the input embedding, of which a token reads one row. */
  readonly active: number;
  readonly embedding: number;
}

/** Counts parameters from the sizes. (sections 3 and 5 to 7 of the formulas; equal to the published counts) */
export function parameterCount(model: Model): ParameterCount {
  if (model.counted !== undefined) return model.counted;
  const {hidden: d, vocab, tied, groups, positions = 0, input} = model;
  const norm = model.layerNorm ? 2 * d : d;
  let total = norm;
  let active = norm;
  for (const {count, mixer, ffn} of groups) {
    const [all, used] = ffnParameters(d, ffn);
    const rest = mixerParameters(d, mixer) + norm * (ffn === null ? 1 : 2);
    total += count * (rest + all);
    active += count * (rest + used);
  }
  if (input?.kind === "image") {
    const tokens = imageTokens(model) as number;
    const patches = 3 * input.patch ** 2 * d + d;
    const rest = patches + input.extraTokens * d + tokens * d + vocab * d + vocab;
    return {total: total + rest, active: active + rest, embedding: tokens * d};
  }
  const embedding = (vocab + positions) * d;
  const head = vocab * d;
  return {total: total + embedding + (tied ? 0 : head), active: active + head, embedding};
}

/** Elements that one token adds to the cache of one layer. */
export function cacheElements(mixer: Mixer): number {
  if (mixer.kind === "gqa") return 2 * mixer.kvHeads * mixer.headDim;
  if (mixer.kind === "mla") return mixer.kvRank + mixer.ropeDim;
  return 0;
}

/** Elements that one token adds to the caches of all layers; layers with a window forget them later. */
export function kvElementsPerToken({groups}: Model): number {
  return groups.reduce((sum, {count, mixer}) => sum + count * cacheElements(mixer), 0);
}

/** Cached elements of one sequence of `context` tokens: windows hold no more than they see. */
export function kvElements({groups}: Model, context: number): number {
  return groups.reduce((sum, {count, mixer}) => {
    const kept = mixer.kind === "gqa" ? Math.min(context, mixer.window ?? context) : context;
    return sum + count * cacheElements(mixer) * kept;
  }, 0);
}

/** Elements of one layer's recurrent state, which does not grow: [state, convolution]. */
function stateOf(mixer: Mixer): [number, number] {
  switch (mixer.kind) {
    case "mamba":
      return [mixer.inner * mixer.state, mixer.inner * mixer.convWidth];
    case "mamba2":
      return [mixer.inner * mixer.state, (mixer.inner + 2 * mixer.groups * mixer.state) * mixer.convWidth];
    case "retention":
      return [mixer.heads * mixer.keyDim * mixer.valueDim, 0];
    case "recurrent":
      return [mixer.state, mixer.convChannels * mixer.convWidth];
    default:
      return [0, 0];
  }
}

/** Recurrent state of all layers of one sequence, elements: [state, convolution]. */
export function stateElements({groups}: Model): [number, number] {
  let state = 0;
  let conv = 0;
  for (const {count, mixer} of groups) {
    const [s, c] = stateOf(mixer);
    state += count * s;
    conv += count * c;
  }
  return [state, conv];
}
