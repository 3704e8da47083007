/**
 * The contract of a scan quantizer: how a state-space model is brought to int8 or int4. Every tensor has a quantizer of
 * the plain kind; steps, in order, move the weights and put other quantizers in their places.
 */

import type {MambaConfig} from "../engine/mamba/mamba-config.js";
import type {MambaHooks, MambaSite} from "../engine/mamba/mamba-hooks.js";
import type {MambaWeights} from "../engine/mamba/mamba-weights.js";
import type {Observer} from "../formats/observers.js";
import {checkParams} from "../technique/check-params.js";
import type {Params, ParamValues} from "../technique/params.js";
import type {Technique} from "../technique/technique.js";
import type {Tensor} from "../tensor/tensor.js";
import type {Int8Quantizer} from "./quantize/int8-quantizers.js";
import type {MemoryBytes} from "./quantize/memory-bytes.js";

/** A place where something is rounded; `conv` and `state` are the two memories of a layer. */
export type QuantizedSite = MambaSite | "state" | "conv";

/** The quantizers of one layer; nothing is rounded elsewhere. */
export type LayerQuantizers = Readonly<Partial<Record<QuantizedSite, Int8Quantizer>>>;

/** A model on its way: its weights, what rounds its activations, and the space in which a tensor is rounded. */
export interface Draft {
  readonly weights: MambaWeights;
  /** By layer; -1 stands for what is outside the layers. */
  readonly quantizers: ReadonlyMap<number, LayerQuantizers>;
  /** Gives a site's tensor as it is rounded and as the weights expect it. */
  inSpace(site: MambaSite, x: Tensor): Tensor;
}

/**
 * Reads the calibration texts with a model and shows what passes through it.
 * @throws RangeError if there are no texts.
 */
export type ReadTexts = (weights: MambaWeights, hooks: MambaHooks) => Promise<void>;

/** One thing that a scan quantizer does. No output of the model changes before something is rounded. */
export type Step = (draft: Draft, readTexts: ReadTexts) => Draft | Promise<Draft>;

/** Steps in order: first `scales`, which matter where activations are rounded, then `weights`, which always do. */
export interface ScanSteps {
  readonly scales?: readonly Step[];
  readonly weights?: readonly Step[];
}

/** A scan quantizer as the registry has it. */
export interface ScanQuantizer<Id extends string = string> extends Technique {
  readonly id: Id;
  /** A point of comparison, one repair by itself, or all that a paper puts together. */
  readonly kind: "baseline" | "repair" | "method";
  /** Embedding and head are rounded as the mixers are. */
  readonly roundsEnds: boolean;
  /** Rounds other weights than static int8 does, so that it is a method of its own with 16-bit activations. */
  readonly movesWeights: boolean;
  /** Finds the scales of the state in a way of its own, so that a packed state is worth measuring under it. */
  readonly ownStateScales: boolean;
  /** Gives the reason why a model of this architecture cannot take it, as a sentence, or null. */
  refuses(config: Pick<MambaConfig, "architecture">): string | null;
  /** Makes the quantizer of a tensor that no step replaces. */
  plainQuantizer(observer?: Observer): Int8Quantizer;
  /** @throws RangeError for a parameter that it does not have or that is out of range. */
  steps(config: MambaConfig, params: Readonly<Record<string, unknown>>): ScanSteps;
  /** Bytes of static scales and of the packed memories of one text, from the shapes alone. */
  memoryBytes(
    config: MambaConfig,
    params: Readonly<Record<string, unknown>>,
    roundsEnds: boolean,
  ): MemoryBytes;
}

interface ScanQuantizerDefinition<Id extends string, P extends Params>
  extends Omit<ScanQuantizer<Id>, "params" | "refuses" | "steps" | "memoryBytes"> {
  readonly params: P;
  /** By default every model can take it. */
  readonly refuses?: ScanQuantizer["refuses"];
  readonly steps: (config: MambaConfig, params: ParamValues<P>) => ScanSteps;
  readonly memoryBytes: (config: MambaConfig, params: ParamValues<P>, roundsEnds: boolean) => MemoryBytes;
}

/** Makes the record of a scan quantizer: from here on its parameters are checked by their schema. */
export function scanQuantizer<const Id extends string, const P extends Params>(
  definition: ScanQuantizerDefinition<Id, P>,
): ScanQuantizer<Id> & {readonly params: P} {
  const {id, params, refuses = () => null} = definition;
  const checked = (given: Readonly<Record<string, unknown>>) =>
    checkParams(`quantizeMamba: method ${id}`, params, given);
  return Object.freeze({
    ...definition,
    refuses,
    steps: (config: MambaConfig, given: Readonly<Record<string, unknown>>) =>
      definition.steps(config, checked(given)),
    memoryBytes: (config: MambaConfig, given: Readonly<Record<string, unknown>>, roundsEnds: boolean) =>
      definition.memoryBytes(config, checked(given), roundsEnds),
  });
}

/** Puts other quantizers in the places of those that the layers have. */
export function replacing(draft: Draft, of: (layer: number) => LayerQuantizers): Draft {
  const quantizers = [...draft.quantizers].map(
    ([layer, own]) => [layer, layer < 0 ? own : {...own, ...of(layer)}] as const,
  );
  return {...draft, quantizers: new Map(quantizers)};
}

/** Refuses a model without heads, for what groups them. */
export const needsHeads: ScanQuantizer["refuses"] = ({architecture}) =>
  architecture === "Mamba2ForCausalLM" ? null : `It groups heads, which ${architecture} does not have.`;
