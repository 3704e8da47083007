import type {LayerPlan, ModelRecord, PositionTable} from "../../architectures/model-record.js";
import {modelRecord} from "../../architectures/read-model.js";
import type {DenseChannels, ExpertChannels} from "../../architectures/record/channels.js";
import type {AttentionMixer} from "../../architectures/record/mixer.js";
import type {NormPlace} from "../../architectures/record/norm.js";
import type {Rope} from "../../architectures/record/rope.js";
import {FormatError} from "../../io/format-error.js";
import type {JsonObject} from "../../io/json-file.js";
import {DECODER_FAMILIES} from "./naming.js";

/** A layer that the engine runs: attention, then a network for every token, or a few of many. */
export interface DecoderLayerPlan extends LayerPlan {
  readonly mixer: AttentionMixer;
  readonly channels: DenseChannels | ExpertChannels;
  readonly normsAt: Readonly<Record<"mixer" | "channels", readonly DecoderNormPlace[]>>;
}

/** Places of norms that the engine has. */
export type DecoderNormPlace = Exclude<NormPlace, "stream">;

/**
 * The shape and the rules of a decoder, as far as the engine runs them. Layers of a file have the same heads; where heads
 * were removed each plan has its own, `heads` and `kvHeads` are the most, and only the plain cache holds them.
 */
export interface DecoderConfig
  extends Pick<
    ModelRecord,
    | "family"
    | "tied"
    | "headBias"
    | "embeddingScale"
    | "embeddingWidth"
    | "logitScale"
    | "logitSoftcap"
    | "finalNorm"
    | "masked"
  > {
  /** The first name in `architectures`, or the family where the file names none. */
  readonly architecture: string;
  readonly hiddenSize: number;
  /** Width of the network, or of one expert, of the first layer. */
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly vocabSize: number;
  /** Longest context in tokens that the model was made for; positions beyond a learned table do not work, others do and are not meant. */
  readonly maxPositions: number;
  readonly positionTable: PositionTable | null;
  readonly plans: readonly DecoderLayerPlan[];
  /**
   * Tokens of the text for which rotary frequencies that depend on its length are chosen (dynamic, longrope), so that they
   * are the same in every pass. By default each pass takes those of the text up to its own end, as the reference does.
   */
  readonly textTokens?: number;
}

/**
 * Reads a published config.json of a decoder.
 * @throws FormatError as {@link modelRecord} and {@link decoderConfigOf}.
 */
export function decoderConfig(config: JsonObject): DecoderConfig {
  return decoderConfigOf(modelRecord(config, "decoderConfig"));
}

/**
 * The rules of a decoder from the record of its model.
 * @throws FormatError with kind `unsupported` that names the family, or the part of a layer, that the engine does not run.
 */
export function decoderConfigOf(record: ModelRecord): DecoderConfig {
  if (!DECODER_FAMILIES.includes(record.family)) {
    throw unsupported("model_type", record.family, `one of ${DECODER_FAMILIES.join(", ")}`);
  }
  if (record.embeddingNorm !== null) throw unsupported("embedding", "a norm", "without a norm");
  const plans = withSharedRopes(
    record.layers.map((plan, layer) => runnable(plan, layer, record.masked !== null)),
  );
  const [{mixer, channels}] = plans;
  const {heads, kvHeads, headDim} = mixer;
  plans.forEach((plan, layer) => {
    if (plan.mixer.heads === heads && plan.mixer.kvHeads === kvHeads && plan.mixer.headDim === headDim)
      return;
    throw unsupported(
      `layer ${layer}`,
      `${plan.mixer.heads} heads, ${plan.mixer.kvHeads} of keys`,
      `as layer 0`,
    );
  });
  return {
    architecture: record.architecture ?? record.family,
    family: record.family,
    hiddenSize: record.hidden,
    intermediateSize: channels.width,
    layers: plans.length,
    heads,
    kvHeads,
    headDim,
    vocabSize: record.vocabulary.rows,
    maxPositions: record.maxPositions ?? Number.POSITIVE_INFINITY,
    tied: record.tied,
    headBias: record.headBias,
    embeddingScale: record.embeddingScale,
    embeddingWidth: record.embeddingWidth,
    positionTable: record.positionTable,
    logitScale: record.logitScale,
    logitSoftcap: record.logitSoftcap,
    finalNorm: record.finalNorm,
    masked: record.masked,
    plans,
  };
}

function runnable(plan: LayerPlan, layer: number, isMasked: boolean): DecoderLayerPlan {
  const {mixer, channels, normsAt} = plan;
  const refuse = (part: string, got: string, allowed: string) =>
    unsupported(`layer ${layer}, ${part}`, got, allowed);
  if (mixer.kind !== "attention") throw refuse("mixer", mixer.kind, "attention");
  if (channels === null || channels.kind === "rwkv")
    throw refuse("network", channels?.kind ?? "none", "dense or experts");
  if (channels.kind === "experts") {
    const {bias, groups} = channels.router;
    if (bias || groups.all > 1)
      throw refuse("router", bias ? "a bias" : "groups", "scores of its matrix, each expert by itself");
  }
  if (channels.activation === "clipped-swiglu")
    throw refuse("activation", channels.activation, "silu, gelu, gelu-tanh or relu");
  const odd = oddity(mixer, isMasked);
  if (odd !== undefined) throw refuse("attention", odd, "softmax attention over keys of its own");
  const places = (at: readonly NormPlace[]) =>
    at.map((place) => {
      if (place === "stream") throw refuse("norm", place, "input, output or sum");
      return place;
    });
  const around = {mixer: places(normsAt.mixer), channels: places(normsAt.channels)};
  return {...plan, mixer, channels, normsAt: around};
}

/** Name of what the engine's attention does not do; undefined if there is nothing of the kind. */
function oddity(mixer: AttentionMixer, isMasked: boolean): string | undefined {
  if (!mixer.causal && (!isMasked || mixer.window !== null)) return "attention in both directions";
  if (mixer.sinks) return "learned sinks";
  if (mixer.gated) return "a gate on what attention gives";
  if (mixer.alibi) return "ALiBi";
  return mixer.sharesKvOf === null ? undefined : `keys and values of layer ${mixer.sharesKvOf}`;
}

/** One object for equal rotary rules, so that a pass makes their tables once. */
function withSharedRopes(plans: readonly DecoderLayerPlan[]): DecoderLayerPlan[] {
  const known = new Map<string, Rope>();
  const shared = new Map<Rope, Rope>();
  const only = (rope: Rope): Rope => {
    const key = JSON.stringify(rope);
    const found = known.get(key) ?? rope;
    known.set(key, found);
    return found;
  };
  return plans.map((plan) => {
    const {rope} = plan.mixer;
    if (rope === null) return plan;
    // Rules may hold long lists: those of an object that was met are not written out again.
    const found = shared.get(rope) ?? only(rope);
    shared.set(rope, found);
    return {...plan, mixer: {...plan.mixer, rope: found}};
  });
}

function unsupported(field: string, value: string, allowed: string): FormatError {
  return new FormatError("decoderConfig", {
    kind: "unsupported",
    offset: null,
    field: `config.json: ${field}`,
    value,
    allowed,
  });
}
