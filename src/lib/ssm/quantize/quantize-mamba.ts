/** The scan quantizers on a whole state-space model. */

import {readOn} from "../../engine/generate.js";
import type {Reading} from "../../engine/language-model.js";
import {forwardMamba} from "../../engine/mamba/mamba.js";
import {convChannels} from "../../engine/mamba/mamba-cache.js";
import type {MambaConfig} from "../../engine/mamba/mamba-config.js";
import type {MambaHooks} from "../../engine/mamba/mamba-hooks.js";
import type {MambaWeights} from "../../engine/mamba/mamba-weights.js";
import {mambaOf} from "../../engine/mamba/mamba-weights.js";
import type {PreparedModel} from "../../engine/prepared-model.js";
import {fp16, fp32} from "../../formats/float/float.js";
import {
  type CalibratedMamba,
  type CalibrateMambaOptions,
  calibrateMamba,
  transformMamba,
} from "./calibrate-mamba.js";
import {rounded} from "./int8-quantizers.js";
import {packedMambaCache, type StatePacking} from "./packed-mamba-cache.js";
import {plainWeightBytes, roundMambaWeights, type WeightBytes, type WeightScheme} from "./round-weights.js";

/** Bits of weights and of activations; what has 16 is float16. */
const SCHEMES = {
  w8a8: {weights: "w8", roundsActivations: true},
  w4a8: {weights: "w4a8", roundsActivations: true},
  w4a16: {weights: "w4a16", roundsActivations: false},
  w16a16: {weights: "w16", roundsActivations: false},
} as const satisfies Record<string, {weights: WeightScheme; roundsActivations: boolean}>;

/** Bits of weights and activations, by name. */
export type MambaBits = keyof typeof SCHEMES;

/** All widths by name. */
export const MAMBA_BITS = Object.keys(SCHEMES) as readonly MambaBits[];

/** Quantization of a model. Where no activation is rounded, only `smoothquant` needs calibration texts. */
export interface QuantizeMambaOptions extends CalibrateMambaOptions {
  /** Null rounds nothing, so that a transform can be seen alone. */
  readonly bits: MambaBits | null;
  /** Sees every tensor of the quantized model after it was rounded. */
  readonly hooks?: MambaHooks;
}

/** Bytes of a quantized state-space model by part, all scales included. */
export interface MambaMemory extends WeightBytes {
  /** Scales of activations and of the state that calibration fixed. */
  readonly scales: number;
  /** The states of the scans of all layers, for one text of any length. */
  readonly scanState: number;
  /** The last inputs that the convolutions keep. */
  readonly convState: number;
}

/** A quantized state-space model that can be measured; a cached number is one of the state. */
export interface PreparedMamba extends PreparedModel {
  /** Begins a text whose passes meet in the packed memories, as in generation. */
  read(): Reading;
  readonly memory: MambaMemory;
}

/**
 * A state-space model quantized and ready to be measured: weights, every activation between the kernels, and the two
 * memories of a layer, packed in its cache, all with static int8 scales unless the method is dynamic. With 16-bit
 * activations these memories are float16 and the activations keep float32. Norms and softplus are never rounded beyond
 * float16. (arXiv 2410.13229 and 2503.22879)
 * @throws RangeError if the method or the bits are unknown or not for this model, texts are needed and there are none,
 * the shapes cannot be transformed, or an option is out of range.
 */
export async function quantizeMamba(
  weights: MambaWeights,
  options: QuantizeMambaOptions,
): Promise<PreparedMamba> {
  const {bits} = options;
  requireBits(bits);
  const calibrate = bits !== null && !SCHEMES[bits].roundsActivations ? transformMamba : calibrateMamba;
  return roundMamba(await calibrate(weights, options), options);
}

/**
 * The second half of {@link quantizeMamba}: one calibration serves all bits.
 * @throws RangeError if the bits are unknown.
 */
export async function roundMamba(
  calibrated: CalibratedMamba,
  {bits, backend, hooks}: Pick<QuantizeMambaOptions, "bits" | "backend" | "hooks">,
): Promise<PreparedMamba> {
  requireBits(bits);
  const scheme = bits === null ? null : SCHEMES[bits];
  const isStored16 = scheme !== null && !scheme.roundsActivations;
  const {roundsEnds} = calibrated;
  const stored = scheme && roundMambaWeights(calibrated.weights, scheme.weights, {roundsEnds});
  const model = await mambaOf(
    stored?.weights ?? calibrated.weights,
    backend ? {backend: await backend()} : {},
  );
  const rounds = scheme?.roundsActivations ?? false;
  const rounding = roundingHooks(calibrated, rounds, hooks);
  const newCache = () => packedMambaCache(model.config, statePacking(calibrated, rounds, isStored16));
  const {conv: convState, scan: scanState} = newCache().bytes();
  const begin = (): Reading => {
    const cache = newCache();
    return (ids) => forwardMamba(model, ids, {cache, hooks: rounding});
  };
  return {
    logits: (ids) => forwardMamba(model, ids, {hooks: rounding}),
    read: begin,
    write(turns) {
      const read = begin();
      return turns.map(({prompt, tokens}) => [...readOn(read, prompt, tokens).tokens]);
    },
    bitsPerWeight: stored && (8 * stored.bytes) / stored.elements,
    bitsPerKv: scheme && (8 * (convState + scanState)) / stateNumbers(model.config),
    memory: {
      ...(stored?.memory ?? plainWeightBytes(calibrated.weights)),
      scales: rounds ? calibrated.fixedBytes() : 0,
      scanState,
      convState,
    },
  };
}

function requireBits(bits: MambaBits | null): void {
  if (bits === null || Object.hasOwn(SCHEMES, bits)) return;
  throw new RangeError(`quantizeMamba: bits must be one of ${MAMBA_BITS.join(", ")} or null, got ${bits}`);
}

/** Numbers that all layers remember. */
function stateNumbers(config: MambaConfig): number {
  const {layers, innerSize, stateSize, convWidth} = config;
  return layers * (innerSize * stateSize + (convWidth - 1) * convChannels(config));
}

function statePacking(
  {quantizer}: CalibratedMamba,
  rounds: boolean,
  isStored16: boolean,
): (layer: number) => StatePacking {
  const float = isStored16 ? fp16 : fp32;
  return (layer) => ({
    conv: (rounds && quantizer(layer, "conv")) || float,
    scan: (rounds && quantizer(layer, "state")) || float,
  });
}

function roundingHooks(
  {quantizer, inSpace}: CalibratedMamba,
  rounds: boolean,
  outer: MambaHooks | undefined,
): MambaHooks {
  return {
    tensor(site, layer, x, rows) {
      const tensor = inSpace(site, {shape: [rows, x.length / rows], data: x});
      const own = rounds ? quantizer(layer, site) : undefined;
      const {data} = own ? rounded(own, tensor) : tensor;
      return outer?.tensor?.(site, layer, data, rows) ?? data;
    },
    // The cache rounds what it packs; here it is only shown as it will be.
    ...(outer?.state && {
      state(layer: number, state: Float64Array) {
        const own = rounds ? quantizer(layer, "state") : undefined;
        const tensor = {shape: [1, state.length], data: new Float32Array(state)};
        const kept = own ? new Float64Array(rounded(own, tensor).data) : state;
        return outer.state?.(layer, kept) ?? kept;
      },
    }),
  };
}
