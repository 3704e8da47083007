/** The contract of a quantization method: first it may rewrite a decoder, then it rounds layer after layer. */

import type {Calibration} from "../engine/calibration/calibration.js";
import type {InputStatistics} from "../engine/calibration/input-statistics.js";
import type {DecoderWeights} from "../engine/decoder/decoder-weights.js";
import type {Format, Packed} from "../formats/format.js";
import {checkParams} from "../technique/check-params.js";
import type {Params, ParamValues} from "../technique/params.js";
import type {Technique} from "../technique/technique.js";
import type {Tensor} from "../tensor/tensor.js";

/** A weight as it is stored, and as it computes. */
export interface QuantizedWeight {
  readonly packed: Packed;
  /** Values that `packed` decodes to. */
  readonly weight: Tensor;
}

/** Linear layers that read one input, and the tensors that make it. */
export interface SharedInput {
  /** Names of the readers; `weights` [out, in] are theirs. */
  readonly readers: readonly string[];
  readonly weights: readonly Tensor[];
  /** A norm's gain, or the rows of layers before; empty where nothing can take a scale. */
  readonly makers: readonly Tensor[];
}

/** The readers rounded; and the makers, if the method changed them, in the same order. */
export interface RoundedGroup {
  readonly weights: readonly QuantizedWeight[];
  readonly makers?: readonly Tensor[];
}

/** A method with its parameters. Statistics cost passes over the calibration texts: they are gathered for a method that calls for them. */
export interface MethodSteps {
  /** Rewrites a decoder so that its outputs stay, to float32 rounding; by default nothing moves. */
  transform?(
    weights: DecoderWeights,
    statistics: () => Promise<InputStatistics>,
  ): DecoderWeights | Promise<DecoderWeights>;
  /** Rounds the layers of one input; the calibration is of the transformed model. */
  round(
    group: SharedInput,
    format: Format,
    calibration: () => Promise<Calibration>,
  ): RoundedGroup | Promise<RoundedGroup>;
  /** Format of what goes into the rounded layers, token by token, of a method that has one for it. */
  readonly inputs?: Format;
}

/** A method as the registry has it. */
export interface QuantizationMethod<Id extends string = string> extends Technique {
  readonly id: Id;
  /** Ids of the formats that shipped tables have with it, where these are few; default all that they show. */
  readonly shownFormats?: readonly string[];
  /** Gives the reason why a format cannot be used, as a sentence, or null where it can. */
  refuses(format: Format): string | null;
  /** @throws RangeError for a parameter that it does not have or that is out of range. */
  steps(params: Readonly<Record<string, unknown>>): MethodSteps;
}

interface MethodDefinition<Id extends string, P extends Params>
  extends Omit<QuantizationMethod<Id>, "params" | "refuses" | "steps"> {
  readonly params: P;
  /** By default every format is taken. */
  readonly refuses?: (format: Format) => string | null;
  readonly steps: (params: ParamValues<P>) => MethodSteps;
}

/** Makes the record of a method: from here on its parameters are checked by their schema. */
export function quantizationMethod<const Id extends string, const P extends Params>({
  steps,
  refuses = () => null,
  ...facts
}: MethodDefinition<Id, P>): QuantizationMethod<Id> {
  return Object.freeze({
    ...facts,
    refuses,
    steps: (given: Readonly<Record<string, unknown>>) =>
      steps(checkParams(`quantizeDecoder: method ${facts.id}`, facts.params, given)),
  });
}
