import type {ModelRecord} from "./model-record.js";
import {routedExperts} from "./parameters.js";
import type {Channels} from "./record/channels.js";
import type {Mixer} from "./record/mixer.js";

/** Equal parts of layers: their kind in a word and in full, and how many layers have it. */
export interface PartKind {
  readonly kind: string;
  readonly description: string;
  readonly layers: number;
}

/** Kinds of mixers and of networks over the channels of a model, in the order of the first layer that has them. */
export function layerKinds({layers}: ModelRecord): {
  readonly mixers: readonly PartKind[];
  readonly networks: readonly PartKind[];
} {
  return {
    mixers: counted(layers.map(({mixer}) => [mixerKind(mixer), mixerText(mixer)])),
    networks: counted(layers.map(({channels}) => [channels?.kind ?? "none", channelsText(channels)])),
  };
}

function counted(parts: readonly (readonly [kind: string, description: string])[]): PartKind[] {
  const found = new Map<string, PartKind>();
  for (const [kind, description] of parts) {
    const layers = (found.get(description)?.layers ?? 0) + 1;
    found.set(description, {kind, description, layers});
  }
  return [...found.values()];
}

/** The word for a mixer: attention is `full` or `sliding`. */
function mixerKind(mixer: Mixer): string {
  if (mixer.kind !== "attention") return mixer.kind;
  return mixer.window === null ? "full" : "sliding";
}

function mixerText(m: Mixer): string {
  switch (m.kind) {
    case "attention":
      return listed([
        m.window === null ? "attention" : `attention with a window of ${m.window}`,
        `${m.heads} heads of ${m.headDim}`,
        `${m.kvHeads} of keys`,
        m.rope === null && m.causal && !m.alibi ? "no rotation" : null,
        m.sharesKvOf === null ? null : `keys and values of layer ${m.sharesKvOf}`,
      ]);
    case "latent":
      return `latent attention, ${m.heads} heads, latents of ${m.kvRank} + ${m.ropeDim}`;
    case "mamba":
      return `mamba, ${m.inner} channels, state of ${m.state}`;
    case "cross-scan":
      return `scans in ${m.directions} directions, ${m.inner} channels, state of ${m.state}`;
    case "mamba2":
      return `mamba2, ${m.heads} heads of ${m.headDim}, state of ${m.state}, groups: ${m.groups}`;
    case "gated-delta":
      return `gated delta rule, ${m.valueHeads} heads, states of ${m.keyDim} x ${m.valueDim}`;
    case "lightning":
      return `lightning attention, ${m.heads} heads, states of ${m.headDim} x ${m.headDim}`;
    case "convolution":
      return `convolution of ${m.convWidth} tokens between gates, ${m.width} channels`;
    case "rg-lru":
      return `gated linear recurrence, ${m.width} channels`;
    case "chunk-states":
      return `attention over states of chunks of ${m.tokenChunk} tokens, ${m.heads} heads of ${m.headDim}, state of ${m.scan.state}`;
    case "hgrn":
      return `gated recurrence of one number for a channel, ${m.width} channels`;
    case "rwkv":
      return `RWKV time mixing, ${m.width} channels`;
  }
}

function channelsText(channels: Channels | null): string {
  if (channels === null) return "no network over the channels";
  if (channels.kind === "rwkv") return `RWKV channel mixing, width ${channels.width}`;
  if (channels.kind === "dense")
    return listed([channels.gated ? "gated network" : "network", `width ${channels.width}`]);
  const {experts, active, width, shared, idle, router} = channels;
  return listed([
    `${experts} experts of width ${width}`,
    idle && `${routedExperts(channels) - experts} that multiply nothing`,
    router.score === "relu" ? "those scored above zero for a token" : `${active} for a token`,
    router.early ? "chosen before attention" : null,
    shared.width === 0 ? null : `width ${shared.width} for every token`,
  ]);
}

const listed = (parts: readonly (string | null)[]) => parts.filter((part) => part !== null).join(", ");
